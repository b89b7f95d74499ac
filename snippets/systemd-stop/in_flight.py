"""in_flight: disturb a service that is at work, and count what its visitors get.

    python3 in_flight.py http://127.0.0.1:5003/slow?seconds=3 -- systemctl stop hello

The request is being worked on when the command starts, and three newcomers ask for /
while it runs. Who gets no answer, or an error, is lost. One at a time: the service has
one worker.
"""

import http.client
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit


def ask(url):
    """Return whether the visitor gets an answer that is worth having."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return bool(answer.read())
    except (OSError, http.client.HTTPException):
        return False


def under_way(port):
    """Return how many connections the service has taken from the port's queue."""
    queue = ["ss", "-Hltn", f"sport = :{port}"]
    both = ["ss", "-Htn", "state", "established", f"sport = :{port}"]
    lines = subprocess.check_output(both, text=True).splitlines()
    return len(lines) - int(subprocess.check_output(queue, text=True).split()[1])


def count(visitors):
    """Say what became of them."""
    finished = sum(visitor.result() for visitor in visitors)
    return f"{finished} finished, {len(visitors) - finished} lost"


url, _, *command = sys.argv[1:]
with ThreadPoolExecutor() as pool:
    early = pool.submit(ask, url)
    while under_way(urlsplit(url).port) < 1:
        if early.done():
            sys.exit(f"in_flight: nobody works at {url}")
        time.sleep(0.05)
    deed = subprocess.Popen(command)
    time.sleep(0.5)
    late = [pool.submit(ask, urljoin(url, "/")) for _ in range(3)]
    status = deed.wait()
    print("in flight:", count([early]))
    print("newcomers:", count(late))
sys.exit(status)
