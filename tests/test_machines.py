"""Disposable machines: they boot, they are alone, and they go without a trace."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import tests.machines as machines_module
from tests.machines import (
    ImageError,
    Machine,
    MachineError,
    leftovers,
    why_no_machine,
    why_not,
)
from tests.machines import images as images_module
from tests.machines import machine as machine_module
from tests.machines.terminal import Closed, NeverEnded, Terminal
from tests.traces import traces

TOP = Path(__file__).parents[1]
needs_machine = pytest.mark.skipif(bool(why_no_machine()), reason=str(why_no_machine()))


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """One machine for the tests that leave it as it was."""
    with Machine("debian-13") as booted:
        yield booted


@needs_machine
def test_it_is_a_real_systemd_in_good_health(machine: Machine) -> None:
    assert machine.run("systemctl", "is-system-running").stdout == "running\n"
    assert machine.run("cat", "/proc/1/comm").stdout == "systemd\n"


@needs_machine
def test_it_has_loopback_and_no_other_network(machine: Machine) -> None:
    links = machine.run("ip", "-brief", "link").stdout.splitlines()
    assert [line.split()[0] for line in links] == ["lo"]


@needs_machine
def test_root_and_an_ordinary_user_start_at_home(machine: Machine) -> None:
    assert machine.run("pwd").stdout == "/root\n"
    done = machine.run("sh", "-c", "id -un; pwd", user="you")
    assert done.stdout == "you\n/home/you\n"


@needs_machine
def test_root_has_no_more_rights_than_the_machine_itself(machine: Machine) -> None:
    done = machine.run(
        "grep", "--no-filename", "CapBnd", "/proc/1/status", "/proc/self/status"
    )
    assert len(set(done.stdout.splitlines())) == 1
    assert machine.run("date", "--set=now").returncode == 1


@needs_machine
def test_files_belong_to_who_would_have_made_them(machine: Machine) -> None:
    machine.put("/srv/a", b"a\n")
    machine.put("/home/you/b", b"b\n")
    done = machine.run("stat", "-c", "%U %a %n", "/srv/a", "/home/you/b")
    assert done.stdout == "root 644 /srv/a\nyou 644 /home/you/b\n"


@needs_machine
def test_a_file_in_a_folder_that_is_not_there_says_what_to_do(machine: Machine) -> None:
    with pytest.raises(MachineError, match="page must make /srv/none"):
        machine.put("/srv/none/a", b"a\n")


@needs_machine
def test_pip_and_apt_find_what_the_image_carries_and_nothing_else(
    machine: Machine,
) -> None:
    script = (
        "apt-get update && apt-get install --yes python3-venv && python3 -m venv /srv/v"
    )
    assert machine.run("sh", "-c", script).returncode == 0
    assert machine.run("/srv/v/bin/pip", "install", "flask", "gunicorn").returncode == 0
    done = machine.run("/srv/v/bin/pip", "install", "no-such-package-here")
    assert "No matching distribution found" in done.stdout


@needs_machine
def test_two_machines_may_use_the_same_port(machine: Machine) -> None:
    serve = "nohup python3 -m http.server 5003 --bind 127.0.0.1 >/dev/null 2>&1 &"
    ask = (
        "curl",
        "--silent",
        "--retry",
        "20",
        "--retry-connrefused",
        "--retry-delay",
        "1",
    )
    with Machine("debian-13") as other:
        for one in (machine, other):
            one.run("sh", "-c", serve)
        for one in (machine, other):
            done = one.run(*ask, "--output", "/dev/null", "http://127.0.0.1:5003/")
            assert done.returncode == 0
    machine.run("pkill", "--full", "http.server")


@needs_machine
@pytest.mark.parametrize("image", ["debian-13", "debian-12", "debian-13-sysv"])
def test_a_reboot_keeps_the_disk_and_nothing_else(image: str) -> None:
    with Machine(image) as machine:
        machine.put("/srv/kept", b"kept\n")
        machine.run("touch", "/run/lost")
        machine.run("reboot")
        machine.wait_ready()
        assert machine.run("cat", "/srv/kept").stdout == "kept\n"
        assert machine.run("test", "-e", "/run/lost").returncode == 1


@needs_machine
@pytest.mark.parametrize("image", ["debian-13", "debian-13-sysv"])
def test_nothing_is_left_of_a_machine(image: str) -> None:
    with Machine(image) as other:
        name = other.name
        assert traces(name)
    assert traces(name) == []


@needs_machine
@pytest.mark.parametrize("image", ["debian-13", "debian-13-limits", "debian-13-sysv"])
@pytest.mark.parametrize("victim", ["starter", "keeper"])
def test_nothing_is_left_after_kill_9(victim: str, image: str) -> None:
    """The process that holds a machine is killed, or the keeper itself."""
    script = (
        "from tests.machines import Machine; import time; m = Machine('IMAGE');"
        "print(m.name, m._keeper.pid, flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script.replace("IMAGE", image)],
        cwd=TOP,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout
    name, keeper = starter.stdout.readline().split()
    assert traces(name)
    os.kill(starter.pid if victim == "starter" else int(keeper), signal.SIGKILL)
    deadline = time.monotonic() + 40
    while traces(name) and time.monotonic() < deadline:
        time.sleep(0.05)
        leftovers()  # as the next run does: sweeps empty cgroups of a killed keeper
    starter.kill()
    starter.wait()
    starter.stdout.close()
    assert traces(name) == []


SAYS = b"""#!/bin/sh
### BEGIN INIT INFO
# Provides:          says
# Required-Start:    $remote_fs
# Required-Stop:     $remote_fs
# Default-Start:     2
# Default-Stop:      0 6
# Short-Description: says what it is told
### END INIT INFO
echo "$1" >> /srv/out/said
"""


@needs_machine
def test_sysvinit_runs_its_scripts_at_boot_and_at_halt(tmp_path: Path) -> None:
    with Machine("debian-13-sysv", extra=(f"--bind={tmp_path}:/srv/out",)) as machine:
        assert machine.run("cat", "/proc/1/comm").stdout == "init\n"
        assert machine.run("runlevel").stdout == "N 2\n"
        machine.put("/etc/init.d/says", SAYS)
        machine.run("chmod", "755", "/etc/init.d/says")
        assert machine.run("update-rc.d", "says", "defaults").returncode == 0
        machine.run("reboot")
        machine.wait_ready()
    said = (tmp_path / "said").read_text()
    assert said.split() == ["stop", "start", "stop"]


@needs_machine
@pytest.mark.parametrize("image", ["debian-13-limits", "debian-12-limits"])
def test_limits_bite_where_a_page_asks_for_them(image: str) -> None:
    if reason := why_not(image):
        pytest.skip(reason)
    with Machine(image) as booted:
        name = booted.name
        eat = "python3 -c 'print(len(str(1) * (200 << 20)))'"
        run = "systemd-run --quiet --wait --collect"
        limited = f"{run} -p MemoryMax=50M -p MemorySwapMax=0 {eat}"
        assert booted.run("sh", "-c", f"{run} {eat}").returncode == 0
        assert booted.run("sh", "-c", limited).returncode != 0
        assert booted.run("systemctl", "is-system-running").stdout == "running\n"
    assert not list(Path("/sys/fs/cgroup").glob(f"*/{name}"))


def test_where_no_limit_bites_the_reason_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class NoLimits:
        def __init__(self, image: str) -> None:
            assert image == "debian-13-limits"

        def __enter__(self) -> NoLimits:
            return self

        def __exit__(self, *_: object) -> None: ...

        def has_limits(self) -> bool:
            return False

    monkeypatch.setattr(machines_module, "Machine", NoLimits)
    why = machines_module.why_no_limits.__wrapped__("debian-13-limits")
    assert "controllers" in why and "/sys/fs/cgroup" in why


@needs_machine
def test_a_machine_that_does_not_boot_shows_its_console() -> None:
    with pytest.raises(MachineError, match="went away") as caught:
        Machine("debian-13", extra=("--bind-ro=/nowhere/at/all",))
    assert "/nowhere/at/all" in str(caught.value)


@needs_machine
def test_a_command_that_never_ends_shows_what_it_had_printed(machine: Machine) -> None:
    terminal = Terminal(machine, "you")
    with pytest.raises(NeverEnded) as caught:
        terminal.run("echo on my way; sleep 60", limit=1)
    assert caught.value.shown == "on my way\n"
    terminal.close()


@needs_machine
def test_a_terminal_keeps_its_folder_and_tells_the_status(machine: Machine) -> None:
    terminal = Terminal(machine, "root")
    assert terminal.run("cd /srv; false", 5) == ("", 1)
    assert terminal.run("echo $?; pwd", 5) == ("1\n/srv\n", 0)
    with pytest.raises(Closed):
        terminal.run("exit", 5)
    terminal.close()


def test_what_a_host_lacks_is_said_with_the_mend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine_module.sys, "platform", "darwin")
    assert "on a Linux host" in str(why_no_machine())
    monkeypatch.setattr(machine_module.sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "sudo make test" in str(why_no_machine())
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "apt-get install systemd-container" in str(why_no_machine())


def no_mirror(*_: object) -> None:
    """Stand in for mmdebstrap on a host that reaches no mirror."""
    raise subprocess.CalledProcessError(25, "mmdebstrap")


def test_without_a_mirror_and_without_a_cached_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(images_module, "_make", no_mirror)
    with pytest.raises(ImageError, match="mirror reachable"):
        images_module.root_of("debian-13")


def test_without_a_mirror_the_cached_image_is_used_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(images_module, "_make", no_mirror)
    old = tmp_path / "keeping-alive/images/debian-13-0123456789ab"
    old.mkdir(parents=True)
    assert images_module.root_of("debian-13") == old
    assert "the cached debian-13-0123456789ab is used" in capsys.readouterr().err


def test_an_image_is_made_anew_when_its_recipe_changes() -> None:
    recipe = images_module.recipes()["debian-13"]
    other = images_module.Recipe(**{**vars(recipe), "offered": ("hello",)})
    assert recipe.digest != other.digest
