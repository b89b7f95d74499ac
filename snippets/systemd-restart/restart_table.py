"""restart_table: after which end does systemd start a service again?

    restart_table.py                                 every Restart= after every end
    restart_table.py 'exit 1' SuccessExitStatus=1    one end, with one more setting

Run it as root, on a machine for trying things. Each cell is a service of its own, which
systemd-run(1) makes without a unit file. It notes that it was started, and comes to its
end. A second note is the proof of a second start.
"""

import pathlib
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

VALUES = ["no", "on-success", "on-failure", "on-abnormal"]
VALUES += ["on-abort", "on-watchdog", "always"]
WAIT = "exec sleep infinity"
ENDS = {  # what the shell does after its note, and the settings that this takes
    # Of two $ systemd makes one: the shell reads $$, its own process id.
    "exit 0": ["exit 0"],
    "exit 1": ["exit 1"],
    "SIGTERM": ["kill -TERM $$$$"],
    "SIGINT": ["kill -INT $$$$"],
    "SIGHUP": ["kill -HUP $$$$"],
    "SIGKILL": ["kill -KILL $$$$"],
    "SIGSEGV": ["kill -SEGV $$$$"],
    "start time-out": [WAIT, "Type=notify", "TimeoutStartSec=3s"],
    "watchdog": [WAIT, "WatchdogSec=3s"],
    "systemctl stop": [WAIT],
    "stop time-out": [WAIT, "KillSignal=SIGCONT", "TimeoutStopSec=300ms"],
}
LIMIT = 50  # seconds


def systemctl(*words):
    """Return what systemctl says."""
    return subprocess.run(["systemctl", *words], capture_output=True, text=True).stdout


def unit_of(end, value):
    """Return the name of one cell's unit."""
    return f"restart-table-{value}-{end.replace(' ', '-')}.service"


def start(end, value, more, notes):
    """Start one cell, and stop it if that is its end."""
    unit, (deed, *settings) = unit_of(end, value), ENDS[end]
    settings += [f"Restart={value}", "StartLimitBurst=2", *more]
    run = ["systemd-run", "--quiet", "--no-block", f"--unit={unit}"]
    run += [f"--property={setting}" for setting in settings]
    subprocess.run([*run, "sh", "-c", f"echo >> {notes / unit}; {deed}"], check=True)
    if "stop" in end:
        while not starts(unit, notes):
            time.sleep(0.05)
        systemctl("stop", unit)


def starts(unit, notes):
    """Return how often a cell was started."""
    note = notes / unit
    return len(note.read_bytes()) if note.exists() else 0


def alive():
    """Return the cells that systemd runs, stops, or means to start again."""
    listed = systemctl(
        "list-units", "--all", "--plain", "--no-legend", "restart-table-*"
    )
    rows = [line.split() for line in listed.splitlines()]
    return {unit for unit, _, state, *_ in rows if state not in ("inactive", "failed")}


def look(units, notes):
    """Yield unit and verdict where there is one by now."""
    begun = [unit for unit in units if starts(unit, notes)]
    still = alive()  # asked for after the first note was seen, before the second
    for unit in begun:
        if starts(unit, notes) > 1:
            yield unit, "again"
        elif unit not in still:
            yield unit, "-"


def main():
    """Start every cell, wait for every verdict, print the table."""
    more = [word for word in sys.argv[1:] if "=" in word]
    ends = [word for word in sys.argv[1:] if word in ENDS] or list(ENDS)
    cells, found = [(end, value) for end in ends for value in VALUES], {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(8) as pool:
        notes, deadline = pathlib.Path(folder), time.monotonic() + LIMIT
        jobs = [pool.submit(start, *cell, more, notes) for cell in cells]
        waiting = {unit_of(*cell) for cell in cells}
        while waiting and time.monotonic() < deadline:
            time.sleep(0.5)
            found.update(look(waiting, notes))
            waiting.difference_update(found)
        for job in jobs:
            job.result()
        systemctl("stop", "restart-table-*")
        systemctl("reset-failed", "restart-table-*")
    rows = [["", *VALUES]]
    rows += [[e, *(found.get(unit_of(e, v), "?") for v in VALUES)] for e in ends]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())


if __name__ == "__main__":
    main()
