"""The keeper: a small process that is one machine's whole lifetime.

    unshare --mount --propagation slave -- python keeper.py ROOT NAME [limits]

It lays an overlay on the image, boots systemd-nspawn(1) on it, boots it again when the
machine reboots, and takes everything away at the end. Its own mount namespace holds
the overlay, so the host never sees a mount. It ends when its standard input closes:
whoever started it may be killed with -9, and nothing stays behind.

It speaks JSON lines: {"leader": PID} when the machine's PID 1 runs, {"ready": true}
when the boot is done, {"gone": STATUS, "why": TEXT} at the end.

With ``limits`` the machine gets the controllers for memory, tasks and processor time.
Where the host binds those to cgroup v1, a machine that sees only the unified hierarchy
has none of them, and systemd ignores MemoryMax= and its like without a word. So there
the machine sees the host's own mix, with cgroups of its own in each.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2)
REBOOTED = 133  # systemd-nspawn(1), --keep-unit: the container asked for a reboot
HALT_LIMIT = 30  # seconds that a machine gets to shut down
CGROUPS = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "pids", "cpu", "cpuacct")  # of cgroup v1, for limits


def cgroup_roots() -> list[Path]:
    """Return the hierarchies in which a machine needs a cgroup of its own.

    On a hybrid host those are ``name=systemd`` and the unified one; else just the one.
    """
    hybrid = [CGROUPS / "systemd", CGROUPS / "unified"]
    return [p for p in hybrid if (p / "cgroup.procs").exists()] or [CGROUPS]


def controllers() -> list[str]:
    """Return the controllers for limits that the host binds to cgroup v1, or none."""
    return [name for name in CONTROLLERS if (CGROUPS / name / "cgroup.procs").exists()]


def every_root() -> list[Path]:
    """Return every hierarchy in which some machine may have a cgroup."""
    return [*cgroup_roots(), *(CGROUPS / name for name in controllers())]


def say(**words: object) -> None:
    """Tell the starter. It may be gone already, and that is no reason to stop early."""
    try:
        print(json.dumps(words), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def mount_overlay(image: Path, base: Path) -> Path:
    """Return a writable copy of `image`, in memory, seen in this namespace alone."""
    base.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "machine", base], check=True)
    upper, work, root = base / "upper", base / "work", base / "root"
    for folder in (upper, work, root):
        folder.mkdir(mode=0o755)
    options = f"lowerdir={image},upperdir={upper},workdir={work}"
    subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o", options, root], check=True
    )
    return root


def nspawn(root: Path, name: str, extra: list[str]) -> list[str]:
    """Return the command line that boots `root`, see systemd-nspawn(1)."""
    return [
        *("systemd-nspawn", "--quiet", f"--directory={root}", "--boot"),
        *(f"--machine={name}", "--hostname=server", "--register=no", "--keep-unit"),
        *("--private-network", "--console=pipe", "--notify-ready=yes", "--settings=no"),
        *("--link-journal=no", "--resolv-conf=off", "--timezone=off"),
        "--kill-signal=SIGRTMIN+3",  # systemd(1): halt
        *extra,
        "systemd.firstboot=off",
    ]


#: For a machine that needs no controllers: the same on every host.
UNIFIED = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}

#: Words for the boot of a machine with limits on a host of cgroup v1: systemd 256 and
#: 257 refuse it without the first (systemd(1), "KERNEL COMMAND LINE").
LEGACY = ["SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1", "systemd.unified_cgroup_hierarchy=0"]


class Keeper:
    """One machine, from its first boot to the last trace of it."""

    def __init__(self, image: Path, name: str, extra: list[str]) -> None:
        self.image, self.name = image, name
        self.limits = "limits" in extra
        self.extra = [word for word in extra if word != "limits"]
        self.controllers = controllers() if self.limits else []
        roots = [*cgroup_roots(), *(CGROUPS / name for name in self.controllers)]
        self.cgroups = [root / name for root in roots]
        self.leader = 0
        self.booted = False
        self.handed_over = False

    def run(self) -> None:
        """Boot, wait, boot again after a reboot; return when the machine is gone."""
        status, why = 1, ""
        try:
            for cgroup in self.cgroups:
                cgroup.mkdir()
            # One folder serves all machines: each mounts over it in its own namespace.
            root = mount_overlay(self.image, self.image.parent.parent / "mount")
            while (status := self.boot(root)) == REBOOTED:
                pass
        except (OSError, subprocess.CalledProcessError) as problem:
            why = str(problem)
        finally:
            self.sweep()
            say(gone=status, why=why)

    def boot(self, root: Path) -> int:
        """Run nspawn once, from boot to halt; return its exit status."""
        self.booted = self.handed_over = False
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            address = root.parent / "notify"
            address.unlink(missing_ok=True)
            notify.bind(str(address))
            process = subprocess.Popen(
                nspawn(root, self.name, self.extra)
                + (LEGACY if self.controllers else []),
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                env={
                    **os.environ,
                    "NOTIFY_SOCKET": str(address),
                    **({} if self.controllers else UNIFIED),
                },
                preexec_fn=self.before_exec,
                start_new_session=True,
            )
            stop_asked = self.watch(process, notify)
            status = self.halt(process) if stop_asked else process.wait()
        return 0 if stop_asked else status

    def before_exec(self) -> None:
        """In nspawn's process: die with the keeper, live in a cgroup of our own."""
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        for cgroup in self.cgroups:
            (cgroup / "cgroup.procs").write_text(str(os.getpid()))

    def watch(self, process: subprocess.Popen[bytes], notify: socket.socket) -> bool:
        """Pass on what nspawn tells; return whether the starter wants an end."""
        pidfd = os.pidfd_open(process.pid)
        try:
            with selectors.DefaultSelector() as waiting:
                waiting.register(sys.stdin, selectors.EVENT_READ)
                waiting.register(notify, selectors.EVENT_READ)
                waiting.register(pidfd, selectors.EVENT_READ)
                while True:
                    for key, _ in waiting.select():
                        if key.fileobj is notify:
                            self.tell(notify.recv(4096).decode())
                        elif key.fileobj == pidfd:
                            return False
                        elif not os.read(0, 1):
                            return True
        finally:
            os.close(pidfd)

    def tell(self, message: str) -> None:
        """Pass on the two words of sd_notify(3) that matter here."""
        for line in message.splitlines():
            if line.startswith("X_NSPAWN_LEADER_PID="):
                self.leader = int(line.partition("=")[2])
                say(leader=self.leader)
            elif line == "READY=1" and self.controllers and not self.handed_over:
                self.hand_over()  # and wait for the next READY=1
            elif line == "READY=1" and not self.booted:
                self.booted = True  # systemd says it again after each daemon-reload
                say(ready=True)

    def hand_over(self) -> None:
        """Let the machine's systemd write to its cgroups of v1, and look again."""
        self.handed_over = True
        remount = "mount -o remount,rw,bind,nosuid,nodev,noexec /sys/fs/cgroup/"
        steps = [remount + name for name in self.controllers]
        script = " && ".join([*steps, "systemctl daemon-reexec"])
        enter = ["nsenter", f"--target={self.leader}", "--mount", "--pid", "--cgroup"]
        words = [*enter, "--root", "--wd", "--", "sh", "-c", script]
        subprocess.run(words, stdout=sys.stderr, check=False)

    def halt(self, process: subprocess.Popen[bytes]) -> int:
        """Ask for a halt, then insist: nspawn takes a second SIGTERM as 'at once'."""
        for limit in (HALT_LIMIT, 5):
            process.terminate()
            try:
                return process.wait(limit)
            except subprocess.TimeoutExpired:
                continue
        if self.leader:  # nspawn killed with -9 would leave the machine's PID 1 alive
            os.kill(self.leader, signal.SIGKILL)
        process.kill()
        return process.wait()

    def sweep(self) -> None:
        """Remove what the kernel and nspawn keep outside of its namespaces."""
        for cgroup in self.cgroups:
            for folder in _deepest_first(cgroup):
                _remove(folder)
        for kind in ("propagate", "unix-export"):
            _remove(Path("/run/systemd/nspawn", kind, self.name), tries=1)


def _deepest_first(top: Path) -> Iterator[Path]:
    yield from (Path(where) for where, _, _ in os.walk(top, topdown=False))


def _remove(folder: Path, tries: int = 100) -> None:
    """Remove an empty folder; a cgroup is busy until its last process is reaped."""
    for _ in range(tries):
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.02)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Only a closed stdin is an order. No SIG_IGN: children would inherit it.
        signal.signal(number, lambda *_: None)
    Keeper(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]).run()
