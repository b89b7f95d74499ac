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

LIMIT = 120  # seconds


def started(port):
    """Return when the process on `port` was born, in seconds since 1970; 0 if none."""
    try:
        url = f"http://127.0.0.1:{port}/pid"
        with urllib.request.urlopen(url, timeout=2) as answer:
            return json.load(answer)["started"]
    except (OSError, ValueError):
        return 0.0


def main():
    """Run the command, then call the roll until nobody is missing."""
    first, last = map(int, sys.argv[1].split("-"))
    missing = list(range(first, last + 1))
    total, since = len(missing), 0.0
    if "--" in sys.argv:
        since = time.time()
        subprocess.run(sys.argv[sys.argv.index("--") + 1 :], check=True)
    began = time.monotonic()
    while missing and time.monotonic() < began + LIMIT:
        missing = [port for port in missing if started(port) <= since]
        time.sleep(0.05)
    print(f"{total - len(missing)} of {total} answer", end="")
    print(f", after {time.monotonic() - began:.1f} s" if since else "")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
