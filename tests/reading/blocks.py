"""Sybil parsers for the two kinds of block that carry the book: file, terminal."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sybil import Document, Example, Region
from sybil.parsers.rest import DocTestParser, PythonCodeBlockParser
from sybil.parsers.rest.lexers import DirectiveLexer

from .transcript import Mistake, Step, parse
from .yours import Change, as_printed

#: `Region` evaluators: they raise to fail, and return None.
Evaluator = Callable[[Example], None]


@dataclass
class File:
    """A file that a reader copies: `source` in the book, `target` on the machine.

    `hosts` are the machines that the page names for it, none: the page's own.
    """

    source: Path
    target: str
    line: int
    hosts: tuple[str, ...] = ()
    change: Change = as_printed

    def read(self) -> bytes:
        """Return its bytes, with the reader's names if there are any.

        Raises `Mistake` if it is missing or ends wrongly.
        """
        if not self.source.is_file():
            raise Mistake(self.line, f"there is no file {self.source}")
        data = self.source.read_bytes()
        if not data.endswith(b"\n") or data.endswith(b"\n\n"):
            raise Mistake(self.line, f"{self.source} must end in exactly one newline")
        return self.change(data.decode("utf-8")).encode("utf-8")


@dataclass
class Console:
    """A terminal block: `terminal` is its name, "" the first terminal.

    `hosts` are the machines that the page names for it, none: the page's own.
    """

    terminal: str
    steps: list[Step]
    source: str
    line: int
    hosts: tuple[str, ...] = ()
    on: dict[str, list[Step]] = field(init=False)

    def __post_init__(self) -> None:
        """Give each machine steps of its own: what follows them there may differ."""
        self.on = {host: copy.deepcopy(self.steps) for host in self.hosts or ("",)}


#: "On left and right, another terminal"; and "left and right:/etc/x", as in scp(1).
_NAMES = r"[a-z][a-z0-9]*(?: and [a-z][a-z0-9]*)*"
_ON = re.compile(rf"On ({_NAMES})(?:, (.+))?")
_TO = re.compile(rf"({_NAMES}):(/.*)")


def _hosts(names: str) -> tuple[str, ...]:
    return tuple(names.split(" and "))


class FileParser:
    """Reads ``literalinclude`` directives; the caption says where the file goes."""

    def __init__(self, evaluate: Evaluator, top: Path, change: Change) -> None:
        self.evaluate, self.top, self.change = evaluate, top, change
        self.lexer = DirectiveLexer("literalinclude")

    def __call__(self, document: Document) -> Iterable[Region]:
        for lexed in self.lexer(document):
            line = line_of(document, lexed)
            name = (lexed.lexemes["arguments"] or "").strip()
            base = self.top if name.startswith("/") else Path(document.path).parent
            target = lexed.lexemes["options"].get("caption", "").strip()
            hosts: tuple[str, ...] = ()
            if to := _TO.fullmatch(target):
                hosts, target = _hosts(to[1]), to[2]
            if not target.startswith("/") or target.endswith("/"):
                raise Mistake(
                    line,
                    f"the caption of {name} is {target!r}: give the absolute path that "
                    "the reader copies it to, such as :caption: /srv/hello/hello.py",
                )
            source = (base / name.lstrip("/")).resolve()
            file = File(source, self.change(target), line, hosts, self.change)
            file.read()
            yield Region(lexed.start, lexed.end, file, self.evaluate)


class ConsoleParser:
    """Reads ``code-block:: console`` directives."""

    def __init__(self, evaluate: Evaluator, change: Change) -> None:
        self.evaluate, self.change = evaluate, change
        self.lexer = DirectiveLexer("code-block")

    def __call__(self, document: Document) -> Iterable[Region]:
        for lexed in self.lexer(document):
            if (lexed.lexemes["arguments"] or "").strip() != "console":
                continue
            source = lexed.lexemes["source"]
            first = line_of(document, lexed) + source.line_offset + 1
            terminal = lexed.lexemes["options"].get("caption", "").strip()
            hosts: tuple[str, ...] = ()
            if on := _ON.fullmatch(terminal):
                hosts, terminal = _hosts(on[1]), on[2] or ""
            elif terminal.startswith("On "):
                raise Mistake(
                    line_of(document, lexed),
                    f"the caption {terminal!r} names no machine: write 'On left', "
                    "'On left and right' or 'On left, another terminal'",
                )
            text = self.change(str(source))
            line = line_of(document, lexed)
            console = Console(terminal, parse(text, first), text, line, hosts)
            yield Region(lexed.start, lexed.end, console, self.evaluate)


def parsers(
    file: Evaluator, console: Evaluator, top: Path, change: Change = as_printed
) -> list[Callable[[Document], Iterable[Region]]]:
    """Return every parser of the book; `top` is what ``/`` means in Sphinx.

    `change` puts a reader's own names into files, their targets and terminals.
    """
    return [
        FileParser(file, top, change),
        ConsoleParser(console, change),
        PythonCodeBlockParser(),
        DocTestParser(),
    ]


def line_of(document: Document, region: Region) -> int:
    """Return the line, counted from 1, on which the directive itself stands."""
    return document.text.count("\n", 0, region.start) + 1
