"""Fifty services: what a start costs, how fast all are back, who notices chaos.

Everything runs on machines with controllers, because the kernel's account of the whole
machine's processor time (cgroups, cpuacct) is what a start is measured by.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import time
from pathlib import Path

from tests.machines import Machine

from .draw import bars
from .store import TOP, keep, progress, sentence, table

SNIPPETS = TOP / "snippets"
IMAGE = "debian-13-limits"
PORTS = range(5001, 5051)
ROUNDS = 5
STARTS = 9  # of one service, for its processor time
CHAOS = 60  # seconds
KILL = "systemctl kill --kill-whom=main --signal=KILL"
UNITS = "/etc/systemd/system"
FILES = {
    "hello/hellokill.py": "/srv/hello/hellokill.py",
    "systemd-many/hello@.socket": f"{UNITS}/hello@.socket",
    "systemd-many/hello@.service": f"{UNITS}/hello@.service",
    "systemd-many/hello.target": f"{UNITS}/hello.target",
    "systemd-many/roll_call.py": "/usr/local/bin/roll_call.py",
    "systemd-many/chaos.py": "/usr/local/bin/chaos.py",
    "systemd-many/memory.py": "/usr/local/bin/memory.py",
    "systemd-many/lean.py": "/usr/local/bin/lean.py",
}
PREPARE = """
apt-get install --quiet=2 --yes python3-venv >/dev/null 2>&1
useradd --system --shell /usr/sbin/nologin hello
mkdir /srv/hello /etc/hello
python3 -m venv /srv/hello/venv
/srv/hello/venv/bin/pip install --quiet flask gunicorn waitress
"""
GUNICORN = "/srv/hello/venv/bin/gunicorn --no-control-socket"
OWN = f"""[Unit]
PartOf=hello.target
StartLimitIntervalSec=0
[Service]
Type=notify
User=hello
WorkingDirectory=/srv/hello
ExecStart={GUNICORN} --bind 127.0.0.1:%i 'hellokill:create_app()'
Restart=always
RestartSec=1s
"""
HELD = OWN.replace("--bind 127.0.0.1:%i ", "").replace(
    "[Unit]", "[Unit]\nRequires=hello@%i.socket"
)


def recommended() -> str:
    """Return the template that the page shows."""
    return (SNIPPETS / "systemd-many/hello@.service").read_text(encoding="utf-8")


def arrangements() -> dict[str, tuple[bool, str, str]]:
    """Return (port held by systemd?, unit, drop-in) of each arrangement by name."""
    page = recommended()
    lean = (SNIPPETS / "systemd-many/lean.conf").read_text(encoding="utf-8")
    soon = "[Service]\nRestartSec=100ms\n"
    preload = GUNICORN + " --preload"
    return {
        "own port, no sandbox": (False, OWN, ""),
        "held port, no sandbox": (True, HELD, ""),
        "held port, sandbox": (True, page, ""),
        "the same, RestartSec=100ms": (True, page, soon),
        "the same, --preload": (True, page.replace(GUNICORN, preload), soon),
        "the same, no byte-code": (
            True,
            page,
            soon + "Environment=PYTHONPYCACHEPREFIX=/nonexistent\n",
        ),
        "one process (lean.py)": (True, page, lean + "RestartSec=100ms\n"),
    }


class Fifty:
    """A machine with fifty services in one arrangement. A context manager."""

    def __init__(self, held: bool, unit: str, drop_in: str) -> None:
        self.held = held
        self.machine = Machine(IMAGE)
        self.sh(PREPARE)
        for source, target in FILES.items():
            self.machine.put(target, (SNIPPETS / source).read_bytes())
        self.machine.put(f"{UNITS}/hello@.service", unit.encode())
        if drop_in:
            self.sh(f"mkdir {UNITS}/hello@.service.d")
            self.machine.put(f"{UNITS}/hello@.service.d/x.conf", drop_in.encode())
        self.sh("systemctl daemon-reload")

    def __enter__(self) -> Fifty:
        return self

    def __exit__(self, *_: object) -> None:
        self.machine.stop()

    def sh(self, script: str, limit: float = 300) -> str:
        """Run `script` with bash; return its output. Raises on a non-zero status."""
        done = self.machine.run("bash", "-c", script, limit=limit)
        if done.returncode:
            raise SystemExit(f"{script}: status {done.returncode}: {done.stdout}")
        return done.stdout

    def used(self) -> float:
        """Return the processor time of the machine's units so far, in seconds."""
        account = Path("/sys/fs/cgroup/cpuacct", self.machine.name, "cpuacct.usage")
        return int(account.read_text()) / 1e9

    def one_start(self) -> float:
        """Return the median processor time of a start up to its first answer, in s."""
        kind = "socket" if self.held else "service"
        start = f"systemctl start hello@5001.{kind}; curl --silent --fail --retry 99"
        start += " --retry-connrefused --retry-delay 0 http://127.0.0.1:5001/pid"
        stop = "systemctl stop hello@5001.socket hello@5001.service; sleep 0.5"
        times = []
        for _ in range(STARTS):
            before = self.used()
            self.sh(start)
            times.append(self.used() - before)
            self.sh(stop)
        return statistics.median(times)

    def start_all(self) -> None:
        """Start the fifty, and wait for them."""
        if self.held:
            self.sh(f"systemctl start hello@{{{PORTS[0]}..{PORTS[-1]}}}.socket")
        self.sh(f"systemctl start hello@{{{PORTS[0]}..{PORTS[-1]}}}.service")
        self.sh(f"python3 /usr/local/bin/roll_call.py {PORTS[0]}-{PORTS[-1]}")
        time.sleep(3)

    def kill_all(self) -> tuple[float, float]:
        """Kill every main process; return seconds until all are back; CPU seconds."""
        before = self.used()
        roll = f"python3 /usr/local/bin/roll_call.py {PORTS[0]}-{PORTS[-1]}"
        said = self.sh(f"{roll} -- {KILL} 'hello@*.service'")
        found = re.search(r"the last after ([\d.]+) s", said)
        assert found, said
        used = self.used() - before
        time.sleep(3)
        return float(found.group(1)), used

    def memory(self) -> str:
        """Return what memory.py says."""
        return self.sh("python3 /usr/local/bin/memory.py hello@").strip()


def cores() -> int:
    """Return how many processors this host has."""
    return int(subprocess.check_output(["nproc"]))


def fifty() -> None:
    """Measure every arrangement, keep the numbers, write table and figure."""
    results: dict[str, dict[str, object]] = {}
    rows, bars_ = [], []
    for name, (held, unit, drop_in) in arrangements().items():
        progress(f"fifty: {name}")
        with Fifty(held, unit, drop_in) as many:
            start = many.one_start()
            many.start_all()
            memory = many.memory()
            rounds = [many.kill_all() for _ in range(ROUNDS)]
        back = [seconds for seconds, _ in rounds]
        limit = len(PORTS) * start / cores()
        middle = statistics.median(back)
        results[name] = {
            "start_cpu": start,
            "limit": limit,
            "back": back,
            "cpu": [used for _, used in rounds],
            "memory": memory,
        }
        progress(f"fifty: {name}: {start:.3f} s CPU, back after {middle:.1f} s")
        rows.append(
            [
                name.replace("--preload", "``--preload``"),  # or it gets a dash
                f"{start * 1000:.0f} ms",
                f"{limit:.1f} s",
                f"{middle:.1f} s",
                f"{middle / limit:.2f}",
                memory.partition(", ")[2],
            ]
        )
        bars_.append((name, min(back), middle, max(back)))
    keep("fifty", {"versions": versions(), "arrangements": results})
    sentence("fifty", on_machines=True)
    head = ["Arrangement", "Processor time of a start", "50 starts on all cores"]
    head += ["The last is back after", "Ratio", "Memory"]
    table("fifty", [head, *rows])
    bars("fifty", bars_, " s")


def chaos() -> None:
    """Run a minute of chaos at three rates, with the port held and without."""
    results: dict[str, dict[str, object]] = {}
    rows = []
    ways = {
        "own port": (False, OWN, ""),
        "held port": (True, recommended(), ""),
    }
    for every in (2, 1, 0.3):
        row = [f"{every:g} s"]
        for name, way in ways.items():
            progress(f"chaos: a kill every {every:g} s, {name}")
            with Fifty(*way) as many:
                many.start_all()
                seen = json.loads(many.sh(command(every)))
                failed = many.sh("systemctl list-units --failed --no-legend 'hello@*'")
            answered = 100 * seen["fates"].get("200", 0) / seen["visits"]
            results[f"{every:g} s, {name}"] = {**seen, "failed_units": failed}
            progress(f"chaos: {answered:.2f} %, the slowest {seen['slowest']:.1f} s")
            row += [f"{answered:.2f} %", f"{seen['slowest']:.1f} s"]
        row.insert(1, str(results[f"{every:g} s, held port"]["deeds"]))
        rows.append(row)
    keep("chaos", {"versions": versions(), "runs": results})
    sentence("chaos", on_machines=True)
    head = ["A kill every", "Kills", "Own port: answered", "The slowest"]
    table("chaos", [[*head, "Held port: answered", "The slowest"], *rows])


def command(every: float) -> str:
    """Return the command line of one run of chaos.py."""
    words = f"--every {every:g} --for {CHAOS} --json -- {KILL} hello@{{}}.service"
    return f"python3 /usr/local/bin/chaos.py {PORTS[0]}-{PORTS[-1]} {words}"


def versions() -> list[str]:
    """Return what is measured, by version."""
    lock = (TOP / "tests/machines/wheels.txt").read_text(encoding="utf-8")
    found = re.findall(r"(?m)^((?:flask|gunicorn|waitress)==[\w.]+)", lock)
    return ["systemd==257", *found]
