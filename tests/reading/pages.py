"""Pages as pytest sees them: a page, the ways through it, the blocks on each way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Document, Example

from tests.machines import recipes, why_not

from . import record, yours
from .blocks import Console, File, parsers
from .paths import Layout, Way
from .player import PageFailure, Player
from .transcript import Mistake


def in_ci() -> bool:
    """Return whether a skip is a failure here."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


class Page(pytest.File):
    """A page of the book."""

    def collect(self) -> Iterator[Walk]:
        """Yield one `Walk` for each way through the page."""
        try:
            layout = Layout(
                Document(self.path.read_text("utf-8"), str(self.path)), set(recipes())
            )
            names = layout.machines()
            for way in layout.ways():
                yield Walk.from_parent(self, name=way.name, way=way, names=names)
        except Mistake as mistake:
            raise _collect_error(self, mistake) from None


class Walk(pytest.Collector):
    """One way through a page: its blocks in order, on machines of their own."""

    def __init__(self, *, way: Way, names: tuple[str, ...], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.way = way
        self.player = Player(way.image, self.config.getoption("--limit"), names)
        self.examples: list[Example] = []
        self.excuses: list[record.Excuse] = []
        self.done = 0
        self.stopped_at = 0  # the line of the first failure

    def collect(self) -> Iterator[Block]:
        """Read the page's blocks; those of other tabs and excused ones are left out."""
        top = Path(self.config.rootpath)
        names = yours.parse(self.config.getoption("--yours"))
        change = names.on(_relative(self).with_suffix("").as_posix())
        try:
            readers = parsers(
                self.player.put_file, self.player.type_console, top, change
            )
            document = Document.parse(str(self.path), *readers)
            layout = Layout(document, set(recipes()))
            for example in document.examples():
                if not layout.on(self.way, example.region):
                    continue
                reason = layout.excuse(example.region)
                if reason is None:
                    self.examples.append(example)
                else:
                    self.excuses.append(record.Excuse(example.line, reason))
            self.player.prepare(self.examples)
        except Mistake as mistake:
            raise _collect_error(self, mistake) from None
        for example in self.examples:
            yield Block.from_parent(self, name=f"line:{example.line}", example=example)

    def setup(self) -> None:
        """Skip, in words, where this host can't give the machine that is needed."""
        needed = any(isinstance(e.parsed, File | Console) for e in self.examples)
        reason = why_not(self.way.image) if needed else None
        if reason:
            pytest.skip(reason)

    def teardown(self) -> None:
        """Write the record if every block was run and right, then clean up."""
        folder = self.config.getoption("--record")
        try:
            complete = self.examples and self.done == len(self.examples)
            # The site tells of runs with the book's own names.
            if complete and not self.config.getoption("--yours"):
                record.write(Path(folder), self)
        finally:
            self.player.stop()


class Block(pytest.Item):
    """One block of one way."""

    def __init__(self, *, example: Example, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.example = example
        self.walk: Walk = self.parent

    def runtest(self) -> None:
        """Do what the block says, unless the page has stopped before it."""
        if self.walk.stopped_at:
            pytest.skip(f"{STOPPED} at line {self.walk.stopped_at}")
        try:
            self.example.evaluate()
        except BaseException as problem:
            self.walk.stopped_at = getattr(problem, "line", self.example.line)
            raise
        self.walk.done += 1

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        """Return page:line and the story; a traceback of ours would help nobody."""
        if isinstance(excinfo.value, PageFailure | Mistake):
            return f"{self._where(excinfo.value.line)}: {excinfo.value}"
        if isinstance(excinfo.value, AssertionError | KeyboardInterrupt):
            return f"{self._where(self.example.line)}: {excinfo.value}"
        return str(super().repr_failure(excinfo))

    def _where(self, line: int) -> str:
        return f"{_relative(self)}:{line}"

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where this is, for pytest's summary."""
        return (
            self.path,
            self.example.line - 1,
            f"{_relative(self)}:{self.example.line}",
        )


STOPPED = "the page stopped"


def _relative(node: pytest.Collector | pytest.Item) -> Path:
    return Path(os.path.relpath(node.path, node.config.rootpath))


def _collect_error(node: pytest.Collector, mistake: Mistake) -> Exception:
    return node.CollectError(f"{_relative(node)}:{mistake.line}: {mistake}")
