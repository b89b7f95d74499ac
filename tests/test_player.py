"""A page played on a machine: what goes wrong is told with its line and its mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sybil import Document

from tests.machines import Machine, MachineError, why_no_machine
from tests.reading import player as player_module
from tests.reading.blocks import parsers
from tests.reading.player import PageFailure, Player

Play = Callable[..., None]

pytestmark = pytest.mark.skipif(bool(why_no_machine()), reason=str(why_no_machine()))


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with Machine("debian-13") as booted:
        yield booted


@pytest.fixture
def play(machine: Machine, tmp_path: Path) -> Play:
    """Play a page made of console blocks, each a pair of caption and text."""

    def run(*blocks: str | tuple[str, str], limit: float = 5) -> None:
        text = "Page\n====\n"
        for block in blocks:
            caption, source = block if isinstance(block, tuple) else ("", block)
            lines = "".join(f"   {line}\n" for line in source.splitlines())
            head = f"   :caption: {caption}\n" if caption else ""
            text += f"\n.. code-block:: console\n{head}\n{lines}\nText.\n"
        page = tmp_path / "page.rst"
        page.write_text(text, encoding="utf-8")
        player = Player("debian-13", limit)
        player.machines = {"": machine}
        readers = parsers(player.put_file, player.type_console, tmp_path)
        document = Document.parse(str(page), *readers)
        examples = list(document.examples())
        player.prepare(examples)
        try:
            for example in examples:
                example.evaluate()
        finally:
            player.machines = {}  # it serves the next test too
            player.stop()

    return run


def test_commands_in_one_terminal_share_a_shell(play: Play) -> None:
    play("$ cd /tmp\n$ word=tea", "$ pwd\n/tmp\n$ echo $word\ntea\n# pwd\n/root")


def test_another_terminal_is_another_shell(play: Play) -> None:
    play("$ word=tea", ("Another terminal", "$ echo .$word\n."), "$ echo $word\ntea")


def test_a_command_in_the_foreground(play: Play) -> None:
    play(
        "$ python3 -u -m http.server 5003 --bind 127.0.0.1\nServing HTTP on ...",
        (
            "Another terminal",
            "$ curl --silent --head http://127.0.0.1:5003/\nHTTP/1.0 200 OK\n...",
        ),
        '127.0.0.1 - - [...] "HEAD / HTTP/1.1" 200 -\n^C\n'
        "Keyboard interrupt received, exiting.",
    )


def test_a_command_in_the_foreground_may_end_by_itself(play: Play) -> None:
    other = ("Another terminal", "$ touch /tmp/end")
    wait = "$ echo waiting; until test -e /tmp/end; do sleep 0.1; done"
    wait += "; echo bye; sh -c 'exit 4'"
    play(f"{wait}\nwaiting", other, "...\nbye\n$ echo $?\n4\n$ rm /tmp/end")
    with pytest.raises(PageFailure, match="the page says 5"):
        play(f"{wait}\nwaiting", other, "...\nbye\n$ echo $?\n5")


def test_a_promised_exit_status(play: Play) -> None:
    play("$ sh -c 'exit 3'\n$ echo $?\n3", "$ sleep 60\n^C\n$ echo $?\n130")


@pytest.mark.parametrize(
    ("blocks", "line", "words"),
    [
        (["$ true\n$ echo a\nb"], 7, "-b\n+a"),
        (["$ echo a"], 6, "+a"),
        (["$ false"], 6, "exit status 1, the page says 0"),
        (["$ true\n$ echo $?\n1"], 6, "exit status 0, the page says 1"),
        (["$ echo before; sleep 60"], 6, "never ended"),
        (["$ echo one; sleep 60\ntwo\n^C"], 6, "of it never came"),
        (["$ while sleep 0.3; do echo one; done\ntwo\n^C"], 6, "of it never came"),
        (["$ true\n^C"], 7, "it ended, with exit status 0"),
        (["$ echo early\nlate\n^C"], 6, "it ended, with exit status 0"),
        (["$ echo one; sleep 60\none", "...\n$ true"], 6, "never ended"),
        (["$ exit"], 6, "the terminal went away"),
    ],
)
def test_what_goes_wrong_is_told(
    play: Play, blocks: list[str], line: int, words: str
) -> None:
    with pytest.raises(PageFailure) as caught:
        play(*blocks, limit=2)
    assert words in str(caught.value)
    assert caught.value.line == line


def test_a_command_that_never_ends_shows_its_last_words(play: Play) -> None:
    with pytest.raises(PageFailure, match=r"(?s)never ended.*last words"):
        play("$ echo last words; sleep 60", limit=1)


def test_a_port_in_use_names_its_owner(play: Play) -> None:
    serve = "$ python3 -u -m http.server 5003 --bind 127.0.0.1"
    with pytest.raises(
        PageFailure, match=r"(?s)port is in use.*127.0.0.1:5003.*python3"
    ):
        play(f"{serve}\nServing HTTP on ...", ("Another terminal", serve), "^C\n...")


def test_a_failed_unit_is_told_with_its_journal(play: Play, machine: Machine) -> None:
    unit = b"[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo no tea left; exit 7'\n"
    machine.put("/etc/systemd/system/tea.service", unit)
    with pytest.raises(PageFailure, match=r"(?s)tea.service has failed.*no tea left"):
        play("# systemctl daemon-reload\n# systemctl start tea")
    machine.run("systemctl", "reset-failed")


def test_a_machine_that_can_not_be_had_is_told_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_machine(_: str) -> Machine:
        raise MachineError(
            "debian-13 did not finish its boot in 60 s; its console:\nHelp!"
        )

    monkeypatch.setattr(player_module, "boot", no_machine)
    page = tmp_path / "page.rst"
    page.write_text("Page\n====\n\n.. code-block:: console\n\n   $ true\n\nText.\n")
    player = Player("debian-13")
    document = Document.parse(
        str(page), *parsers(player.put_file, player.type_console, tmp_path)
    )
    with pytest.raises(PageFailure, match=r"(?s)did not finish its boot.*Help!"):
        next(document.examples()).evaluate()
