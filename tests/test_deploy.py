"""The script of tutorials/deploy, killed at each command: nobody is turned away.

It is run as it is printed, under ``sh -x``, which names each command before it runs it.
At the nth of them its whole process group gets SIGKILL, as from a lost connection or an
impatient person; then the script is run again, and has to complete.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.machines import Machine, why_no_machine

SNIPPETS = Path(__file__).parents[1] / "snippets"
UNITS = "/etc/systemd/system"

# Who kills and starts so quickly catches gunicorn while it makes workers. A newborn one
# misses a SIGTERM, and gunicorn waits for it: 30 seconds, if this didn't say less.
HASTE = b"""
[Service]
Environment=GUNICORN_CMD_ARGS=--graceful-timeout=2
"""

APP = b"""
def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "3")])
    return [b"ok\\n"]
"""

PREPARE = f"""
    apt-get install --yes python3-venv > /dev/null &&
        mkdir -p /srv/hello /root/hello {UNITS}/hello.service.d &&
        mkdir {UNITS}/hello@.service.d &&
        python3 -m venv /srv/hello/pip
"""

RELEASES = rf"""
    set -e
    cd {UNITS}
    sed '/ExecReload/d; s|/srv/hello|&/releases/%i|; s|hello.socket|hello@%i.socket|' \
        hello.service > hello@.service
    cd /root
    /srv/hello/pip/bin/pip install --quiet --dry-run --report - gunicorn |
        python3 lock.py > hello/requirements.txt
    tar -czf hello.tar.gz hello
    for n in 0 1 2; do
        cp hello.tar.gz hello-$n.tar.gz
        sh deploy.sh hello-$n.tar.gz
    done
"""

# Asks all the time; says how often, and what came of it, when /root/enough is there.
VISITOR = b"""
import collections, http.client, json, os, time
fates = collections.Counter()
while not os.path.exists("/root/enough"):
    link = http.client.HTTPConnection("127.0.0.1", 5003, timeout=60)
    try:
        link.request("GET", "/")
        fates[str(link.getresponse().status)] += 1
    except Exception as problem:
        fates[repr(problem)] += 1
    finally:
        link.close()
    time.sleep(0.02)
print(json.dumps(fates))
"""

# Kills at the 1st, the 2nd, ... command from that on which is named in the script's
# first argument, until it has killed the one in the second, or the run ends by itself.
# Where a command takes its time, it kills once more in the middle of it.
KILLER = b"""
import json, os, pathlib, shutil, signal, subprocess, sys, time

INSIDE = {"[", "cd", "echo", "exec", "set", "tidy", "answers", "serve", "trap"}
INSIDE |= {"umask", "readlink"}
INSIDE |= {"sort", "sed", "xargs"}  # with find in one pipe, in any order
LONG = ("python3 -m venv", "/srv/hello/pip", "systemctl restart", "rm -rf")
os.environ["PIP_NO_COMPILE"] = "1"  # quicker
first, last = sys.argv[1:]
TOP = pathlib.Path("/srv/hello")
there = os.listdir(TOP / "releases")

def killed(release, nth, delay):
    run = subprocess.Popen(
        ["sh", "-x", "/root/deploy.sh", release], text=True, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )
    seen, said = 0, ""
    for line in run.stderr:
        said += line
        words = line.split()
        if words[:1] != ["+"] or words[1] in INSIDE or "=" in words[1]:
            continue
        seen += seen > 0 or words[1] == first
        if seen == nth:
            time.sleep(delay)
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            return " ".join(words[1:])
    assert run.wait() == 0, said
    return None

def litter():
    for name in ("half", "old", "older"):
        (TOP / "releases" / name).mkdir(exist_ok=True)
        if name != "half":
            (TOP / "releases" / name / "ok").touch()
            os.utime(TOP / "releases" / name / "ok", (0, 0))

report, nth, late, command = [], 1, False, ""
while not command.startswith(last):
    if first == "tar":  # a new release each time
        name = f"new-{len(report)}"
        shutil.copy("/root/hello.tar.gz", f"/root/{name}.tar.gz")
        release = f"/root/{name}.tar.gz"
    else:
        name = release = there[len(report) % 3]
        litter()
    command = killed(release, nth, 0.2 if late else 0)
    if command is None:
        break
    done = subprocess.run(
        ["sh", "/root/deploy.sh", release], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    report.append({
        "killed": command, "name": name, "status": done.returncode, "said": done.stdout,
        "live": os.readlink(TOP / "current"), "left": os.listdir(TOP / "releases"),
    })
    late = not late and command.startswith(LONG)
    nth += not late
print(json.dumps(report))
"""

BUILD = (
    *("tar -x", "python3 -m venv", "pip", "--check-config", "systemctl start", "curl"),
    *("systemctl stop", "sync"),
)
SWITCH = (
    *("mkdir", "flock", "systemctl stop", "rm -rf", "touch", "ln -s", "mv -T"),
    *("systemctl restart", "curl"),  # find is in a pipe, and sh traces those at once
)

pytestmark = pytest.mark.skipif(bool(why_no_machine()), reason=str(why_no_machine()))


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine with three releases, put there by the script; the last one serves."""
    with Machine("debian-13") as booted:
        assert booted.run("sh", "-c", PREPARE, limit=180).returncode == 0
        for unit in ("hello.service", "hello.socket"):
            booted.put(f"{UNITS}/{unit}", (SNIPPETS / "systemd" / unit).read_bytes())
        for name, path in {
            "current.conf": f"{UNITS}/hello.service.d/current.conf",
            "hello@.socket": f"{UNITS}/hello@.socket",
            "deploy.sh": "/root/deploy.sh",
            "lock.py": "/root/lock.py",
        }.items():
            booted.put(path, (SNIPPETS / "deploy" / name).read_bytes())
        for unit in ("hello.service", "hello@.service"):
            booted.put(f"{UNITS}/{unit}.d/haste.conf", HASTE)
        booted.put("/root/hello/hello.py", APP)
        booted.put("/root/visitor.py", VISITOR)
        booted.put("/root/killer.py", KILLER)
        done = booted.run("sh", "-c", RELEASES, limit=180)
        assert done.returncode == 0, done.stdout
        yield booted


def kill_at_each(machine: Machine, first: str, last: str) -> list[dict[str, Any]]:
    """Kill the script at each command from `first` to `last` while somebody asks.

    Returns what was killed, and how the next run went. Nobody may have been turned
    away, each next run has to complete, and its release to serve.
    """
    machine.run("rm", "-f", "/root/enough")
    visitor = subprocess.Popen(
        machine.enter("root", "python3", "/root/visitor.py"),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        killer = ("python3", "/root/killer.py", first, last)
        done = machine.run(*killer, limit=300)
    finally:
        machine.run("touch", "/root/enough")
        fates = json.loads(visitor.communicate(timeout=60)[0])
    assert done.returncode == 0, done.stdout
    report: list[dict[str, Any]] = json.loads(done.stdout)
    for run in report:
        assert (run["status"], run["live"]) == (0, f"releases/{run['name']}"), run
        assert len(run["left"]) == 3, run
    assert set(fates) == {"200"}, fates
    assert fates["200"] > len(report)
    units = ("systemctl", "list-units", "--no-legend", "--plain", "hello@*")
    assert machine.run(*units).stdout == ""
    return report


def test_killed_while_it_builds(machine: Machine) -> None:
    report = kill_at_each(machine, "tar", "sync")
    killed = " / ".join(run["killed"] for run in report)
    assert [command for command in BUILD if command not in killed] == []


def test_killed_while_it_switches(machine: Machine) -> None:
    report = kill_at_each(machine, "basename", "never")
    killed = " / ".join(run["killed"] for run in report)
    assert [command for command in SWITCH if command not in killed] == []


PICKY = b"""
def app(environ, start_response):
    here = environ["REMOTE_ADDR"] == ""  # a socket file, as in the trial
    start_response("200 OK" if here else "500 Oh no", [("Content-Length", "3")])
    return [b"ok\\n"]
"""


def test_one_that_fails_only_in_earnest_is_left_again(machine: Machine) -> None:
    live = machine.run("readlink", "/srv/hello/current").stdout
    machine.put("/root/hello/hello.py", PICKY)
    machine.run("tar", "-C", "/root", "-czf", "/root/picky.tar.gz", "hello")
    done = machine.run("sh", "/root/deploy.sh", "/root/picky.tar.gz", limit=120)
    assert done.returncode == 1
    assert "deploy: picky does not serve: back to " in done.stdout
    assert machine.run("readlink", "/srv/hello/current").stdout == live
    page = ("curl", "--silent", "--fail", "http://127.0.0.1:5003/")
    assert machine.run(*page).stdout == "ok\n"
    assert machine.run("test", "-e", "/srv/hello/releases/picky/ok").returncode == 1


def test_two_at_once_go_one_after_the_other(machine: Machine) -> None:
    machine.put("/root/hello/hello.py", APP)
    both = """
        cd /root
        for n in 1 2; do
            tar -czf both-$n.tar.gz hello
            sh deploy.sh both-$n.tar.gz > said-$n 2>&1 &
        done
        wait
        cat said-1 said-2
    """
    said = machine.run("sh", "-c", both, limit=180).stdout.splitlines()
    assert [line for line in said if line.endswith("serves")] == [
        "deploy: both-1 serves",
        "deploy: both-2 serves",
    ], said
    live = machine.run("readlink", "/srv/hello/current").stdout.strip()
    assert live in ("releases/both-1", "releases/both-2")
