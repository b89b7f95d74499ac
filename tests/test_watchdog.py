"""The watchdog of tutorials/systemd-hung: its thread must not hang what it guards.

It lives in gunicorn's master, which forks. A lock that the thread held at that moment
would stay locked in the newborn worker. So here it asks all the time, its questions
wear the workers out, and each new one imports something before it first answers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machines import Machine, why_no_machine

SNIPPETS = Path(__file__).parents[1] / "snippets"
SHIPPED = (SNIPPETS / "systemd-hung/gunicorn.conf.py").read_text("utf-8")
UNITS = "/etc/systemd/system"
BIRTHS = 120  # a free host needs some ten seconds for them
PATIENCE = 40  # seconds; a host that is busy is content with ENOUGH of them
ENOUGH = 50

APP = b"""
def app(environ, start_response):
    import csv, decimal, slow
    start_response("200 OK", [("Content-Length", "3")])
    return [b"ok\\n"]
"""

# Whoever imports it holds its lock for that long.
SLOW = b"import time\ntime.sleep(0.02)\n"

# A question every two milliseconds: a tenth of that WATCHDOG_USEC.
DROP_IN = b"""
[Service]
WatchdogSec=10s
Environment=WATCHDOG_USEC=20000
ExecStart=
ExecStart=/srv/hello/venv/bin/gunicorn --workers 3 --max-requests 5 --timeout 3 \\
    --graceful-timeout 3 --no-control-socket hello:app
"""

pytestmark = pytest.mark.skipif(bool(why_no_machine()), reason=str(why_no_machine()))


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine with the recommended unit and an application that is quick to start."""
    with Machine("debian-13") as booted:
        script = (
            f"mkdir -p /srv/hello {UNITS}/hello.service.d {UNITS}/hello.socket.d &&"
            "apt-get install --yes python3-venv && python3 -m venv /srv/hello/venv &&"
            "/srv/hello/venv/bin/pip install --quiet gunicorn"
        )
        assert booted.run("sh", "-c", script).returncode == 0
        for name in ("hello.service", "hello.socket"):
            booted.put(f"{UNITS}/{name}", (SNIPPETS / "systemd" / name).read_bytes())
        door = (SNIPPETS / "systemd-hung/hello.socket.d/watchdog.conf").read_bytes()
        booted.put(f"{UNITS}/hello.socket.d/watchdog.conf", door)
        booted.put(f"{UNITS}/hello.service.d/births.conf", DROP_IN)
        booted.put("/srv/hello/hello.py", APP)
        booted.put("/srv/hello/slow.py", SLOW)
        yield booted


def counted(machine: Machine, since: str, word: str) -> int:
    """Return how many lines of the service's log have that word."""
    log = "journalctl --output=cat --no-pager --unit=hello --since"
    script = f"{log} '{since}' | grep --count '{word}'"
    return int(machine.run("sh", "-c", script).stdout)


def births(machine: Machine, conf: str) -> tuple[int, int, int]:
    """Run the service with that gunicorn.conf.py while workers are born.

    Returns how many were born, how many hung, and how often systemd restarted it all.
    A worker that hangs in a request gets gunicorn's time-out; one that hangs while it
    starts gets nothing, until a stop has to kill it.
    """
    machine.put("/srv/hello/gunicorn.conf.py", conf.encode())
    start = "systemctl daemon-reload && systemctl start hello.socket hello.service"
    assert machine.run("sh", "-c", start).returncode == 0
    since = machine.run("date", "+%F %T").stdout.strip()
    born = hung = 0
    deadline = time.monotonic() + PATIENCE
    while born < BIRTHS and not hung and time.monotonic() < deadline:
        time.sleep(0.2)
        born = counted(machine, since, "Booting worker")
        hung = counted(machine, since, "WORKER TIMEOUT")
    show = ("systemctl", "show", "--property=NRestarts", "--value", "hello")
    restarts = int(machine.run(*show).stdout)
    machine.run("systemctl", "stop", "hello.socket", "hello.service")
    hung += counted(machine, since, "was sent SIGKILL")
    return born, hung, restarts


def test_workers_are_born_while_it_asks_and_none_hangs(machine: Machine) -> None:
    born, hung, restarts = births(machine, SHIPPED)
    assert born >= ENOUGH
    assert (hung, restarts) == (0, 0)


def test_a_thread_that_imports_would_have_been_found_out(machine: Machine) -> None:
    careless = SHIPPED.replace(
        "        if answers():",
        "        import sys; sys.modules.pop('slow', None); import slow\n"
        "        if answers():",
    )
    assert careless != SHIPPED
    _, hung, _ = births(machine, careless)
    assert hung
