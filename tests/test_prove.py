"""prove.py, the program that says "it came back", held against services that do not."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.ports import reserved_port

TOP = Path(__file__).parents[1]
PROVE = TOP / "snippets" / "prove.py"
GUNICORN = [sys.executable, "-m", "gunicorn", "--no-control-socket"]

# A service as small as can be. Its answers depend on the path asked for. With "fork"
# a child answers, as gunicorn's workers do; it outlives its parent by three answers.
SERVICE = """
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer

started = time.time()
me = os.getpid()
left = 3


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        global left
        orphaned = len(sys.argv) > 2 and os.getppid() != me
        left -= orphaned
        self.send_response(500 if self.path == "/broken" else 200)
        if self.path == "/cut":
            self.send_header("Content-Length", "999")
        self.end_headers()
        answers = {"/null": b'{"pid": null, "started": 1}', "/list": b"[1, 2]"}
        who = json.dumps({"pid": os.getpid(), "started": started}).encode()
        self.wfile.write(answers.get(self.path, b"hello" if self.path == "/" else who))
        if orphaned and left == 0:
            self.wfile.flush()
            os._exit(0)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
if len(sys.argv) > 2 and os.fork():
    os.wait()
else:
    server.serve_forever()
"""

Start = Callable[..., int]


@pytest.fixture
def port() -> Iterator[int]:
    """A port for the service."""
    with reserved_port() as number:
        yield number


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    """Start a service, wait until it answers, return the pid that answers.

    Whatever was started is killed at the end, with all of its children; and should
    nobody be left to do that, timeout(1) does.
    """
    (tmp_path / "service.py").write_text(SERVICE, encoding="utf-8")
    with ExitStack() as cleaning:

        def run(*argv: str, again: bool = False) -> int:
            loop = '"$@"; while [ "$AGAIN" ]; do sleep 0.2; "$@"; done'
            service = subprocess.Popen(
                ["timeout", "60", "sh", "-c", loop, "-", *argv],
                cwd=tmp_path,
                env=os.environ | {"AGAIN": "yes" if again else ""},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            cleaning.callback(service.wait)
            cleaning.callback(os.killpg, service.pid, signal.SIGKILL)
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    return who(port)["pid"]
                except OSError:
                    time.sleep(0.02)
            raise AssertionError(f"{argv} does not answer")

        yield run


@pytest.fixture
def service(port: int) -> list[str]:
    """The command line of the small service."""
    return [sys.executable, "service.py", str(port)]


def who(port: int) -> dict[str, int]:
    """Ask a service who answers; OSError if nobody does."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/pid", timeout=5) as answer:
        return json.load(answer)


def prove(url: str, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run prove.py as a reader does."""
    return subprocess.run(
        [sys.executable, str(PROVE), url, *argv],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_came_back(start: Start, port: int, service: list[str]) -> None:
    before = start(*service, again=True)
    url = f"http://127.0.0.1:{port}/pid"
    done = prove(url, "--", "kill", "-KILL", str(before))
    assert done.returncode == 0, done
    assert re.fullmatch(
        rf"before: pid {before} answers\n"
        rf"kill:   kill -KILL {before}\n"
        r"away:   \d+\.\d\d s \([1-9]\d* of \d+ requests failed\)\n"
        rf"after:  pid {who(port)['pid']} answers, \d+\.\d\d s after the kill\n",
        done.stdout,
    )
    assert done.stderr == ""


def test_a_signal_instead_of_a_command(
    start: Start, port: int, service: list[str]
) -> None:
    before = start(*service, again=True)
    url = f"http://127.0.0.1:{port}/pid"
    done = prove(url, "--pid", str(before), "--signal", "TERM", "--json")
    assert done.returncode == 0, done
    words = json.loads(done.stdout)
    assert words["back"] is True
    assert words["before"] == before
    assert words["pid"] == who(port)["pid"] != before
    assert 0 < words["failed"] < words["polls"]


def test_without_a_deed_the_one_who_answers_is_killed(
    start: Start, port: int, service: list[str]
) -> None:
    before = start(*service, again=True)
    done = prove(f"http://127.0.0.1:{port}/pid")
    assert done.returncode == 0, done
    assert f"\nkill:   kill -SIGKILL {before}\n" in done.stdout
    assert who(port)["pid"] != before


def test_it_stays_dead(start: Start, port: int, service: list[str]) -> None:
    before = start(*service)
    url = f"http://127.0.0.1:{port}/pid"
    done = prove(url, "--pid", str(before), "--within", "0.5")
    assert done.returncode == 1, done
    assert "it did NOT come back" in done.stdout


@pytest.mark.parametrize("first", [True, False])
def test_a_kill_that_hits_nothing_is_no_proof(
    start: Start, port: int, service: list[str], first: bool
) -> None:
    before = start(*service)
    url = f"http://127.0.0.1:{port}/pid"
    within = ["--within", "0.5"]
    done = prove(*([*within, url] if first else [url, *within]), "--", "true")
    assert done.returncode == 1, done
    assert "(0 of " in done.stdout
    assert f"only old processes answer, like {before}" in done.stdout


def test_orphans_do_not_count(start: Start, port: int, service: list[str]) -> None:
    orphan = start(*service, "fork", again=True)
    parent = Path(f"/proc/{orphan}/stat").read_text("utf-8").rpartition(")")[2].split()
    url = f"http://127.0.0.1:{port}/pid"
    done = prove(url, "--json", "--pid", parent[1])
    assert done.returncode == 0, done
    words = json.loads(done.stdout)
    assert words["orphans"] >= 3  # and one more, if asked before the parent is dead
    assert words["pid"] == who(port)["pid"] != orphan


@pytest.mark.parametrize("whom", ["pid", "parent"])
def test_gunicorn_loses_a_worker_and_its_master(
    start: Start, port: int, whom: str
) -> None:
    gunicorn = [*GUNICORN, "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    start(*gunicorn, "--chdir", str(TOP / "snippets/hello"), "hello:app", again=True)
    before = who(port)
    url = f"http://127.0.0.1:{port}/pid"
    done = prove(url, "--json", "--pid", str(before[whom]))
    assert done.returncode == 0, done
    after = who(port)
    assert json.loads(done.stdout)["pid"] == after["pid"] != before["pid"]
    assert after["started"] > before["started"]
    assert (after["parent"] == before["parent"]) is (whom == "pid")


@pytest.mark.parametrize("path", ["", "null", "list", "broken", "cut"])
def test_who_does_not_say_who_answers_is_not_killed(
    start: Start, port: int, service: list[str], path: str
) -> None:
    start(*service)
    url = f"http://127.0.0.1:{port}/{path}"
    assert_nothing_to_prove(prove(url, "--", "echo", "killed"))


def test_nobody_answers(port: int) -> None:
    url = f"http://127.0.0.1:{port}/pid"
    done = prove(url, "--", "echo", "killed")
    assert_nothing_to_prove(done)
    assert "does not answer" in done.stderr


def assert_nothing_to_prove(done: subprocess.CompletedProcess[str]) -> None:
    """Assert that prove.py gave up with one clear line, before it killed anything."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert re.fullmatch(r"prove: http://.*\n", done.stderr), done.stderr


def test_the_message_of_a_kill_that_fails_is_shown(
    start: Start, port: int, service: list[str]
) -> None:
    start(*service)
    url = f"http://127.0.0.1:{port}/pid"
    done = prove(url, "--", "sh", "-c", "echo no such unit >&2; exit 5")
    assert done.returncode == 2, done
    assert done.stderr.startswith("no such unit\nprove: the kill failed: ")
    assert done.stderr.count("\n") == 2
    assert "exit status 5" in done.stderr
    missing = prove(url, "--", "no-such-command")
    assert missing.returncode == 2
    assert re.fullmatch(r"prove: .*no-such-command.*\n", missing.stderr)


def test_a_process_that_is_gone_can_not_be_killed(
    start: Start, port: int, service: list[str]
) -> None:
    start(*service)
    gone = subprocess.Popen(["true"])
    gone.wait()
    done = prove(f"http://127.0.0.1:{port}/pid", "--pid", str(gone.pid))
    assert done.returncode == 2, done
    assert re.search(r"(?m)^prove: the kill failed: .*No such process$", done.stderr)


@pytest.mark.parametrize(
    "argv",
    [
        ["--pid", "4000000", "--", "true"],  # both
        ["--pid", "4000000", "--signal", "TEA"],
        # Not one process but all of them, or a group. SIGURG does nothing by default,
        # so even a prove.py that sends it does no harm.
        ["--pid=-1", "--signal", "URG"],
        ["--pid", "0", "--signal", "URG"],
    ],
)
def test_a_command_line_that_makes_no_sense(port: int, argv: list[str]) -> None:
    done = prove(f"http://127.0.0.1:{port}/pid", *argv)
    assert done.returncode == 2, done
    assert "prove.py: error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_json_is_all_there_is_on_stdout(
    start: Start, port: int, service: list[str]
) -> None:
    start(*service)
    url = f"http://127.0.0.1:{port}/pid"
    done = prove(url, "--json", "--within", "0.2", "--", "echo", "a chatty command")
    assert done.returncode == 1, done
    assert json.loads(done.stdout)["back"] is False
    assert "a chatty command" in done.stderr


def test_dashes_inside_the_command_stay(
    start: Start, port: int, service: list[str]
) -> None:
    start(*service)
    url = f"http://127.0.0.1:{port}/pid"
    done = prove(url, "--within", "0.2", "--", "echo", "--pid", "--", "7")
    assert "kill:   echo --pid -- 7\n--pid -- 7\n" in done.stdout


def test_ctrl_c_ends_it_quietly(start: Start, port: int, service: list[str]) -> None:
    before = start(*service)
    watching = subprocess.Popen(
        [sys.executable, str(PROVE), f"http://127.0.0.1:{port}/pid", "--", "echo", "y"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert watching.stdout is not None
        assert watching.stdout.readline() == f"before: pid {before} answers\n"
        assert watching.stdout.readline() == "kill:   echo y\n"
        assert watching.stdout.readline() == "y\n"  # so the kill is done, or nearly
        watching.send_signal(signal.SIGINT)
        assert watching.communicate(timeout=30)[1] == ""
        assert watching.returncode == 130
    finally:
        watching.kill()
        watching.wait()
