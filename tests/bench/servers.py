"""WSGI servers side by side: throughput, memory, first answer, a stop under way.

Needs wrk(1). The load generator shares the cores with the server, so only ratios mean
anything; rounds are interleaved, so that a busy moment hits every server alike.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from .draw import bars
from .store import TOP, keep, progress, sentence, table

ROUNDS = 5
SECONDS = 2  # of load, a round
BASE = "gunicorn, 1 sync worker"
GUNICORN = ["gunicorn", "--config=/dev/null", "--no-control-socket"]
GUNICORN += ["--bind=127.0.0.1:{}"]
UWSGI = ["uwsgi", "--master", "--need-app", "--lazy-apps", "--disable-logging"]
UWSGI += ["--http-socket=127.0.0.1:{}", "--module=hellokill:create_app()"]
UWSGI += ["--hook-master-start=unix_signal:15 gracefully_kill_them_all"]
APP = "hellokill:create_app()"
SERVERS = {
    "Flask's own": ["flask", "--app=hellokill", "run", "--port={}"],
    BASE: [*GUNICORN, "--workers=1", APP],
    "gunicorn, 2 sync": [*GUNICORN, "--workers=2", APP],
    "gunicorn, 4 threads": [*GUNICORN, "--threads=4", APP],
    "waitress, 4 threads": ["waitress-serve", "--listen=127.0.0.1:{}"]
    + ["--call", "hellokill:create_app"],
    "uWSGI, 1 process": [*UWSGI, "--processes=1"],
    "uWSGI, 2 processes": [*UWSGI, "--processes=2"],
}


def environment() -> Path:
    """Return a virtual environment with every server, from the pages' own lock file."""
    venv, lock = TOP / "_build/bench-venv", TOP / "tests/machines/wheels.txt"
    if not (venv / "lock").is_file() or (venv / "lock").read_text() != lock.read_text():
        progress("servers: making a virtual environment")
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        pip = [
            venv / "bin/python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
        ]
        subprocess.run([*pip, "--requirement", lock], check=True)
        shutil.copy(lock, venv / "lock")
    return venv / "bin"


@contextlib.contextmanager
def started(words: list[str], tools: Path) -> Iterator[tuple[int, int, float]]:
    """Start a server; yield its pid, its port, and the seconds to its first answer."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = [str(tools / words[0]), *(word.format(port) for word in words[1:])]
    began = time.monotonic()
    process = subprocess.Popen(
        words,
        cwd=TOP / "snippets/hello",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while fetch(port, "/health") != 200:
            if process.poll() is not None or time.monotonic() > began + 20:
                raise SystemExit(f"{' '.join(words)} does not start")
            time.sleep(0.005)
        yield process.pid, port, time.monotonic() - began
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def fetch(port: int, path: str) -> int | None:
    """Return the status of one request, or None if it was not answered."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        link.request("GET", path)
        return link.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        link.close()


def memory(group: int) -> float:
    """Return the peak resident memory of a process group in MiB (proc(5), VmHWM)."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, ProcessLookupError):
            if os.getpgid(int(status.parent.name)) == group:
                found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
                total += int(found.group(1)) if found else 0
    return total / 1024


def load(port: int) -> float:
    """Return the requests per second that wrk gets answered."""
    words = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", f"http://127.0.0.1:{port}/"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found.group(1))


def stop_under_way(pid: int, port: int) -> str:
    """Send SIGTERM while a request of two seconds is under way; return its fate."""
    seen: list[int | None] = []
    asking = threading.Thread(
        target=lambda: seen.append(fetch(port, "/slow?seconds=2"))
    )
    asking.start()
    time.sleep(0.5)
    os.kill(pid, signal.SIGTERM)
    asking.join()
    return "is finished" if seen == [200] else "is cut"


def versions() -> list[str]:
    """Return the pinned versions of what is measured."""
    lock = (TOP / "tests/machines/wheels.txt").read_text(encoding="utf-8")
    names = ("flask", "werkzeug", "gunicorn", "waitress", "pyuwsgi")
    found = re.findall(r"(?m)^([a-z]+==[\w.]+)", lock)
    return [version for version in found if version.split("==")[0] in names]


def main() -> None:
    """Measure every server, keep the numbers, write table and figure."""
    if not shutil.which("wrk"):
        raise SystemExit("servers: no wrk here: run `apt-get install wrk`")
    tools = environment()
    rates: dict[str, list[float]] = {name: [] for name in SERVERS}
    firsts: dict[str, list[float]] = {name: [] for name in SERVERS}
    peaks: dict[str, float] = {}
    fates: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        for number in range(ROUNDS):
            for name, words in SERVERS.items():
                progress(f"servers: round {number + 1} of {ROUNDS}: {name}")
                with started(words, tools) as (pid, port, first):
                    firsts[name].append(first)
                    rates[name].append(load(port))
                    peaks[name] = max(peaks.get(name, 0), memory(pid))
        for name, words in SERVERS.items():
            progress(f"servers: a stop under way: {name}")
            with started(words, tools) as (pid, port, _):
                fates[name] = stop_under_way(pid, port)
    keep(
        "servers",
        {
            "versions": versions(),
            "rates": rates,
            "first_answer": firsts,
            "peak_mib": peaks,
            "stop": fates,
        },
    )
    sentence("servers")
    base = statistics.median(rates[BASE])
    first = statistics.median(firsts[BASE])
    head = ["Server", "Throughput", "First answer", "Peak memory"]
    lines = [[*head, "At SIGTERM, a request under way"]]
    for name in SERVERS:
        lines.append(
            [
                name,
                f"{statistics.median(rates[name]) / base:.1f}",
                f"{statistics.median(firsts[name]) / first:.1f}",
                f"{peaks[name] / peaks[BASE]:.1f}",
                fates[name],
            ]
        )
    table("servers", lines)
    rows = [
        (name, min(r) / base, statistics.median(r) / base, max(r) / base)
        for name, r in rates.items()
    ]
    bars("servers", rows, "")
