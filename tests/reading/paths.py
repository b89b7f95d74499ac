"""Which ways a page can be read, and which blocks lie on each way.

A page without tabs has one way for each machine it names. Tabs with the same labels
are one choice, as for the reader, whose click turns them all.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from sybil import Document, Region
from sybil.parsers.rest.lexers import DirectiveLexer

from .blocks import line_of
from .transcript import Mistake

DEFAULT = "debian-13"

#: What a tab may be called, and the machine that it means. None: the page's own,
#: for tabs that are a choice between programs.
TABS: dict[str, str | None] = {
    "systemd": None,
    "Debian 13": "debian-13",
    "Debian 12": "debian-12",
    "FreeBSD": "freebsd",
    "gunicorn": None,
    "waitress": None,
    "uWSGI": None,
    "openssl": None,
    "cryptography": None,
}

_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")  # also of a network device: 15 at most


@dataclass(frozen=True)
class Way:
    """One way through a page: the tabs that are open, the machine it is walked on."""

    image: str
    tabs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A short name for test ids and records, such as ``debian-13``."""
        chosen = [tab for tab in self.tabs if TABS[tab] != self.image]
        return "-".join([self.image, *chosen]).replace(" ", "_")


class Layout:
    """Where tabs and excuses stand in a page."""

    def __init__(self, document: Document, images: set[str]) -> None:
        self.document, self.images = document, images
        self.excused = list(DirectiveLexer("not-run")(document))
        self.tabs = [
            (self._label(tab), tab) for tab in DirectiveLexer("group-tab")(document)
        ]
        for tab in DirectiveLexer("tab")(document):
            raise Mistake(
                line_of(document, tab),
                "a plain tab is no path of the page: write group-tab",
            )

    def _label(self, tab: Region) -> str:
        label = (tab.lexemes["arguments"] or "").strip()
        if label not in TABS:
            known = ", ".join(TABS)
            raise Mistake(
                line_of(self.document, tab),
                f"unknown tab {label!r}: one of {known} (the list: {__name__}.TABS)",
            )
        return label

    def _choices(self) -> list[tuple[str, ...]]:
        """Return each set of labels that stands together, in order of appearance."""
        choices: list[tuple[str, ...]] = []
        for group in DirectiveLexer("tabs")(self.document):
            inside = [label for label, tab in self.tabs if _within(tab, group)]
            if set(inside) in [set(choice) for choice in choices]:
                continue
            for choice in choices:
                if set(inside) & set(choice):
                    raise Mistake(
                        line_of(self.document, group),
                        f"tabs {inside} here, but {list(choice)} before: tabs that "
                        "share a label are one choice and need the same labels",
                    )
            choices.append(tuple(inside))
        return choices

    def ways(self) -> list[Way]:
        """Return every way through the page."""
        own = self._field("run-on") or [DEFAULT]
        for image in own:
            if image not in self.images:
                known = ", ".join(sorted(self.images))
                raise Mistake(
                    1, f"unknown machine {image!r} in :run-on: one of {known}"
                )
        ways = []
        for tabs in itertools.product(*self._choices()):
            theirs = [image for tab in tabs if (image := TABS[tab])]
            ways += [Way(image, tabs) for image in (theirs or own)]
        return ways

    def machines(self) -> tuple[str, ...]:
        """Return the names of the page's machines, its own first; () if it has one."""
        names = self._field("machines")
        for name in names:
            if not _NAME.fullmatch(name) or names.count(name) > 1:
                raise Mistake(
                    1,
                    f"{name!r} in :machines: is no name of one machine: small letters "
                    "and digits, twelve at most, each name once",
                )
        return tuple(names)

    def _field(self, name: str) -> list[str]:
        """Return the words of a field at the page's top, such as ``:run-on:``."""
        found = re.match(
            rf"(?::[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?:{name}:[ \t]*([^\n]+)\n",
            self.document.text,
        )
        return re.split(r"[,\s]+", found.group(1).strip()) if found else []

    def excuse(self, region: Region) -> str | None:
        """Return the reason why `region` is not run, or None if it is."""
        for excused in self.excused:
            if _within(region, excused):
                return (excused.lexemes["arguments"] or "").strip()
        return None

    def on(self, way: Way, region: Region) -> bool:
        """Return whether `region` lies on `way`."""
        return all(
            label in way.tabs for label, tab in self.tabs if _within(region, tab)
        )


def _within(inner: Region, outer: Region) -> bool:
    return outer.start <= inner.start < outer.end
