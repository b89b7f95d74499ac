"""runtime: talk to HAProxy while it runs.

runtime.py                                    what it thinks of its servers
runtime.py set server hello/a state drain     anything that it understands
"""

import csv
import socket
import sys


def say(words):
    """Send one command to the runtime socket; return the answer."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect("/run/haproxy/admin.sock")
        line.sendall(words.encode() + b"\n")
        return b"".join(iter(lambda: line.recv(4096), b"")).decode().strip()


if sys.argv[1:]:
    if answer := say(" ".join(sys.argv[1:])):
        print(answer)
else:
    table = say("show stat -1 4 -1").removeprefix("# ").splitlines()  # 4: servers
    for row in csv.DictReader(table):
        place = f"{row['pxname']}/{row['svname']}"
        counts = f"{row['scur']} under way, {row['wretr']} repeated"
        print(f"{place} {row['status']}, {counts}")
