"""Break the book on purpose: each edit turns it red, and the message says where.

A green suite proves nothing by itself. Here a copy of one chapter is spoilt, a byte or
a line at a time, and run as `make test` would run it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import audit
from tests.machines import why_no_machine
from tests.traces import traces

TOP = Path(__file__).parents[1]
PAGE = "tutorials/hello.rst"
APP = "snippets/hello/hello.py"

needs_machine = pytest.mark.skipif(bool(why_no_machine()), reason=str(why_no_machine()))


@dataclass(frozen=True)
class Edit:
    """Replace `old` by `new` in `file`; the message must name the line with `at`."""

    name: str
    file: str
    old: str
    new: str
    at: str  # text of the page's line, after the edit, that the message must name


EDITS = [
    Edit(
        "a byte of a snippet",
        APP,
        "hello World",
        "hello Wurld",
        "$ curl http://127.0.0.1:5003/\n",
    ),
    Edit(
        "a port in a snippet",
        APP,
        "port=5003",
        "port=5004",
        "$ venv/bin/python hello.py",
    ),
    Edit(
        "a route of a snippet",
        APP,
        '"/pid"',
        '"/pidd"',
        "$ curl http://127.0.0.1:5003/pid",
    ),
    Edit(
        "a snippet that does not parse", APP, "import os", "import", "$ venv/bin/python"
    ),
    Edit(
        "an expected line", PAGE, "   hello World\n", "   hello Word\n", "$ curl http"
    ),
    Edit(
        "an expected line too many",
        PAGE,
        "   hello World\n",
        "   hello World\n   and you\n",
        "$ curl http",
    ),
    Edit(
        "an expected line too few",
        PAGE,
        "   hello World\n",
        "",
        "$ curl http://127.0.0.1:5003/\n",
    ),
    Edit(
        "an expected status",
        PAGE,
        "$ echo $?\n   7",
        "$ echo $?\n   6",
        "$ curl http://127.0.0.1:5003/\n   curl",
    ),
    Edit("a command", PAGE, "5003/tea", "5003/tee", "$ curl --include"),
    Edit(
        "a command that is missing",
        PAGE,
        "   $ venv/bin/pip install --quiet flask\n",
        "",
        "$ venv/bin/python",
    ),
    Edit("who types", PAGE, "# apt-get", "$ apt-get", "$ apt-get"),
    Edit(
        "where a file goes",
        PAGE,
        "/home/you/hello.py",
        "/home/you/hallo.py",
        "$ venv/bin/python",
    ),
    Edit(
        "a folder that is not there",
        PAGE,
        "/home/you/hello.py",
        "/home/you/app/hello.py",
        ".. literalinclude",
    ),
    Edit(
        "output before it can be there",
        PAGE,
        "   Press CTRL+C to quit\n",
        "   Press CTRL+C to stop\n",
        "$ venv/bin/python",
    ),
    Edit("a Ctrl-C that is missing", PAGE, "   ^C\n", "", "   127.0.0.1 - - ["),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the one chapter, with all that runs it."""
    for name in ("tests", "_ext", "_static"):
        (tmp_path / name).symlink_to(TOP / name)
    for name in ("conftest.py", "conf.py", PAGE, APP):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, tmp_path / name)
    return tmp_path


def command(folder: Path) -> list[str]:
    """Return the command line that runs the chapter in `folder`."""
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return [*words, "--limit=15", f"--record={folder / 'record'}", PAGE]


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the chapter in `folder` as the suite does."""
    return subprocess.run(
        command(folder),
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_machine
def test_the_copy_is_green_and_on_record(copy: Path) -> None:
    done = run(copy)
    assert done.returncode == 0, done.stdout
    assert audit.not_run(copy, ["tutorials/hello"], copy / "record") == []


@needs_machine
def test_nothing_is_left_of_a_suite_that_is_killed(copy: Path) -> None:
    """kill -9 of pytest in the middle of a page: its machine goes by itself."""
    suite = subprocess.Popen(command(copy), cwd=copy, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    names: list[str] = []
    while not names and time.monotonic() < deadline:
        children = Path(f"/proc/{suite.pid}/task/{suite.pid}/children").read_text()
        for child in children.split():
            words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
            names += [word for word in words if word.startswith("book-")]
        time.sleep(0.05)
    assert names, "no machine was booted"
    time.sleep(2)
    assert traces(names[0])
    suite.kill()
    suite.wait()
    while traces(names[0]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert traces(names[0]) == []


@needs_machine
@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_turns_it_red_at_the_right_place(copy: Path, edit: Edit) -> None:
    path = copy / edit.file
    text = path.read_text("utf-8")
    assert edit.old in text
    path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    done = run(copy)
    page = (copy / PAGE).read_text("utf-8")
    line = page.count("\n", 0, page.index(edit.at)) + 1
    assert done.returncode in (1, 2), done.stdout
    assert f"{PAGE}:{line}: " in done.stdout, done.stdout
    # A page that stops half way is a page that was not run.
    assert audit.not_run(copy, ["tutorials/hello"], copy / "record")
