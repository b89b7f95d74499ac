"""A reader's own names in place of the book's: what "Make it yours" does, in Python.

What is taken and what is changed stands in ``_static/yours-rules.js``, for the site and
for the tests; ``_static/yours.js`` does the same there. This module reads no page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

RULES = Path(__file__).parents[2] / "_static" / "yours-rules.js"
Change = Callable[[str], str]


class Refused(ValueError):
    """A value that would break a shell, a unit or an rc script; the message is why."""


def table(path: Path = RULES) -> dict[str, Any]:
    """Return the table: the JSON behind ``var YOURS =``."""
    _, _, words = path.read_text("utf-8").partition("\nvar YOURS =")
    return json.loads(words.rstrip().removesuffix(";"))


def as_printed(text: str) -> str:
    """Change nothing: the book's own names."""
    return text


class Yours:
    """Some values, and the changes that they make. Without any: none.

    Raises `Refused` for a field that does not exist or a value that can't be.
    """

    def __init__(self, given: dict[str, str]) -> None:
        self.given, self.table = given, table() if given else {}
        for field, value in given.items():
            if field not in self.table["fields"]:
                known = ", ".join(self.table["fields"])
                raise Refused(f"no field {field!r}: one of {known}")
            if reason := why_not(field, value, self.table["fields"]):
                raise Refused(f"{field}={value}: {reason}")

    def on(self, page: str) -> Change:
        """Return what changes a block, or a file's target, on `page`: its docname."""
        if not self.given:
            return as_printed
        fields, rules = self.table["fields"], self.table["rules"]
        book, mine = _complete({}, fields), _complete(self.given, fields)
        mine |= {field: book[field] for field in self.table["keep"].get(page, ())}
        find = re.compile(
            "|".join(f"({pattern})" for pattern, *_ in rules), re.ASCII | re.MULTILINE
        )

        def give(match: re.Match[str]) -> str:
            rule = rules[(match.lastindex or 0) - 1]
            now = _gives(rule, mine)
            return match[0] if now == _gives(rule, book) else now

        return lambda text: find.sub(give, text)


def parse(text: str) -> Yours:
    """Read ``name=tea,port=5103``. Raises `Refused`."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    return Yours({field: value for field, _, value in pairs})


def why_not(field: str, value: str, fields: dict[str, Any]) -> str:
    """Return why `field` can't have this value, or "" if it can."""
    checks = fields[field]["checks"]
    if isinstance(checks, str):  # the same as there
        checks = fields[checks]["checks"]
    broken = (why for find, why in checks if not re.fullmatch(find, value, re.ASCII))
    return next(broken, "")


def _complete(given: dict[str, str], fields: dict[str, Any]) -> dict[str, str]:
    """Return a value for each field: a path that is not given goes by the name."""
    name = given.get("name") or fields["name"]["default"]
    return {
        field: given.get(field) or words["default"].format(name=name)
        for field, words in fields.items()
    }


def _gives(rule: list[Any], values: dict[str, str]) -> str:
    _, words, width = [*rule, 0][:3]
    text = words.format(**values)
    if width and len(text) > width:
        return text[: width - 1] + "+"
    return text.ljust(width)
