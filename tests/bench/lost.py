"""Lost requests: a restart, a reload and a killed master, under a steady load.

The units of ``snippets/systemd-socket``: with a port that gunicorn opens itself, and
with one that systemd holds. Rounds are interleaved, so that a busy moment hits every
row alike. The visitors are that folder's ``load.py``, and come from the same machine.
"""

from __future__ import annotations

import contextlib
import re
import statistics
from typing import Any

from tests.machines import Machine

from .draw import bars
from .store import TOP, keep, progress, sentence, table

ROUNDS = 6
RATE, SECONDS = 200, 4  # visitors a second, and for how long
DEEDS = {
    "restart": ["systemctl", "restart", "hello"],
    "kill the master": ["systemctl", "kill", "--kill-whom=main"]
    + ["--signal=KILL", "hello"],
    "reload": ["systemctl", "reload", "hello"],
}
PORTS = ["own", "held"]  # by gunicorn, by systemd
ETC = "/etc/systemd/system"
FILES = {
    "hello/hellokill.py": "/srv/hello/hellokill.py",
    "systemd-socket/load.py": "/usr/local/bin/load.py",
    "systemd-socket/hello.service": f"{ETC}/hello.service",
}
HELD = {
    "systemd/hello.socket": f"{ETC}/hello.socket",
    "systemd-socket/held.conf": f"{ETC}/hello.service.d/held.conf",
}
SETUP = f"""
    apt-get install --quiet --yes python3-venv
    mkdir -p /srv/hello {ETC}/hello.service.d
    python3 -m venv /srv/hello/venv
    /srv/hello/venv/bin/pip install --quiet flask gunicorn
"""
#: Both workers are there a second after the first answer.
READY = """
    curl --silent --show-error --retry 20 --retry-all-errors http://127.0.0.1:5003/health
    sleep 1
"""
LOAD = ["python3", "/usr/local/bin/load.py", f"--rate={RATE}", f"--seconds={SECONDS}"]
LOAD += ["http://127.0.0.1:5003/", "--"]
SAID = re.compile(r"(\d+) of \d+ lost(?: \((.*)\))?, slowest ([\d.]+) s")


def shell(machine: Machine, script: str) -> None:
    """Run `script` on the machine; a command that fails ends the bench."""
    done = machine.run("sh", "-ec", script, limit=300)
    if done.returncode:
        raise SystemExit(f"lost: {script}\n{done.stdout}{machine.troubles()}")


def prepare(machine: Machine, port: str) -> None:
    """Put the service on a machine, by the files that readers copy, and start it."""
    shell(machine, SETUP)
    for name, path in {**FILES, **(HELD if port == "held" else {})}.items():
        machine.put(path, (TOP / "snippets" / name).read_bytes())
    shell(machine, "systemctl daemon-reload; systemctl start hello")


def one_round(machine: Machine, deed: list[str]) -> dict[str, Any]:
    """Do it under load; return what was lost, how, and the slowest answer's seconds."""
    shell(machine, READY)
    done = machine.run(*LOAD, *deed, limit=120)
    found = SAID.search(done.stdout)
    if not found:
        raise SystemExit(f"lost: {done.stdout}{machine.troubles()}")
    count, how, slowest = found.groups()
    return {"lost": int(count), "how": how or "", "slowest": float(slowest)}


def span(numbers: list[float], digits: int) -> str:
    """Return median and range, for a table's cell."""
    low, middle, high = min(numbers), statistics.median(numbers), max(numbers)
    if low == high == 0:
        return "0"
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def main() -> None:
    """Measure every row, keep the numbers, write table and figure."""
    rounds: dict[str, list[dict[str, Any]]] = {}
    with contextlib.ExitStack() as stack:
        machines = {port: stack.enter_context(Machine("debian-13")) for port in PORTS}
        for port, machine in machines.items():
            progress(f"lost: preparing the machine where the port is {port}")
            prepare(machine, port)
        for number in range(ROUNDS):
            for name, deed in DEEDS.items():
                for port, machine in machines.items():
                    progress(f"lost: round {number + 1} of {ROUNDS}: {name}, {port}")
                    seen = one_round(machine, deed)
                    rounds.setdefault(f"{name}, {port}", []).append(seen)
        about = machines["held"].versions()
    versions = [f"systemd {about['systemd']}", f"gunicorn {about['gunicorn']}"]
    versions += [f"Python {about['python']} on the machine"]
    load = {"rate": RATE, "seconds": SECONDS, "requests": RATE * SECONDS}
    keep("lost", {"versions": versions, "load": load, "rounds": rounds})
    sentence("lost", on_machines=True)
    head = ["What is done", "The port"]
    lines = [[*head, f"Lost of {RATE * SECONDS}", "Slowest answer, s"]]
    for name in DEEDS:
        for port in PORTS:
            cell = rounds[f"{name}, {port}"]
            lost = span([seen["lost"] for seen in cell], 0)
            slowest = span([seen["slowest"] for seen in cell], 2)
            lines.append([name, port, lost, slowest])
    table("lost", lines)
    rows = []
    for label, seen in rounds.items():
        lost = [one["lost"] for one in seen]
        rows.append((label, min(lost), statistics.median(lost), max(lost)))
    bars("lost", rows, "", digits=0)
