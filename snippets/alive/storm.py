"""storm: a thousand clients lose a service in one moment, and all want it back.

It is away for five seconds. Then it serves a hundred requests a second, in the order in
which they came. A client waits a second for its answer; then, after a pause, it asks
again. The service can't see that nobody waits any more: it serves that request as well.
"""

import heapq
import random
from collections import deque

CLIENTS, RATE = 1000, 100  # requests a second that the service can do
AWAY, PATIENCE, LIMIT = 5, 1, 240  # seconds
PAUSES = {
    "none": lambda tries, dice: 0,
    "5 s": lambda tries, dice: 5,
    "doubled": lambda tries, dice: min(30, 2**tries),
    "doubled, diced": lambda tries, dice: dice.uniform(0, min(30, 2**tries)),
}


def storm(pause, room, seed=1):
    """Return when each client was served, in seconds, and how many requests were made.

    In the service's queue there is room for so many requests.
    """
    dice = random.Random(seed)
    plan = [(0, client, 0) for client in range(CLIENTS)]  # when, who, after how many
    queue, served, requests = deque(), {}, 0
    for tick in range(LIMIT * RATE):
        now = tick / RATE
        while plan and plan[0][0] <= now:
            when, client, tries = heapq.heappop(plan)
            if client in served:
                continue
            requests += 1
            if len(queue) < room:  # else nobody hears of it
                queue.append((when, client))
            again = when + PATIENCE + pause(tries, dice)
            heapq.heappush(plan, (again, client, tries + 1))
        if queue and now >= AWAY:
            when, client = queue.popleft()
            if now - when <= PATIENCE:
                served[client] = now
    return sorted(served.values()), requests


if __name__ == "__main__":
    print("pause          queue  served  the last after  requests")
    for room in 2048, 64:
        for name, pause in PAUSES.items():
            times, requests = storm(pause, room)
            last = f"{times[-1]:.0f} s" if len(times) == CLIENTS else "never"
            print(f"{name:14}{room:6}{len(times):8}{last:>16}{requests:10}")
