"""A FreeBSD to run commands on: the stand-in, one over ssh, or this very machine.

``BOOK_FREEBSD`` chooses: unset is the stand-in, ``root@host`` is reached by ssh(1),
``local`` is this machine. A real one is changed: scripts, users, rc.conf. Let it be
one to throw away.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import Protocol

from tests.machines import Machine, MachineError

SWITCH = "BOOK_FREEBSD"
LIMIT = 60  # seconds for one script
PATH = "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"


class Target(Protocol):
    """Something that runs shell scripts as root."""

    def run(self, script: str) -> tuple[int, str]:
        """Run an sh script; return its exit status, and stdout and stderr in one."""

    def stop(self) -> None:
        """Let go of it."""


class StandIn:
    """The stand-in, on a disposable machine."""

    def __init__(self) -> None:
        self.machine = Machine("freebsd")

    def run(self, script: str) -> tuple[int, str]:
        done = self.machine.run("sh", "-c", script, limit=LIMIT)
        return done.returncode, done.stdout

    def stop(self) -> None:
        self.machine.stop()


class Local:
    """This machine, if it is a FreeBSD."""

    def __init__(self) -> None:
        if not sys.platform.startswith("freebsd") or os.geteuid() != 0:
            raise MachineError(
                f"{SWITCH}=local is for root on a FreeBSD, not for {sys.platform}: "
                f"unset it, or set it to root@host"
            )

    def argv(self, script: str) -> list[str]:
        """Return the command line that runs `script`."""
        return ["env", "-i", f"PATH={PATH}", "HOME=/root", "sh", "-c", script]

    def run(self, script: str) -> tuple[int, str]:
        done = subprocess.run(
            self.argv(script),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
            check=False,
        )
        return done.returncode, done.stdout.decode(errors="replace")

    def stop(self) -> None:
        """Nothing was begun."""


class Remote(Local):
    """A FreeBSD at the other end of ssh(1); raises `MachineError` if it is none."""

    def __init__(self, address: str) -> None:
        self.address = address
        status, output = self.run("uname -s; id -u")
        if (status, output.split()) != (0, ["FreeBSD", "0"]):
            raise MachineError(
                f"{SWITCH}={address}: no root on a FreeBSD there: {output.strip()}"
            )

    def argv(self, script: str) -> list[str]:
        return ["ssh", "-o", "BatchMode=yes", self.address, f"exec {self.line(script)}"]

    def line(self, script: str) -> str:
        """Return `script` as one line for the shell at the other end."""
        return f"{shlex.join(super().argv(script))} 2>&1"


def chosen() -> Target:
    """Return the target that ``BOOK_FREEBSD`` names. Raises `MachineError`."""
    where = os.environ.get(SWITCH, "")
    if where == "local":
        return Local()
    return Remote(where) if where else StandIn()
