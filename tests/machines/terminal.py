"""A reader's terminal: a shell on a machine behind a pty, typed into by pexpect."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pexpect

from .machine import Machine

#: The prompt carries the exit status of the command before it, between two marks that
#: no page's output contains. ``$?`` itself stays as it was for the next command.
MARK = "\x1e"
PROMPT = re.compile(f"{MARK}(\\d+){MARK}")
COLUMNS = 120
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class NeverEnded(Exception):
    """A command outlived its time limit; `shown` is what it had printed."""

    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.shown = shown


class Closed(Exception):
    """The shell is gone, as after `exit` or a reboot; `shown` is what came before."""

    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.shown = shown


class Terminal:
    """One interactive bash(1) on `machine`, as `user`."""

    def __init__(self, machine: Machine, user: str, limit: float = 20) -> None:
        env = {"PS1": f"{MARK}$?{MARK}", "PS2": "", "HISTFILE": ""}
        shell = ("bash", "--norc", "--noprofile", "--noediting", "-i")
        argv = machine.enter(user, *shell, env=env)
        self._child = pexpect.spawn(
            argv[0],
            argv[1:],
            echo=False,
            encoding="utf-8",
            codec_errors="replace",
            dimensions=(50, COLUMNS),
            # Started in the background, the suite ignores SIGINT, and so would a page.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self._child.delaybeforesend = None
        self._seen = ""  # of the command in the foreground, not yet asked for
        self._until_prompt(limit)

    def run(self, command: str, limit: float) -> tuple[str, int]:
        """Type `command`, wait for the prompt; return its output and exit status.

        `limit` is in seconds. Raises `NeverEnded` or `Closed`.
        """
        self.type(command)
        return self.finish(limit)

    def type(self, command: str) -> None:
        """Type `command` and Return, and wait for nothing."""
        self._seen = ""
        self._child.sendline(command)

    def ended(self, grace: float = 0.1) -> bool:
        """Return whether the command in the foreground is over, `grace` seconds on."""
        if not PROMPT.search(self._seen):
            patterns = [r".*?" + PROMPT.pattern, pexpect.TIMEOUT]
            found = self._child.expect(patterns, timeout=grace)
            self._seen += "" if found else self._child.match.group(0)
        return bool(PROMPT.search(self._seen))

    def interrupt(self) -> None:
        """Press Ctrl-C. A line end right after it ends the line of the ^C."""
        before = len(self._seen)
        self._child.sendintr()
        self.watch(lambda _: len(self._seen) > before, 5)
        if self._seen[before:].startswith("\r\n"):
            self._seen = self._seen[:before] + self._seen[before + 2 :]

    def finish(self, limit: float) -> tuple[str, int]:
        """Wait for the prompt; return the output since `type`, and the status."""
        status = self._until_prompt(limit)
        shown, self._seen = self._seen, ""
        return clean(shown), status

    def watch(self, enough: Callable[[str], bool], limit: float) -> str:
        """Read until `enough(output so far)`; return that output.

        Raises `NeverEnded` when it has not come within `limit` seconds, `Closed` when
        the shell is gone. Returns early, with what there is, when the command ended.
        """
        deadline = time.monotonic() + limit  # also for one that talks without end
        while not enough(clean(self._seen)):
            left = deadline - time.monotonic()
            if left <= 0:
                raise NeverEnded(clean(self._seen))
            try:
                found = self._child.expect([r".+", pexpect.TIMEOUT, pexpect.EOF], left)
            except OSError as problem:  # the pty of a machine that is gone
                raise Closed(clean(self._seen)) from problem
            if found == 1:
                raise NeverEnded(clean(self._seen))
            if found == 2:
                raise Closed(clean(self._seen))
            self._seen += self._child.match.group(0)
            if PROMPT.search(self._seen):
                break
        return clean(PROMPT.split(self._seen)[0])

    def _until_prompt(self, limit: float) -> int:
        """Read up to the next prompt, add what came to `_seen`, return the status."""
        early = PROMPT.search(self._seen)  # `watch` may have read past the prompt
        if early:
            self._seen = self._seen[: early.start()]
            return int(early.group(1))
        patterns = [PROMPT, pexpect.TIMEOUT, pexpect.EOF]
        found = self._child.expect(patterns, timeout=limit)
        if found == 1:
            raise NeverEnded(clean(self._seen + (self._child.before or "")))
        self._seen += self._child.before or ""
        if found == 2:
            raise Closed(clean(self._seen))
        return int(self._child.match.group(1))

    def close(self) -> None:
        """Hang up, as sshd would: bash gets SIGHUP and passes it on to its jobs.

        Killing nsenter instead would leave a zombie in the machine, and systemd waits
        ten seconds for one at shutdown.
        """
        for number in (signal.SIGHUP, signal.SIGKILL):
            if not self._child.isalive():
                break
            for shell in self._shells():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(shell, number)
            with contextlib.suppress(pexpect.ExceptionPexpect, OSError):
                self._child.expect(pexpect.EOF, timeout=2)
        self._child.close(force=True)

    def _shells(self) -> list[int]:
        """Return the host's pid of the shell: the child of our nsenter (proc(5))."""
        pid = self._child.pid
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            return [int(child) for child in children]
        return []


def clean(output: str) -> str:
    """Return `output` as a person sees it: no escape codes, lines overwritten."""
    lines = _ESCAPES.sub("", output).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
