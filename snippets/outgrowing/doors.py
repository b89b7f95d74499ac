"""doors: be fifty visitors a second, until ^C. Who let them in, how many were lost?

    python3 doors.py http://10.77.0.100/

Each has a connection of its own, comes when it is time, and waits up to ten seconds.
The pause is the longest time in which nobody was served.
"""

import asyncio
import signal
import sys
import time
from urllib.parse import urlsplit

URL = urlsplit(sys.argv[1])
served, lost = [], {}  # moments; counts, by what came instead of an answer
doors = [None]


async def ask():
    """Make one request; return the lines of the answer's head, "" if it was cut."""
    reader, writer = await asyncio.open_connection(URL.hostname, URL.port or 80)
    try:
        writer.write(b"GET / HTTP/1.0\r\nHost: hello\r\n\r\n")
        head, _, text = (await reader.read()).decode().partition("\r\n\r\n")
    finally:
        writer.close()
    return head.split("\r\n") if text.endswith("\n") else [""]


async def visit():
    """Ask; write down what came of it, and print the door if it is a new one."""
    try:
        status, *headers = await asyncio.wait_for(ask(), 10)
    except OSError as problem:  # a TimeoutError is one, too
        status, headers = type(problem).__name__, []
    if " 200 " not in status:
        lost[status or "cut"] = lost.get(status or "cut", 0) + 1
        return
    served.append(time.monotonic())
    door = dict(line.split(": ", 1) for line in headers).get("x-door")
    if door != doors[-1]:
        doors.append(door)
        print(door, flush=True)


async def main():
    """Send visitors until ^C, wait for the last of them, count."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    async with asyncio.TaskGroup() as visits:
        while not stop.is_set():
            visits.create_task(visit())
            await asyncio.sleep(0.02)
    pause = max((b - a for a, b in zip(served, served[1:], strict=False)), default=0)
    count = sum(lost.values())
    how = f" ({', '.join(f'{n} {why}' for why, n in lost.items())})" if lost else ""
    print(f"{count} of {count + len(served)} lost{how}, pause {pause:.2f} s")


asyncio.run(main())
