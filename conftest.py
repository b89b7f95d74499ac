"""Pages are tests: pytest collects every chapter, and each block in it is an item."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reading.pages import STOPPED, Page, in_ci
from tests.reading.player import LIMIT
from tests.reading.yours import Refused, parse

TOP = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the book's options."""
    group = parser.getgroup("book")
    group.addoption(
        "--record",
        default=str(TOP / "_build" / "record"),
        metavar="DIR",
        help="where the record of complete walks goes (make record: into the tree)",
    )
    group.addoption(
        "--limit",
        type=float,
        default=LIMIT,
        metavar="SECONDS",
        help="how long a command on a page may take",
    )
    group.addoption(
        "--yours",
        type=_names,
        default="",
        metavar="FIELD=VALUE,...",
        help="run the pages with a reader's own names, such as name=tea,port=5103",
    )


def _names(text: str) -> str:
    """Return `text`, as xdist hands it to its workers, if nothing in it is refused."""
    try:
        parse(text)
    except Refused as reason:
        raise argparse.ArgumentTypeError(str(reason)) from None
    return text


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Page | None:
    """Collect ``index.rst`` and the chapters."""
    if file_path.suffix == ".rst" and file_path.parent in (TOP, TOP / "tutorials"):
        if file_path.parent == TOP and file_path.name != "index.rst":
            return None
        return Page.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With CI set a skip is a failure, but for the blocks after one that failed."""
    report = yield
    if report.skipped and in_ci() and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if STOPPED not in reason:
            report.outcome = "failed"
            report.longrepr = (
                f"{item.nodeid}: {reason} (CI is set: nothing may be skipped)"
            )
    return report
