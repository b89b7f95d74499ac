"""Recovery: from kill -9 of gunicorn's master to the first answer of a new process.

The recommended unit of ``snippets/systemd`` with three pauses, with the socket that it
holds and with a port that gunicorn opens itself, on both systemds. Rounds are
interleaved, so that a busy moment hits every row alike. No request waits for another:
``snippets/prove.py`` asks, on the machine.
"""

from __future__ import annotations

import contextlib
import json
import statistics
from typing import Any

from tests.machines import Machine

from .draw import bars
from .store import TOP, keep, progress, sentence, table

ROUNDS = 10
IMAGES = {"debian-13": "Debian 13", "debian-12": "Debian 12"}
PAUSES = ["0", "100ms", "1s"]  # RestartSec=
PORTS = ["own", "held"]
SETUP = """
    apt-get install --quiet --yes python3-venv
    mkdir -p /srv/hello /etc/systemd/system/hello.service.d
    python3 -m venv /srv/hello/venv
    /srv/hello/venv/bin/pip install --quiet flask gunicorn
"""
#: What has to change in the recommended unit when gunicorn opens the port itself.
OWN = {
    "Requires=hello.socket\n": "",
    "gunicorn --workers 2": "gunicorn --bind 127.0.0.1:5003 --workers 2",
    "PrivateNetwork=yes\n": "",
    "RestrictAddressFamilies=AF_UNIX\n": "RestrictAddressFamilies=AF_UNIX AF_INET\n",
}
PROVE = ["python3", "/usr/local/bin/prove.py", "http://127.0.0.1:5003/pid", "--json"]
PROVE += ["--timeout=20", "--", "systemctl", "kill"]
PROVE += ["--kill-whom=main", "--signal=KILL", "hello"]


def shell(machine: Machine, script: str) -> None:
    """Run `script` on the machine; a command that fails ends the bench."""
    done = machine.run("sh", "-ec", script, limit=300)
    if done.returncode:
        raise SystemExit(f"recovery: {script}\n{done.stdout}{machine.troubles()}")


def prepare(machine: Machine) -> None:
    """Put the service on a machine, by the files that readers copy."""
    shell(machine, SETUP)
    snippets = TOP / "snippets"
    machine.put("/srv/hello/hello.py", (snippets / "hello/hello.py").read_bytes())
    machine.put("/usr/local/bin/prove.py", (snippets / "prove.py").read_bytes())
    socket = (snippets / "systemd/hello.socket").read_bytes()
    machine.put("/etc/systemd/system/hello.socket", socket)


def unit(port: str) -> str:
    """Return the recommended unit, changed where "own" has to differ."""
    text = (TOP / "snippets/systemd/hello.service").read_text(encoding="utf-8")
    for old, new in OWN.items() if port == "own" else []:
        if text.count(old) != 1:
            raise SystemExit(f"recovery: the unit has no longer one {old!r}")
        text = text.replace(old, new)
    return text


def one_round(machine: Machine, pause: str, port: str) -> dict[str, Any]:
    """Start the service, kill its master; return what prove.py saw, in seconds."""
    folder = "/etc/systemd/system"
    machine.put(f"{folder}/hello.service", unit(port).encode())
    drop_in = f"[Service]\nRestartSec={pause}\n".encode()
    machine.put(f"{folder}/hello.service.d/pause.conf", drop_in)
    shell(
        machine,
        "systemctl daemon-reload; systemctl start hello;"
        "curl --silent --retry 9 --retry-connrefused http://127.0.0.1:5003/pid;"
        "sleep 1",  # both workers are there by then
    )
    done = machine.run(*PROVE, limit=120)
    if done.returncode:
        raise SystemExit(f"recovery: it did not come back: {done.stdout}")
    shell(machine, "systemctl stop hello.socket hello.service")
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {key: seen[key] for key in ("after", "away", "polls", "failed", "orphans")}


def span(seconds: list[float]) -> str:
    """Return median and range for a table's cell."""
    middle = statistics.median(seconds)
    return f"{middle:.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def main() -> None:
    """Measure every row, and keep the numbers, in seconds."""
    rounds: dict[str, list[dict[str, Any]]] = {}
    with contextlib.ExitStack() as stack:
        machines = {image: stack.enter_context(Machine(image)) for image in IMAGES}
        for image, machine in machines.items():
            progress(f"recovery: preparing {image}")
            prepare(machine)
        for number in range(ROUNDS):
            progress(f"recovery: round {number + 1} of {ROUNDS}")
            for port in PORTS:
                for pause in PAUSES:
                    for image, machine in machines.items():
                        seen = one_round(machine, pause, port)
                        rounds.setdefault(f"{image} {port} {pause}", []).append(seen)
        about = [machine.versions() for machine in machines.values()]
    versions = [
        f"{label} (systemd {v['systemd']}, Python {v['python']})"
        for label, v in zip(IMAGES.values(), about, strict=True)
    ]
    versions += [f"gunicorn {about[0]['gunicorn']}"]
    keep("recovery", {"versions": versions, "rounds": rounds})
    sentence("recovery", on_machines=True)
    publish(rounds)


def publish(rounds: dict[str, list[dict[str, Any]]]) -> None:
    """Write table and figure of what was measured."""
    head = ["``RestartSec=``", "The port", *IMAGES.values()]
    lines = [[*head, "Kills that failed a request"]]
    for port in PORTS:
        for pause in PAUSES:
            cells = [rounds[f"{image} {port} {pause}"] for image in IMAGES]
            both = [seen for cell in cells for seen in cell]
            failed = sum(seen["failed"] > 0 for seen in both)
            spans = [span([seen["after"] for seen in cell]) for cell in cells]
            lines.append([pause, port, *spans, f"{failed} of {len(both)}"])
    table("recovery", lines)
    rows = []
    for image, label in IMAGES.items():
        for port in PORTS:
            for pause in PAUSES:
                times = [seen["after"] for seen in rounds[f"{image} {port} {pause}"]]
                row = min(times), statistics.median(times), max(times)
                rows.append((f"{label.split()[-1]}: {port}, {pause}", *row))
    bars("recovery", rows, " s", digits=2)
