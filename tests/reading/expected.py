"""What the page shows against what the machine said."""

from __future__ import annotations

import difflib
import re

ANYTHING = "..."


def pattern(shown: list[str]) -> re.Pattern[str]:
    """Return a pattern for the whole output that `shown` stands for.

    ``...`` alone on a line is any number of lines, none too; inside a line it is any
    text of that line. All else is literal, but for blanks at the end of a line.
    """
    parts = []
    for line in _trimmed(shown):
        if line.strip() == ANYTHING:
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            literal = (re.escape(piece) for piece in line.rstrip().split(ANYTHING))
            parts.append(r"[^\n]*?".join(literal) + r"[ \t]*\n")
    return re.compile("".join(parts))


def matches(shown: list[str], said: str) -> bool:
    """Return whether the machine's output `said` is what the page shows."""
    return bool(pattern(shown).fullmatch(_ended(said)))


def has_come(shown: list[str], said: str) -> bool:
    """Return whether the output shown is there already, and perhaps more after it."""
    return bool(pattern(shown).match(_ended(said)))


def diff(shown: list[str], said: str) -> str:
    """Return the lines that differ: ``-`` the page says, ``+`` the machine said."""
    got = _ended(said).rstrip("\n").split("\n") if said.strip("\n") else []
    lines = difflib.unified_diff(
        _trimmed(shown), got, "the page says", "the machine said", lineterm="", n=20
    )
    return "\n".join(line for line in lines if not line.startswith("@@"))


def _ended(text: str) -> str:
    """Settle the end: a block can't show the empty lines that an output ends in."""
    return text.rstrip("\n") + "\n" if text.strip("\n") else ""


def _trimmed(shown: list[str]) -> list[str]:
    while shown and not shown[-1]:
        shown = shown[:-1]
    return shown
