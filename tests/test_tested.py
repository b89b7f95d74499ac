"""What the book says of its last run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "_ext"))

import tested

PLACES = {
    "systemd 257": {"systemd": "257", "python": "3.13.5"},
    "sysvinit 3.14-4": {"sysvinit": "3.14-4", "python": "3.13.5"},
    "a FreeBSD stand-in (7 rows)": {"stand-in": "7 rows", "python": "3.13.5"},
    "FreeBSD 15.0": {"freebsd": "15.0", "python": "3.13.5"},
    "Python alone": {},
}


def record(versions: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return the record of a page that was run."""
    usual = {"image": "debian-13", "fresh": True, "commands": 3, "blocks": 4}
    return {**usual, "date": "2026-01-02", "excuses": [], "versions": versions, **more}


@pytest.mark.parametrize("place", PLACES)
def test_the_table_says_once_on_what_a_page_was_run(place: str) -> None:
    run = record(PLACES[place])
    assert tested.where(run) == place
    assert tested._versions(run) == ("Python 3.13.5" if run["versions"] else "")


def test_the_line_says_how_much_where_and_when() -> None:
    new, old = record({"systemd": "257"}), record({"systemd": "252"}, commands=2)
    said = "3 commands, run on systemd 257 and systemd 252, on 2026-01-02."
    assert tested.line([new, old]) == said
    assert tested.line([new, {**old, "fresh": False}]) == "Not run since the last edit."
    assert tested.line([]) == ""
