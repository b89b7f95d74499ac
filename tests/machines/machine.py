"""A disposable machine, as the tests hold it: boot, run, put a file, stop."""

from __future__ import annotations

import json
import os
import queue
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import images, keeper

BOOT_LIMIT = 60  # seconds
PATHS = {
    "root": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    images.USER: "/usr/local/bin:/usr/bin:/bin",
}


class MachineError(Exception):
    """A machine can't be had, or is gone; the message says what to do about it."""


def why_no_machine() -> str | None:
    """Return why this host can't boot a machine and what would help; None if it can."""
    if sys.platform != "linux":
        return f"machines need Linux, not {sys.platform}: run the suite on a Linux host"
    if os.geteuid() != 0:
        return "machines need root: run `sudo make test`"
    for tool, package in (
        ("systemd-nspawn", "systemd-container"),
        ("mmdebstrap", "mmdebstrap"),
    ):
        if not shutil.which(tool):
            return f"no {tool} here: run `apt-get install {package}`"
    return None


def finish(
    argv: list[str], data: bytes, limit: float
) -> subprocess.CompletedProcess[str]:
    """Run `argv` with `data` as its input; both its outputs come as one text.

    Raises `subprocess.TimeoutExpired` after `limit` seconds.
    """
    done = subprocess.run(
        argv,
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=limit,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    return subprocess.CompletedProcess(done.args, done.returncode, output, "")


class Machine:
    """One booted machine. Use it as a context manager, or call `stop` yourself.

    `image` names a recipe of ``images.toml``. Raises `MachineError` when it does not
    boot (with the end of its console) and `images.ImageError` when there is no image.
    `extra` are options of systemd-nspawn(1); `cable` is called with the pid of process
    1 at the start of each boot, to give the machine a network.
    """

    def __init__(
        self,
        image: str,
        *,
        extra: tuple[str, ...] = (),
        cable: Callable[[int], None] | None = None,
    ) -> None:
        self.image, self.cable = image, cable
        self.name = f"book-{secrets.token_hex(4)}"
        self.leader = 0
        self._console = tempfile.TemporaryFile("w+b")  # noqa: SIM115 (closed in stop)
        self._news: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        here = Path(__file__).resolve()
        recipe = images.recipes()[image]
        kind = ["limits"] if recipe.limits else []
        self._keeper = subprocess.Popen(
            [
                *("unshare", "--mount", "--propagation", "slave", "--"),
                *(sys.executable, str(here.with_name("keeper.py"))),
                *(str(images.root_of(image)), self.name, *kind, *recipe.boot, *extra),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._console,
            start_new_session=True,  # Ctrl-C at the suite must not tear it half down
        )
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise

    def _listen(self) -> None:
        assert self._keeper.stdout
        for line in self._keeper.stdout:
            self._news.put(json.loads(line))
        self._news.put({"gone": self._keeper.wait(), "why": "its keeper ended"})

    def wait_ready(self, limit: float = BOOT_LIMIT) -> None:
        """Wait until a boot is done; call it again after the machine was rebooted."""
        deadline = time.monotonic() + limit
        while True:
            try:
                news = self._news.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                what = f"{self.image} did not finish its boot in {limit:g} s"
                raise MachineError(f"{what}; its console:\n{self.console()}") from None
            if "leader" in news:
                self.leader = news["leader"]
                if self.cable:
                    self.cable(self.leader)
            elif "ready" in news:
                return
            elif "gone" in news:
                what = f"{self.image} went away (status {news['gone']}) {news['why']}"
                raise MachineError(f"{what}; its console:\n{self.console()}")

    def wait_gone(self, limit: float = BOOT_LIMIT) -> None:
        """Wait until the machine has switched itself off. Raises `MachineError`."""
        deadline = time.monotonic() + limit
        news: dict[str, Any] = {}
        while "gone" not in news:
            try:
                news = self._news.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                what = f"{self.image} did not go off within {limit:g} s"
                raise MachineError(what) from None

    def console(self, most: int = 2000) -> str:
        """Return the last `most` characters that the machine wrote to its console."""
        self._console.flush()
        data = os.pread(self._console.fileno(), 1 << 20, 0)
        return data.decode(errors="replace")[-most:].strip()

    def enter(
        self, user: str, *argv: str, env: dict[str, str] | None = None
    ) -> list[str]:
        """Return a command line that runs `argv` on the machine as `user`.

        It starts in the user's home with a clean environment (nsenter(1), setpriv(1)).
        """
        home = "/root" if user == "root" else f"/home/{user}"
        words = {
            **{"HOME": home, "USER": user, "LOGNAME": user, "SHELL": "/bin/bash"},
            **{"PATH": PATHS.get(user, PATHS[images.USER])},
            **{"LANG": "C.UTF-8", "TERM": "dumb", "SYSTEMD_COLORS": "0"},
            **(env or {}),
        }
        ids = [f"--reuid={user}", f"--regid={user}", "--init-groups"]
        return [
            *(
                "nsenter",
                f"--target={self.leader}",
                "--mount",
                "--uts",
                "--ipc",
                "--net",
            ),
            *("--pid", "--cgroup", "--root", "--wd", "--"),
            *("setpriv", *_bounds(self.leader), *(ids if user != "root" else []), "--"),
            *("env", "-i", f"--chdir={home}"),
            *(f"{key}={value}" for key, value in words.items()),
            *argv,
        ]

    def run(
        self,
        *argv: str,
        user: str = "root",
        data: bytes | None = None,
        limit: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        """Run `argv` on the machine; standard error comes with standard output.

        `data` is its standard input (bytes), `limit` in seconds. Raises
        `subprocess.TimeoutExpired`; a non-zero exit status is for the caller to judge.
        """
        return finish(self.enter(user, *argv), data or b"", limit)

    def put(self, path: str, data: bytes) -> None:
        """Write `data` to `path`, mode 0644, as a reader who copies a file would.

        Files below /home/USER are that user's, all others root's. The folder must be
        there already: raises `MachineError` if not.
        """
        user = images.USER if path.startswith(f"/home/{images.USER}/") else "root"
        done = self.run(
            "sh", "-c", 'umask 022; cat > "$1"', "-", path, user=user, data=data
        )
        if done.returncode:
            folder = os.path.dirname(path)
            raise MachineError(
                f"{done.stdout.strip()}: can't write {path} as {user}. "
                f"The page must make {folder} before it shows this file"
            )

    def troubles(self) -> str:
        """Return the last journal lines of failed units, to be put under an error."""
        if self.run("sh", "-c", "command -v systemctl").returncode:
            logs = "cat /var/log/messages /var/log/syslog 2>/dev/null | tail -n 12"
            log = self.run("sh", "-c", logs).stdout.rstrip()
            return f"\nThe end of the system's log:\n{log}" if log else ""
        listed = self.run("systemctl", "--failed", "--plain", "--no-legend").stdout
        units = [line.split()[0] for line in listed.splitlines() if line.strip()]
        text = ""
        for unit in units:
            lines = self.run("journalctl", "--no-pager", "--lines=12", f"--unit={unit}")
            text += (
                f"\n{unit} has failed; the end of its journal:\n{lines.stdout.rstrip()}"
            )
        return text

    def has_limits(self) -> bool:
        """Return whether a limit on tasks bites here; systemd ignores it where not."""
        forks = "sleep 1 & sleep 1 & sleep 1 & wait"
        run = ("systemd-run", "--quiet", "--wait", "--property=TasksMax=3")
        return self.run(*run, "sh", "-c", forks).returncode != 0

    def versions(self) -> dict[str, str]:
        """Return the versions of what a page ran on and with, by name."""
        script = r"""
            exec 2>/dev/null
            cat /usr/share/book/versions
            systemctl --version | sed -n 's/^systemd \([0-9]*\).*/systemd \1/p'
            dpkg-query --show --showformat 'sysvinit ${Version}\n' sysvinit-core
            python3 --version
            find /srv /opt /home /usr/local /root -name '*.dist-info' -prune |
                sed -n 's|.*/\([a-z]*\)-\([0-9.]*\)\.dist-info|\1 \2|p' |
                grep -E '^(flask|gunicorn|django|waitress|pyuwsgi) ' | sort -u
        """
        lines = self.run("sh", "-c", script).stdout.splitlines()
        # dpkg names what it has heard of, without a version where it is not installed.
        lines = [line for line in lines if " " in line.strip()]
        return dict(line.lower().split(" ", 1) for line in lines)

    def stop(self) -> None:
        """Halt the machine and take away every trace of it."""
        assert self._keeper.stdin
        self._keeper.stdin.close()
        self._keeper.wait()
        self._console.close()

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _bounds(leader: int) -> list[str]:
    """Return the option of setpriv(1) that takes what the machine's process 1 lacks.

    nspawn gives a machine no right to set the clock, say, but nsenter(1) comes from
    the host, with all of its capabilities (capabilities(7), "bounding set").
    """
    ours, theirs = (
        int(
            re.search(r"CapBnd:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())[1],
            16,
        )
        for pid in ("self", leader)
    )
    gone = [f"-cap_{bit}" for bit in range(64) if (ours & ~theirs) >> bit & 1]
    return [f"--bounding-set={','.join(gone)}"] if gone else []


def leftovers() -> list[str]:
    """Return what dead machines left on this host; an empty list is the only good one.

    A keeper that was itself killed leaves empty cgroups: those are removed here.
    """
    found = []
    for top in keeper.every_root():
        for cgroup in top.glob("book-*"):
            if not (top / cgroup.name / "cgroup.procs").exists():
                continue
            busy = [
                pid
                for where, _, _ in os.walk(cgroup)
                for pid in Path(where, "cgroup.procs").read_text().split()
            ]
            if not busy:
                for where, _, _ in os.walk(cgroup, topdown=False):
                    os.rmdir(where)
            else:
                found.append(f"{cgroup}: processes {' '.join(busy)}")
    return found
