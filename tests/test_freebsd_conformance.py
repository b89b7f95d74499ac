"""The stand-in for FreeBSD does what FreeBSD's manual pages say, row by row.

The rows are in ``machines/freebsd/conformance.toml``; they pass on a real FreeBSD too:
``BOOK_FREEBSD=root@host``, see `tests.machines.freebsd.target`.
"""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.machines import MachineError, why_no_machine
from tests.machines.freebsd import StandIn, Target, chosen, target

TABLE = tomllib.loads(
    (Path(__file__).parent / "machines/freebsd/conformance.toml").read_text("utf-8")
)
ROWS = TABLE["row"]
RCD = "/usr/local/etc/rc.d"
#: What a row must leave as it found it.
TRACES = (
    "ls -d /var/run/bk_* /root/bk_* /etc/rc.conf.d/bk_* 2>/dev/null; "
    "sed /^$/d /etc/rc.conf; "
    "ps axww -o args= | grep -v '^sh -c' | grep -E '[b]k_|[s]leep 1000'; true"
)
#: The stand-in, broken on purpose: a file, what is changed, and rows that must see it.
MUTATIONS = {
    "stop forgets to wait": (
        "/etc/rc.subr",
        "s/^\tstandin_wait $rc_pid$//",
        ["stop waits for the process"],
    ),
    "checkyesno takes anything": (
        "/etc/rc.subr",
        r"s/^\twarn .*is not set properly.*/\treturn 0/",
        ["checkyesno warns of anything else"],
    ),
    "status always 0": (
        "/etc/rc.subr",
        r"/is not running/{n;s/return 1/return 0/}",
        ["status of what is not there: 1"],
    ),
    "daemon never restarts": (
        "/usr/sbin/daemon",
        "s/if self.asked or not self.delay or/if True or/",
        ["the child killed: daemon(8) brings it back"],
    ),
    "daemon locks nothing": (
        "/usr/sbin/daemon",
        "s/fcntl.flock(file, .*/pass/",
        ["a locked pidfile: 3"],
    ),
    "service lets the environment through": (
        "/usr/sbin/service",
        "s/exec env -i /exec env /",
        ["service: nothing of yours gets through"],
    ),
    "rcorder ignores BEFORE": (
        "/sbin/rcorder",
        's/for word in words."BEFORE".:/for word in []:/',
        ["rcorder: PROVIDE, REQUIRE and BEFORE"],
    ),
}


def whole(shows: str) -> re.Pattern[str]:
    """Return the pattern of a row's output: ``...`` is any text, ``<n>`` a number."""
    lines = []
    for line in shows.strip("\n").splitlines():
        if line == "...":
            lines.append(r"(?:.*\n)*?")
        else:
            text = re.escape(line).replace(r"\.\.\.", ".*").replace("<n>", "[0-9]+")
            lines.append(text + r"\n")
    return re.compile("".join(lines))


def try_row(where: Target, row: dict[str, Any]) -> str:
    """Run one row; return what is wrong, in words, or ``""``."""
    status, output = where.run(str(row["run"]))
    wrong = ""
    if status != row.get("status", 0):
        wrong += f"exit status {status}, not {row.get('status', 0)}\n"
    text = output.strip("\n") + "\n" if output.strip("\n") else ""
    if not whole(str(row.get("shows", ""))).fullmatch(text):
        wrong += f"it shows\n{text}and not\n{row.get('shows', '')}\n"
    return wrong and f"{row['says']} ({row['source']}):\n{row['run']}\n{wrong}"


@pytest.fixture(scope="module")
def freebsd() -> Iterator[Target]:
    """The FreeBSD of this module, with the table's scripts, and without at the end."""
    if not os.environ.get(target.SWITCH) and (why := why_no_machine()):
        pytest.skip(why)
    where = chosen()
    try:
        install(where)
        yield where
        where.run("cd " + RCD + " && rm -f " + " ".join(TABLE["scripts"]))
    finally:
        where.stop()


def too_old(where: Target, since: float) -> bool:
    """Return whether this is a real FreeBSD, and older than `since`."""
    name, release = where.run("uname -sr")[1].split()
    return name == "FreeBSD" and float(release.partition("-")[0]) < since


def install(where: Target) -> None:
    """Put the table's rc.d scripts into their place."""
    for name, text in TABLE["scripts"].items():
        path = f"{RCD}/{name}"
        script = f"printf %s {shlex.quote(text)} >{path} && chmod 755 {path}"
        status, output = where.run(script)
        assert status == 0, output


def test_the_table_is_in_order() -> None:
    assert len(ROWS) >= 40
    assert len({row["says"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert re.search(r"transcript|\(\d\)", row["source"]), row
        assert set(row) <= {"says", "source", "run", "shows", "status", "since"}, row


@pytest.mark.parametrize("row", ROWS, ids=[row["says"] for row in ROWS])
def test_row(freebsd: Target, row: dict[str, Any]) -> None:
    before = freebsd.run(TRACES)
    if too_old(freebsd, row.get("since", 0)):
        assert "usage:" in freebsd.run(row["run"])[1]
        return
    wrong = try_row(freebsd, row)
    assert not wrong, wrong
    assert freebsd.run(TRACES) == before, "the row leaves something behind"


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    """A stand-in of one's own, to be broken and to be asked for what it can't do."""
    if why := why_no_machine():
        pytest.skip(why)
    where = StandIn()
    try:
        install(where)
        yield where
    finally:
        where.stop()


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_stand_in_is_seen(stand_in: StandIn, name: str) -> None:
    path, change, says = MUTATIONS[name]
    rows = [row for row in ROWS if row["says"] in says]
    assert len(rows) == len(says)
    status, _ = stand_in.run(
        f"cp -p {path} /tmp/kept && sed -i {shlex.quote(change)} {path} && "
        f"! cmp -s {path} /tmp/kept"
    )
    assert status == 0, "the change changes nothing"
    try:
        assert [bool(try_row(stand_in, row)) for row in rows] == [True] * len(rows)
    finally:
        stand_in.run(f"pkill '^daemon'; cp -p /tmp/kept {path}; rm -f /var/run/bk_*")


UNKNOWN = [
    "service -R",
    "service -d bk_echo start",
    "sysrc -a",
    "newsyslog -t x",
    "pw lock nobody",
    "pw useradd bk_x -h 0",
    "su nobody",
    "reboot -q",
    "shutdown -h now",
    "daemon --tea true",
    "rcorder -g /etc/rc.d/LOGIN",
    "fetch x",
    "sockstat -6",
    "bk_echo_chroot=/x /usr/local/etc/rc.d/bk_echo onestart",
    "bk_echo_limits=-x /usr/local/etc/rc.d/bk_echo onestart",
    "required_modules=x /usr/local/etc/rc.d/bk_echo onestart",
    "/usr/local/etc/rc.d/bk_sup delete",
    *(
        f". /etc/rc.subr; {function}"
        for function in ("load_kld x", "force_depend x", "set_rcvar", "backup_file")
    ),
    "echo '/var/log/x 640 1 * * G' >/tmp/conf; newsyslog -f /tmp/conf",
    "echo '/var/log/x 640 1 * tea' >/tmp/conf; newsyslog -f /tmp/conf",
]


@pytest.mark.parametrize("command", UNKNOWN)
def test_what_it_does_not_know_it_refuses(stand_in: StandIn, command: str) -> None:
    status, output = stand_in.run(command)
    assert status != 0
    assert output.strip()


def test_local_is_for_a_freebsd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(target.SWITCH, "local")
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(MachineError, match="for root on a FreeBSD, not for linux"):
        chosen()


def test_no_freebsd_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target.Local, "run", lambda *_: (255, "refused"))
    with pytest.raises(MachineError, match="no root on a FreeBSD there: refused"):
        target.Remote("root@127.0.0.1")
