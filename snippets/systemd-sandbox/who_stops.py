"""who_stops FILE...: which line of a unit stops which attempt? Each is tried alone.

First on a process of root's, and where that shows nothing, on one of yours.
"""

import re
import subprocess
import sys
import textwrap

LINE = re.compile(r"(Dyn|Priv|Pro[ct]|UMask|Cap|Lock|Memory|NoNew|Restrict|System)\w*=")
BECOME = {
    "root": [],
    "you": ["setpriv", "--reuid=you", "--regid=you", "--clear-groups"],
}


def attempts(user, *lines):
    """Try everything as `user` with these lines of a unit; return what came of it."""
    argv = ["systemd-run", "--wait", "--pipe", "--quiet"]
    argv += [f"--property={line}" for line in lines]
    argv += [*BECOME[user], "/usr/bin/python3", "/srv/hello/attempts.py"]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, input="")
    return {row[:30].strip(): row[30:].strip() for row in done.stdout.splitlines()}


def stopped(line):
    """Return the attempts that succeed without the line and fail with it."""
    for user, before in without.items():
        after = attempts(user, line)
        if changed := [name for name in after if after[name] != before[name] == "yes"]:
            return changed
    return ["(no difference seen)"]


without = {user: attempts(user) for user in BECOME}
stops = {
    name: [] if word == "yes" else ["(this machine, already)"]
    for name, word in without["root"].items()
}
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as unit:
        for line in filter(LINE.match, unit.read().splitlines()):
            for name in stopped(line):
                stops.setdefault(name, []).append(line.split("=")[0])
for name, lines in stops.items():
    row = f"{name:30}{' '.join(dict.fromkeys(lines)) or '(nothing)'}"
    print(textwrap.fill(row, 88, subsequent_indent=30 * " "))
