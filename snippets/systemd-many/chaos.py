"""chaos: do something to one service after another, and count who gets an answer.

    chaos.py 5001-5050 -- systemctl kill --kill-whom=main --signal=KILL hello@{}.service

Every port is asked five times a second for --for seconds. The command is run every
--every seconds, with a port picked at random in place of the {}.
"""

import argparse
import http.client
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter

PATIENCE = 60  # seconds that a visitor waits


def visit(port, ends, seen):
    """Ask `port` until the time `ends`; add (seconds, what came of it) to `seen`."""
    while time.monotonic() < ends:
        asked = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            link.request("GET", "/")
            fate = str(link.getresponse().status)
        except (OSError, http.client.HTTPException) as problem:
            fate = type(problem).__name__
        finally:
            link.close()
        took = time.monotonic() - asked
        seen.append((took, fate))
        time.sleep(max(0, 0.2 - took))


def main():
    """Visit all, do the deeds, report."""
    cut = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("ports")
    parser.add_argument("--every", type=float, default=0.5, metavar="SECONDS")
    parser.add_argument("--for", type=float, default=15, metavar="SECONDS", dest="time")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(sys.argv[1:cut])
    first, last = map(int, options.ports.split("-"))
    seen, deeds, ends = [], 0, time.monotonic() + options.time
    visitors = [
        threading.Thread(target=visit, args=(port, ends, seen))
        for port in range(first, last + 1)
    ]
    for visitor in visitors:
        visitor.start()
    while (now := time.monotonic()) < ends:
        port = str(random.randint(first, last))
        deed = [word.replace("{}", port) for word in sys.argv[cut + 1 :]]
        # A unit that is between two lives has no main process to kill: not a deed.
        done = subprocess.run(deed or ["true"], stderr=subprocess.DEVNULL)
        deeds += done.returncode == 0
        pause = min(now + options.every, ends) - time.monotonic()
        time.sleep(max(0, pause))
    for visitor in visitors:
        visitor.join()
    fates = Counter(fate for _, fate in seen)
    lost, slowest = len(seen) - fates["200"], max(took for took, _ in seen)
    if options.json:
        words = {"deeds": deeds, "visits": len(seen), "fates": fates}
        print(json.dumps({**words, "slowest": slowest}))
    else:
        print(f"{deeds} deeds, {len(seen)} visits, {lost} without an answer")
        print(f"the slowest answer took {slowest:.1f} s")


if __name__ == "__main__":
    main()
