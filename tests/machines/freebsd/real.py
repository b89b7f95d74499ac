"""A real FreeBSD in place of the stand-in, as ``BOOK_FREEBSD`` names it.

It has what a page needs of a `tests.machines.Machine`. It can't be thrown away after
each page, so it is swept: what a page may have added is taken back.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time

from ..machine import MachineError, finish
from .target import LIMIT, PATH, SWITCH, Remote, chosen

BOOT_LIMIT = 300  # seconds
#: What was there before a page, in a folder of root's that outlives a reboot.
SAVE = r"""
set -e
test -d /root/book.saved && exit 0
mkdir /root/book.saved
cp /etc/rc.conf /root/book.saved/
ls /usr/local/etc/rc.d > /root/book.saved/scripts
"""
#: Stop and remove every rc.d script that is new, and all that the pages make.
SWEEP = r"""
cd /usr/local/etc/rc.d
for script in *; do
    grep -qx "$script" /root/book.saved/scripts && continue
    service "$script" onestop >/dev/null 2>&1
    rm -f "$script"
done
pkill -KILL -u hello -u pbrian
pkill -f '^daemon: (hello|sleep|child_pidfile|/bin/sleep)'
pkill -f '^/bin/sleep (1000|2000)$'
cp /root/book.saved/rc.conf /etc/rc.conf
pw userdel hello
pw userdel pbrian
rm -rf /usr/local/www/hello /home/pbrian /root/prove.py /root/book.saved
rm -rf /var/run/hello* /var/run/readthedocs /var/log/hello.log*
rm -rf /usr/local/etc/hello /var/db/hello /var/log/hello_worker.log* /home/you/tearoom
rm -f /usr/local/etc/hellokill.ini /usr/local/etc/newsyslog.conf.d/hello.conf
test -L /usr/home || rm -f /usr/home
true
"""


def wanted() -> bool:
    """Return whether ``BOOK_FREEBSD`` names a real one."""
    return bool(os.environ.get(SWITCH))


class RealFreeBSD:
    """A FreeBSD over ssh(1), or this one. Raises `MachineError` if it is none."""

    def __init__(self) -> None:
        self.target = chosen()
        self._sh(SAVE)
        self.booted_at = self._boottime()

    def _sh(self, script: str) -> str:
        return self.target.run(script)[1]

    def _boottime(self) -> str:
        return self._sh("sysctl -n kern.boottime").strip()

    def enter(
        self, user: str, *argv: str, env: dict[str, str] | None = None
    ) -> list[str]:
        """Return a command line that runs `argv` there, at a terminal, as `user`."""
        home = "/root" if user == "root" else f"/home/{user}"
        words = {
            "HOME": home,
            "USER": user,
            "PATH": PATH,
            "TERM": "dumb",
            **(env or {}),
        }
        line = shlex.join(["env", "-i", *(f"{k}={v}" for k, v in words.items()), *argv])
        if user != "root":
            line = shlex.join(["su", "-m", user, "-c", f"exec {line}"])
        # The far end has a terminal of its own, and that one must not echo either.
        script = f"stty -echo; cd {home}; exec {line}"
        if isinstance(self.target, Remote):
            address = self.target.address
            return ["ssh", "-tt", "-q", "-o", "BatchMode=yes", address, script]
        return ["sh", "-c", script]

    def run(
        self, *argv: str, user: str = "root", data: bytes = b"", limit: float = LIMIT
    ) -> subprocess.CompletedProcess[str]:
        """Run `argv` there as root; standard error comes with standard output."""
        return finish(self.target.argv(shlex.join(argv)), data, limit)

    def put(self, path: str, data: bytes) -> None:
        """Write `data` to `path`, mode 0644; its folder must be there."""
        done = self.run("sh", "-c", 'umask 022; cat > "$1"', "-", path, data=data)
        if done.returncode:
            raise MachineError(f"{done.stdout.strip()}: can't write {path}")

    def wait_ready(self, limit: float = BOOT_LIMIT) -> None:
        """Wait until it has booted anew and can be reached."""
        if not isinstance(self.target, Remote):
            raise MachineError(f"{SWITCH}=local can't reboot itself: use root@host")
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            status, moment = self.target.run("sysctl -n kern.boottime")
            if status == 0 and moment.strip() != self.booted_at:
                self.booted_at = moment.strip()
                return
            time.sleep(2)
        raise MachineError(f"{self.target.address} did not come back in {limit:g} s")

    def troubles(self) -> str:
        """Return the end of the system log, to be put under an error."""
        return "\nThe end of /var/log/messages:\n" + self._sh("tail /var/log/messages")

    def versions(self) -> dict[str, str]:
        """Return the release, and the versions of what pages use."""
        script = (
            "echo freebsd $(freebsd-version -u); python3 --version;"
            "for p in flask gunicorn; do find /usr/local/www /home -name "
            '"$p-*.dist-info" | sed -n "s/.*$p-\\([0-9.]*\\)\\.dist-info/$p \\1/p";'
            "done | sort -u"
        )
        lines = self._sh(script).splitlines()
        return dict(line.lower().split(" ", 1) for line in lines if " " in line)

    def stop(self) -> None:
        """Take back what the page has added."""
        self._sh(SWEEP)
