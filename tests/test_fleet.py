"""Several machines in one network: they meet, one may go, and nothing stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Document

from tests.machines import Fleet, why_no_machine
from tests.reading.blocks import parsers
from tests.reading.paths import Layout
from tests.reading.player import PageFailure, Player
from tests.reading.transcript import Mistake
from tests.traces import traces

TOP = Path(__file__).parents[1]
needs_machine = pytest.mark.skipif(bool(why_no_machine()), reason=str(why_no_machine()))

PAGE = """:machines: left right

Page
====

.. literalinclude:: tea.txt
   :caption: right:/root/tea.txt

.. literalinclude:: tea.txt
   :caption: left and right:/root/both.txt

.. code-block:: console

   # hostname; cat both.txt
   left
   tea
   # test -e tea.txt || echo not here
   not here

.. code-block:: console
   :caption: On right

   # hostname; cat tea.txt
   right
   tea
   # ip -brief address show eth0
   eth0@... UP ... 10.77.0.2/24 ...
   # systemd-run --quiet --working-directory=/root python3 -m http.server 5003
   # curl --silent --retry 60 --retry-delay 1 --retry-connrefused right:5003/tea.txt
   tea

.. code-block:: console

   # curl --silent http://right:5003/tea.txt
   tea

.. code-block:: console
   :caption: On left and right, another terminal

   # cat both.txt; sh -c 'exit 3'
   tea
   # echo $?
   3

.. code-block:: console
   :caption: On left and right

   # test $(hostname) = right

.. code-block:: console

   # echo $?
   1

.. code-block:: console
   :caption: On right

   # systemctl reboot --force --force
   # ip -brief address show eth0
   eth0@... UP ... 10.77.0.2/24 ...
   # hostname; cat tea.txt
   right
   tea
   # echo bye; systemctl poweroff --force --force

.. code-block:: console

   # curl --silent --max-time 1 http://right:5003/; test $? != 0 && echo gone
   gone
"""


def player_of(text: str, folder: Path) -> Iterator[Player]:
    """Yield a player that has played the page `text`, and stop it."""
    page = folder / "page.rst"
    page.write_text(text, encoding="utf-8")
    (folder / "tea.txt").write_text("tea\n")
    names = Layout(Document(text, str(page)), {"debian-13"}).machines()
    player = Player("debian-13", 20, names)
    readers = parsers(player.put_file, player.type_console, folder)
    examples = list(Document.parse(str(page), *readers).examples())
    try:
        player.prepare(examples)
        for example in examples:
            example.evaluate()
        yield player
    finally:
        player.stop()


@needs_machine
def test_a_page_of_two_machines(tmp_path: Path) -> None:
    assert [p.names for p in player_of(PAGE, tmp_path)] == [("left", "right")]


@needs_machine
def test_what_goes_wrong_names_the_machine(tmp_path: Path) -> None:
    text = PAGE.replace("   right\n   tea", "   right\n   coffee", 1)
    with pytest.raises(PageFailure, match=r"on debian-13 right: # hostname") as caught:
        list(player_of(text, tmp_path))
    assert caught.value.line == text.split("\n").index("   # hostname; cat tea.txt") + 1


@needs_machine
def test_a_machine_that_is_off_takes_no_command(tmp_path: Path) -> None:
    text = PAGE + "\n.. code-block:: console\n   :caption: On right\n\n   # true\n"
    with pytest.raises(PageFailure, match="right was switched off before"):
        list(player_of(text, tmp_path))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("On right\n", "On wrong\n", "no machine 'wrong' on this page: left, right"),
        (" right:/root", " far:/root", "no machine 'far' on this page: left, right"),
        (":machines: left right\n\n", "", "it has one, without a name"),
        ("left right\n", "left left\n", "'left' in :machines: is no name of one"),
        ("left right\n", "left Right\n", "'Right' in :machines: is no name of one"),
        ("right:/root", "right:root", "give the absolute path"),
        ("On right\n", "On the right\n", "'On the right' names no machine: write"),
    ],
)
def test_mistakes_of_a_page_of_several_machines(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    with pytest.raises(Mistake, match=words):
        list(player_of(PAGE.replace(before, after, 1), tmp_path))


@needs_machine
def test_a_fleet_goes_with_a_suite_that_is_killed() -> None:
    script = (
        "from tests.machines import Fleet; import time; f = Fleet('debian-13', ('a', "
        "'b')); print(f._switch.pid, *(m.name for m in f.machines.values()), "
        "flush=True); time.sleep(60)"
    )
    suite = subprocess.Popen(
        [sys.executable, "-c", script], cwd=TOP, stdout=subprocess.PIPE, text=True
    )
    assert suite.stdout
    switch, *names = suite.stdout.readline().split()
    suite.send_signal(signal.SIGKILL)
    suite.wait()
    suite.stdout.close()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (
        Path("/proc", switch, "exe").exists() or any(map(traces, names))
    ):
        time.sleep(0.2)
    assert not Path("/proc", switch, "exe").exists()
    assert [traces(name) for name in names] == [[], []]


@needs_machine
def test_the_host_sees_nothing_of_it() -> None:
    def links() -> list[str]:
        """Return the names of the host's network devices."""
        return sorted(os.listdir("/sys/class/net"))

    before = links()
    with Fleet("debian-13", ("a", "b")):
        assert links() == before
    assert links() == before
