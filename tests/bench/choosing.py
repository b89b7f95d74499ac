"""Choosing: every supervisor with the same service, the same accidents, the same clock.

Kills come in interleaved rounds, so that a busy moment hits every row alike. Then the
accidents, on all machines side by side, as they are mostly waited out: the service is
frozen by SIGSTOP; a program that is deaf to SIGTERM, as is its child, gets stopped; and
two programs end at once for a minute, with status 1 and with 0.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import threading
import time
from typing import Any

from tests.machines import Machine

from .draw import bars
from .store import TOP, keep, progress, sentence, table
from .supervisors import ASKING, RECIPES, Recipe

ROUNDS = 10
MINUTE = 60  # seconds of crash loops
HANG = 40  # seconds that a frozen service is given
PREPARE = """
apt-get install --yes python3-venv
useradd --system --home-dir /srv/hello --shell /usr/sbin/nologin hello
mkdir /srv/hello /srv/web /srv/one /srv/zero /srv/deaf
python3 -m venv /srv/hello/venv
/srv/hello/venv/bin/pip install --quiet flask gunicorn
"""
PROGRAMS = {
    "web": "cd /srv/hello\n"
    "exec setpriv --reuid=hello --regid=hello --clear-groups venv/bin/gunicorn "
    "--bind 127.0.0.1:5003 --workers 1 --no-control-socket hello:app\n",
    "one": "date +%s.%N >> /run/one.log\nexit 1\n",
    "zero": "date +%s.%N >> /run/zero.log\nexit 0\n",
    "deaf": "trap '' TERM INT HUP\n"
    "sh -c \"trap '' TERM INT HUP; while :; do sleep 1; done\" child &\n"
    "echo $! > /run/child\necho $$ > /run/main\nwhile :; do sleep 1; done\n",
}
UP = "curl --silent --fail --output /dev/null --retry 99 --retry-all-errors "
UP += "--retry-delay 1 --max-time 2 http://127.0.0.1:5003/pid"
PROVE = ["python3", "/usr/local/bin/prove.py", "http://127.0.0.1:5003/pid", "--json"]
KILL = ["pkill", "--oldest", "--signal", "KILL", "--euid", "hello"]
ALIVE = "for p in main child; do ps -o stat= -p $(cat /run/$p) | grep -vq Z && echo $p;"
ALIVE += "done; true"


class Subject:
    """A machine with one supervisor that watches `hello`. A context manager."""

    def __init__(self, name: str, recipe: Recipe) -> None:
        self.name, self.recipe = name, recipe
        self.kills: list[dict[str, Any]] = []
        self.machine = Machine(recipe.image)
        try:
            self.prepare()
        except BaseException:
            self.machine.stop()
            raise

    def __enter__(self) -> Subject:
        return self

    def __exit__(self, *_: object) -> None:
        self.machine.stop()

    def sh(self, script: str, limit: float = 300) -> str:
        """Run `script`; return its output. A status other than 0 ends the bench."""
        done = self.machine.run("bash", "-ec", script, limit=limit)
        if done.returncode:
            said = f"{self.name}: {script}: status {done.returncode}\n{done.stdout}"
            raise SystemExit(said + self.machine.troubles())
        return done.stdout.strip()

    def prepare(self) -> None:
        """Install programs and supervisor, and have it start `web`, the service."""
        self.sh(PREPARE)
        for name, text in PROGRAMS.items():
            self.machine.put(f"/srv/{name}/run", f"#!/bin/sh\n{text}".encode())
        self.sh("chmod 755 /srv/*/run")
        for name, target in (
            ("hello/hello.py", "/srv/hello/hello.py"),
            ("prove.py", "/usr/local/bin/prove.py"),
        ):
            self.machine.put(target, (TOP / "snippets" / name).read_bytes())
        self.sh(self.recipe.setup)
        for path, text in self.recipe.files.items():
            self.machine.put(path, text.encode())
        if self.recipe.begin == "reboot":
            self.machine.run("reboot")
            self.machine.wait_ready()
        else:
            self.sh(self.recipe.begin)
            time.sleep(2)
        self.add("web")
        self.sh(UP)

    def add(self, *names: str) -> None:
        """Put programs under the supervisor, by its configuration and its commands."""
        for name in names:
            for path, text in self.recipe.program.items():
                if name == "web" and self.name in ASKING:
                    text = ASKING[self.name](text)
                data = text.replace("NAME", name).encode()
                self.machine.put(path.replace("NAME", name), data)
        for name in names:
            self.sh(self.recipe.add.replace("NAME", name))

    def kill(self) -> None:
        """Kill gunicorn's master; note what prove.py saw, in seconds."""
        self.sh(UP)
        time.sleep(2.5)
        done = self.machine.run(*PROVE, "--within", "60", "--", *KILL, limit=90)
        if done.returncode:
            raise SystemExit(f"{self.name} did not bring it back: {done.stdout}")
        seen = json.loads(done.stdout.splitlines()[-1])
        self.kills.append({key: seen[key] for key in ("after", "away", "failed")})

    def memory(self) -> int:
        """Return the proportional set size of the supervisor's processes, in KiB."""
        rolls = "sed 's|.*|/proc/&/smaps_rollup|' | xargs sed -n 's/^Pss: *//p'"
        said = self.sh(f"({self.recipe.mine}) | {rolls}")
        return sum(int(line.split()[0]) for line in said.splitlines())

    def accidents(self) -> dict[str, Any]:
        """Return what the accidents come to: hang, deaf program, crash loops."""
        seen: dict[str, Any] = {"hang": self.hang()}
        self.add("deaf")
        self.sh("until test -s /run/main; do sleep 0.2; done; sleep 1")
        seen["stop"] = self.stop()
        self.add("one", "zero")
        time.sleep(MINUTE)
        now = float(self.sh("date +%s.%N"))
        for name in ("one", "zero"):
            text = self.sh(f"cat /run/{name}.log")
            seen[name] = [now - float(line) for line in text.split()]
        return seen

    def stop(self) -> dict[str, float | None]:
        """Stop the deaf one; return the seconds until main and child were gone."""
        stop = self.recipe.stop.replace("NAME", "deaf")
        began = time.monotonic()
        thread = threading.Thread(
            target=lambda: self.machine.run("bash", "-c", stop, limit=120)
        )
        thread.start()
        gone: dict[str, float | None] = {"main": None, "child": None}
        while time.monotonic() < began + 25:
            alive = self.sh(ALIVE).split()
            for who in gone:
                if who not in alive and gone[who] is None:
                    gone[who] = time.monotonic() - began
            if None not in gone.values():
                break
            time.sleep(0.25)
        self.sh("kill -9 $(cat /run/main /run/child) 2>/dev/null || true")
        with contextlib.suppress(subprocess.TimeoutExpired):
            thread.join(30)
        return gone

    def hang(self) -> float | None:
        """Freeze the service; return the seconds until it answers again, or None."""
        self.sh("pkill --signal STOP --euid hello")
        began = time.monotonic()
        ask = "curl --silent --fail --output /dev/null --max-time 1 "
        ask += "http://127.0.0.1:5003/pid"
        while time.monotonic() < began + HANG:
            if self.machine.run("sh", "-c", ask).returncode == 0:
                return time.monotonic() - began
            time.sleep(0.25)
        self.sh("pkill --signal CONT --euid hello || true")
        return None


def main() -> None:
    """Measure all, keep the numbers, write tables and figure."""
    results: dict[str, dict[str, Any]] = {}
    with contextlib.ExitStack() as stack:
        subjects = []
        for name, recipe in RECIPES.items():
            progress(f"choosing: preparing {name}")
            subjects.append(stack.enter_context(Subject(name, recipe)))
        for number in range(ROUNDS):
            progress(f"choosing: round {number + 1} of {ROUNDS}")
            for subject in subjects:
                subject.kill()
        for subject in subjects:
            results[subject.name] = {
                "version": subject.sh(subject.recipe.version),
                "kills": subject.kills,
                "memory_kib": subject.memory(),
            }
        progress("choosing: accidents, for two minutes")
        accidents(subjects, results)
        about = subjects[0].machine.versions()
    versions = [f"gunicorn {about['gunicorn']}", "one worker", "Debian 13 (god: 12)"]
    keep("choosing", {"versions": versions, "supervisors": results})
    sentence("choosing", on_machines=True)
    publish(results)


def accidents(subjects: list[Subject], results: dict[str, dict[str, Any]]) -> None:
    """Have them on all machines side by side, and add what was seen."""

    def one(subject: Subject) -> None:
        try:
            results[subject.name].update(subject.accidents())
        except BaseException as problem:  # SystemExit too: a thread's would be lost
            problems.append(f"{subject.name}: {problem}")

    problems: list[str] = []
    threads = [threading.Thread(target=one, args=[subject]) for subject in subjects]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise SystemExit("\n".join(problems))


def loop(ages: list[float]) -> str:
    """Say what became of a program that ends at once, by the `ages` of its starts.

    They are in seconds, at the end of the minute.
    """
    starts = sorted(ages, reverse=True)
    if len(starts) == 1:
        return "not started again"
    gaps = [early - late for early, late in zip(starts, starts[1:], strict=False)]
    if starts[-1] > max(10, 3 * gaps[-1]):
        span = starts[0] - starts[-1]
        return f"{len(starts)} starts in {span:.1f} s, then none"
    middle, longest = statistics.median(gaps), max(gaps)
    if longest > 2 * middle + 1:
        return f"{len(starts)} starts, up to {longest:.0f} s apart"
    return f"{len(starts)} starts, one in {middle:.1f} s"


def gone(seconds: dict[str, float | None]) -> str:
    """Say what became of a process that is deaf to SIGTERM, and of its child."""
    main, child = seconds["main"], seconds["child"]
    if main is None:
        return "lives on" if child is None else "lives on, its child dies"
    text = f"killed after {main:.0f} s"
    return text + ("; its child lives on" if child is None else ", with its child")


def publish(results: dict[str, dict[str, Any]]) -> None:
    """Write both tables and the figure of what was measured."""
    numbers: list[list[str]] = []
    conduct: list[list[str]] = []
    rows: list[tuple[str, float, float, float]] = []
    for name, seen in results.items():
        after = [kill["after"] for kill in seen["kills"]]
        low, middle, high = min(after), statistics.median(after), max(after)
        memory = f"{seen['memory_kib'] / 1024:.1f} MiB"
        cell = f"{middle:.2f} s ({low:.2f} to {high:.2f})"
        numbers.append([name, seen["version"] or "dash", cell, memory])
        hang = seen["hang"]
        conduct.append(
            [
                name,
                loop(seen["one"]),
                loop(seen["zero"]),
                gone(seen["stop"]),
                "not noticed" if hang is None else f"back after {hang:.0f} s",
            ]
        )
        rows.append((name, low, middle, high))
    head = ["Supervisor", "Version", "From the kill to the new one's answer"]
    table("choosing", [[*head, "Memory of its own"], *numbers])
    head = ["Supervisor", "A crash loop", "The same with exit status 0"]
    table("conduct", [[*head, "Deaf to SIGTERM, stopped", "Frozen"], *conduct])
    bars("choosing", rows, " s", digits=2)
