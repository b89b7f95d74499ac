"""No block escapes the audit: not a shown one, not a run one, not a forgotten file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import audit
from tests.reading.digest import digest

TOP = Path(__file__).parents[1]
CONF = f"""
import sys
sys.path[:0] = [{str(TOP)!r}, {str(TOP / "_ext")!r}]
extensions = ["sphinx_tabs.tabs", "tabs_everywhere", "not_run"]
"""
GOOD = """
Page
====

.. code-block:: console

   $ true

.. literalinclude:: snippets/a.py
   :caption: /srv/a.py

.. tabs::

   .. group-tab:: Debian 13

      .. code-block:: console

         $ true

   .. group-tab:: Debian 12

      #. An item.

         .. code-block:: console

            $ true

.. code-block:: python

   x = 1

>>> x
1

.. not-run:: nobody has a floppy drive

   .. code-block:: console

      # mount /dev/fd0

The end.
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of one page, in which nothing is wrong."""
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "index.rst").write_text(GOOD)
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets/a.py").write_text("a = 1\n")
    return tmp_path


def faults(book: Path) -> list[str]:
    """Return what the audit finds."""
    trees = audit.doctrees(book)
    return audit.faults_of("index", trees["index"], book) + audit.orphans(trees, book)


def test_the_book_has_no_faults() -> None:
    trees = audit.doctrees(TOP)
    found = [f for name in trees for f in audit.faults_of(name, trees[name], TOP)]
    assert found + audit.orphans(trees, TOP) == []


def test_a_good_page_has_no_faults(book: Path) -> None:
    assert faults(book) == []


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (".. Code-Block:: console\n\n   $ true\n", "shown but not run"),
        (".. code-block:: shell-session\n\n   $ true\n", "shown but not run"),
        (".. code-block:: ini\n\n   [Unit]\n", "shown but not run: ini"),
        (".. code-block::\n\n   $ true\n", "shown but not run"),
        (".. parsed-literal::\n\n   $ true\n", "shown but not run"),
        ("So::\n\n   $ true\n", "shown but not run"),
        ("#. .. code-block:: console\n\n      $ true\n", "shown but not run"),
        (
            ".. list-table::\n\n   * - .. code-block:: console\n\n          $ true\n",
            "shown",
        ),
        (".. include:: more.txt\n", "shown but not run"),
        (".. code-block: console\n\n   $ true\n", "a comment like a directive"),
        (".. code-block: python\n\n   y = 2\n", "run but not shown"),
        ("..\n   .. code-block:: console\n\n      $ true\n", "run but not shown"),
        (".. skip: next\n", "a comment like a directive"),
        (".. code-block:: console\n\n   true\n", "without a prompt"),
    ],
)
def test_a_block_that_would_escape_is_found(book: Path, block: str, words: str) -> None:
    (book / "more.txt").write_text(".. code-block:: console\n\n   $ true\n\nText.\n")
    text = GOOD.replace("The end.", f"{block}\nThe end.")
    (book / "index.rst").write_text(text)
    found = faults(book)
    assert any(words in fault for fault in found), found
    assert all(fault.startswith("index.rst:") for fault in found)


def test_a_snippet_that_no_page_shows_is_found(book: Path) -> None:
    (book / "snippets/b.py").write_text("b = 1\n")
    assert faults(book) == ["snippets/b.py: no page shows it"]


def test_a_page_that_was_not_run_to_its_end_is_found(book: Path) -> None:
    found = audit.not_run(book, ["index"], book / "record")
    assert "index.rst: not run to its end on debian-13" in found
    assert "index.rst: not run to its end on debian-12" in found


def test_a_record_is_for_the_page_as_it_was(tmp_path: Path) -> None:
    page, snippet = tmp_path / "page.rst", tmp_path / "a.py"
    page.write_text("Page\n")
    snippet.write_text("a = 1\n")
    before = digest(page, [snippet])
    assert digest(page, [snippet]) == before
    snippet.write_text("a = 2\n")
    assert digest(page, [snippet]) != before
    snippet.write_text("a = 1\n")
    page.write_text("Page.\n")
    assert digest(page, [snippet]) != before
