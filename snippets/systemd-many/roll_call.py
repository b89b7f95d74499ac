"""roll_call: wait until every port of a range answers.

    roll_call.py 5001-5050                       and every one answers
    roll_call.py 5001-5050 -- systemctl ...      after a command, with a new process

Exit status: 0 if all answer within two minutes, 1 if not.
"""

import json
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

LIMIT = 120  # seconds


def started(port):
    """Return when the process on `port` was born, in seconds since 1970; 0 if none.

    Where systemd holds the port, this waits in its queue until somebody answers.
    """
    try:
        url = f"http://127.0.0.1:{port}/pid"
        with urllib.request.urlopen(url, timeout=LIMIT) as answer:
            return json.load(answer)["started"]
    except (OSError, ValueError):
        return 0.0


def back(port, since, deadline):
    """Return when `port` was answered by a process younger than `since`, or None."""
    while time.time() < deadline:
        if started(port) > since:
            return time.time()
        time.sleep(0.1)
    return None


def main():
    """Run the command, then call the roll until nobody is missing."""
    first, last = map(int, sys.argv[1].split("-"))
    ports, since, began = range(first, last + 1), 0.0, time.time()
    if "--" in sys.argv:
        since = began
        subprocess.run(sys.argv[sys.argv.index("--") + 1 :], check=True)
    with ThreadPoolExecutor(len(ports)) as pool:
        times = list(pool.map(lambda p: back(p, since, began + LIMIT), ports))
    here = [when - began for when in times if when]
    print(f"{len(here)} of {len(ports)} answer", end="")
    print(f", the first after {min(here):.1f} s, the last after {max(here):.1f} s"
          if since and here else "")  # fmt: skip
    return len(here) < len(ports)


if __name__ == "__main__":
    sys.exit(main())
