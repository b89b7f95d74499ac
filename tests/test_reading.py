"""How a page becomes a program: transcripts, expected output, ways, bad input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Document

from tests.machines.terminal import clean
from tests.reading import expected
from tests.reading.blocks import parsers
from tests.reading.paths import Layout
from tests.reading.transcript import Mistake, join, parse

TOP = Path(__file__).parents[1]
IMAGES = {"debian-13", "debian-12"}


def test_a_block_is_commands_and_what_they_print() -> None:
    steps = parse("$ echo a\na\n# id -un\nroot\n", 10)
    assert [(s.who, s.text, s.shown, s.line) for s in steps] == [
        ("user", "echo a", ["a"], 10),
        ("root", "id -un", ["root"], 12),
    ]


def test_a_backslash_continues_a_command() -> None:
    (step,) = parse("$ echo a \\\n    b\na b\n", 1)
    assert step.text == "echo a \\\n    b"
    assert step.shown == ["a b"]


def test_ctrl_c_makes_the_command_before_it_stay() -> None:
    first = parse("$ serve\nlistening\n", 1)
    second = parse("a request\n^C\nbye\n", 9)
    join([first, second])
    assert first[0].held
    assert [s.kind for s in second] == ["output", "interrupt"]
    assert second[1].shown == ["bye"]


def test_echo_status_is_a_promise_about_the_command_before_it() -> None:
    steps = parse("$ false\n$ echo $?\n1\n", 1)
    join([steps])
    assert steps[0].status == 1


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (["a line\n"], "without a prompt"),
        (["^C\n"], "nothing runs in this terminal"),
        (["$ true\n^C\n", "^C\n"], "nothing runs in this terminal"),
        (["$ false\n$ echo $?\nmany\n"], "must show the number"),
    ],
)
def test_a_block_that_makes_no_sense_is_a_mistake(
    blocks: list[str], words: str
) -> None:
    with pytest.raises(Mistake, match=words):
        join([parse(block, 1) for block in blocks])


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        (["a"], "a\n", True),
        (["a"], "a", True),
        (["a"], "a\n\n", True),
        (["a", ""], "a\n", True),
        ([], "", True),
        ([], "a\n", False),
        (["a"], "", False),
        (["a"], "ab\n", False),
        (["..."], "", True),
        (["..."], "a\nb\n", True),
        (["a", "...", "b"], "a\nb\n", True),
        (["a", "...", "b"], "a\nx\ny\nb\n", True),
        (["a", "...", "b"], "a\nxb\n", False),
        (["pid ... answers"], "pid 12 answers\n", True),
        (["pid ... answers"], "pid 12\nanswers\n", False),
        (["a.c"], "abc\n", False),
        (["a  "], "a\n", True),
    ],
)
def test_what_is_shown_against_what_is_said(
    shown: list[str], said: str, same: bool
) -> None:
    assert expected.matches(shown, said) is same


def test_output_that_is_still_coming() -> None:
    shown = [" * Running on http://127.0.0.1:5003"]
    assert not expected.has_come(shown, " * Running on http://127.0.0.1")
    assert expected.has_come(shown, " * Running on http://127.0.0.1:5003\nmore\n")


def test_a_diff_names_both_sides() -> None:
    text = expected.diff(["hello World"], "hello Wrold\n")
    assert "-hello World" in text
    assert "+hello Wrold" in text


def test_a_terminal_is_read_as_a_person_sees_it() -> None:
    assert clean("10%\r50%\r100%\r\n\x1b[1mdone\x1b[0m\r\n") == "100%\ndone\n"


def layout(tmp_path: Path, text: str) -> Layout:
    page = tmp_path / "page.rst"
    page.write_text(text, encoding="utf-8")
    return Layout(Document(text, str(page)), IMAGES)


TWO_TABS = """
.. tabs::

   .. group-tab:: Debian 13

      One.

   .. group-tab:: Debian 12

      Two.
"""


def test_a_page_without_tabs_has_one_way_for_each_machine(tmp_path: Path) -> None:
    assert [w.name for w in layout(tmp_path, "Title\n=====\n").ways()] == ["debian-13"]
    text = ":run-on: debian-13 debian-12\n\nTitle\n=====\n"
    assert [w.name for w in layout(tmp_path, text).ways()] == ["debian-13", "debian-12"]


def test_tabs_with_the_same_labels_are_one_choice(tmp_path: Path) -> None:
    ways = layout(tmp_path, TWO_TABS + TWO_TABS).ways()
    assert [w.name for w in ways] == ["debian-13", "debian-12"]


def test_a_block_in_a_tab_lies_on_that_way_alone(tmp_path: Path) -> None:
    text = TWO_TABS.replace(
        "      One.", "      .. code-block:: console\n\n         $ true"
    )
    page = tmp_path / "page.rst"
    page.write_text(text, encoding="utf-8")
    document = Document.parse(str(page), *parsers(print, print, tmp_path))
    here = Layout(document, IMAGES)
    (example,) = document.examples()
    assert [w.name for w in here.ways() if here.on(w, example.region)] == ["debian-13"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TWO_TABS.replace("Debian 13", "Debain 13"), "unknown tab 'Debain 13'"),
        (
            TWO_TABS.replace("group-tab:: Debian 13", "tab:: Debian 13"),
            "write group-tab",
        ),
        (TWO_TABS + TWO_TABS.replace("Debian 12", "FreeBSD"), "need the same labels"),
        (":run-on: debian-7\n\nTitle\n=====\n", "unknown machine 'debian-7'"),
    ],
)
def test_tabs_that_make_no_sense_are_a_mistake(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(Mistake, match=words):
        layout(tmp_path, text).ways()


INCLUDE = "\n.. literalinclude:: snippets/a.py\n   :caption: /srv/a.py\n\nEnd.\n"


@pytest.mark.parametrize(
    ("text", "data", "words"),
    [
        (
            INCLUDE.replace(":caption: /srv/a.py", ":language: python"),
            b"a\n",
            "absolute path",
        ),
        (INCLUDE.replace("/srv/a.py", "srv/a.py"), b"a\n", "absolute path"),
        (INCLUDE.replace("/srv/a.py", "/srv/"), b"a\n", "absolute path"),
        (INCLUDE, None, "there is no file"),
        (INCLUDE, b"a", "exactly one newline"),
        (INCLUDE, b"a\n\n", "exactly one newline"),
        ("\n.. code-block:: console\n\n   true\n\nEnd.\n", b"a\n", "without a prompt"),
    ],
)
def test_blocks_that_make_no_sense_are_a_mistake(
    tmp_path: Path, text: str, data: bytes | None, words: str
) -> None:
    page = tmp_path / "page.rst"
    page.write_text(text, encoding="utf-8")
    if data is not None:
        (tmp_path / "snippets").mkdir()
        (tmp_path / "snippets/a.py").write_bytes(data)
    with pytest.raises(Mistake, match=words) as caught:
        Document.parse(str(page), *parsers(print, print, tmp_path))
    assert caught.value.line in (2, 4)


def test_a_mistake_is_told_with_page_and_line(tmp_path: Path) -> None:
    """The whole way: pytest prints page:line for a slip, and no traceback."""
    (tmp_path / "index.rst").write_text("T\n=\n\n.. code-block:: console\n\n   true\n")
    (tmp_path / "conftest.py").write_bytes((TOP / "conftest.py").read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "index.rst"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(TOP), "PATH": "/usr/bin:/bin", "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert "index.rst:6: a console block without a prompt" in done.stdout
    assert "Traceback" not in done.stdout
