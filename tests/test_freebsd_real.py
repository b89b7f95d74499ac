"""The way to a real FreeBSD, walked with a stand-in at the other end of ssh.

No FreeBSD is at hand here. An ``ssh`` of the test's own leads into the stand-in, so
everything is real but the far end: the commands, the terminal, the sweeping.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machines import Machine, MachineError, boot, why_no_machine
from tests.machines.terminal import Terminal

TOP = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(bool(why_no_machine()), reason=str(why_no_machine()))

UNAME = b"#!/bin/sh\necho FreeBSD\n"
VERSION = b"#!/bin/sh\necho 14.3-TEST\n"
SYSCTL = b"#!/bin/sh\nstat -c %Y /proc/1\n"


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A stand-in that answers to ``ssh root@far``, and claims to be FreeBSD."""
    with Machine("freebsd") as machine:
        for name, data in (("uname", UNAME), ("freebsd-version", VERSION)):
            machine.put(f"/usr/bin/{name}", data)
            machine.run("chmod", "755", f"/usr/bin/{name}")
        machine.put("/sbin/sysctl", SYSCTL)
        machine.run("chmod", "755", "/sbin/sysctl")
        inside = shlex.join(machine.enter("root", "sh", "-c"))
        ssh = tmp_path / "ssh"
        ssh.write_text(
            '#!/bin/sh\nwhile [ "$1" != root@far ]; do shift; done\nshift\n'
            f'exec {inside} "$*"\n'
        )
        ssh.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setenv("BOOK_FREEBSD", "root@far")
        yield machine


def test_a_terminal_over_ssh_is_a_terminal(far: Machine) -> None:
    machine = boot("freebsd")
    terminal = Terminal(machine, "root")
    assert terminal.run("echo tea; false", 10) == ("tea\n", 1)
    terminal.close()
    assert machine.versions()["freebsd"] == "14.3-test"
    machine.stop()


def test_it_is_swept_after_a_page(far: Machine) -> None:
    machine = boot("freebsd")
    machine.run("pw", "useradd", "hello", "-d", "/nonexistent", "-s", "/bin/sh")
    machine.run("sysrc", "hello_enable=YES")
    machine.run("mkdir", "-p", "/usr/local/www/hello")
    machine.put("/usr/local/etc/rc.d/hello", b"#!/bin/sh\n")
    machine.stop()
    assert far.run("cat", "/etc/rc.conf").stdout == ""
    assert far.run("ls", "/usr/local/www", "/usr/local/etc/rc.d").stdout.split() == [
        "/usr/local/etc/rc.d:",
        "/usr/local/www:",
    ]
    assert far.run("id", "hello").returncode


def test_a_page_runs_there_and_says_so(far: Machine, tmp_path: Path) -> None:
    page = "tutorials/freebsd-traps.rst"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"]
        + [f"--record={tmp_path / 'record'}", page],
        cwd=TOP,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    (record,) = (tmp_path / "record").glob("*.json")
    assert '"freebsd": "14.3-test"' in record.read_text()


def test_what_is_no_freebsd_is_refused(
    far: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    far.put("/usr/bin/uname", UNAME.replace(b"FreeBSD", b"Linux"))
    with pytest.raises(MachineError, match="no root on a FreeBSD there"):
        boot("freebsd")
    monkeypatch.setenv("BOOK_FREEBSD", "local")
    with pytest.raises(MachineError, match="root on a FreeBSD"):
        boot("freebsd")
