"""What the harness costs: boot, stop, and one console command against a plain shell."""

from __future__ import annotations

import statistics
import subprocess
import time

from tests.machines import Machine
from tests.machines.terminal import Terminal

from .store import keep, progress

ROUNDS = 10
COMMANDS = 100


def main() -> None:
    """Measure, and keep the numbers in seconds."""
    boots: list[float] = []
    stops: list[float] = []
    for number in range(ROUNDS):
        progress(f"harness: boot {number + 1} of {ROUNDS}")
        began = time.monotonic()
        machine = Machine("debian-13")
        boots.append(time.monotonic() - began)
        began = time.monotonic()
        machine.stop()
        stops.append(time.monotonic() - began)
    progress(f"harness: {COMMANDS} commands in a terminal, then in a plain shell")
    with Machine("debian-13") as machine:
        terminal = Terminal(machine, "root")
        began = time.monotonic()
        for _ in range(COMMANDS):
            terminal.run("/bin/true", 5)
        typed = (time.monotonic() - began) / COMMANDS
        terminal.close()
        script = "i=0; while test $i -lt 100; do /bin/true; i=$((i+1)); done"
        began = time.monotonic()
        subprocess.run(machine.enter("root", "sh", "-c", script), check=True)
        plain = (time.monotonic() - began) / COMMANDS
    rows = {"boot": boots, "stop": stops}
    for name, seconds in rows.items():
        low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
        progress(f"{name}: {low:.2f} / {middle:.2f} / {high:.2f} s (min, median, max)")
    progress(
        f"a command: {typed * 1000:.1f} ms typed, {plain * 1000:.1f} ms in a shell"
    )
    keep("harness", {**rows, "command_typed": typed, "command_plain": plain})
