"""The index: what a reader may look for, and the heading under which the book has it.

``tutorials/finding.txt`` is the table, kept by hand, a place a line::

    [Statuses]
    203/EXEC -> systemd-start#203: there is no such program

Left of the arrow stands the term as the page has it. Right of it stand a page of
``tutorials/`` and a heading of it: a section's, a box's, or the term of a definition.
The entries come into the index, under the name in brackets, and into the search, which
then lands on the heading. A line whose page, heading or term is gone is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

FOLDER = "tutorials"
TABLE = f"{FOLDER}/finding.txt"
GLOSSARY = "Words"  # where the index has the terms of a glossary
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """One line of the table."""

    line: int
    kind: str
    term: str
    page: str
    heading: str


def places(top: Path) -> Iterator[Place]:
    """Yield the places of the table. Raises SphinxError, and says where."""
    table = top / TABLE
    if not table.is_file():
        return
    kind = ""
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("# "):
            continue
        if bracketed := re.fullmatch(r"\[(\w+)\]", line):  # becomes an id in the index
            kind = bracketed.group(1)
        elif found := re.fullmatch(r"([^\s;][^;]*?) -> ([\w-]+)#([^;]+)", line):
            term, page, heading = found.groups()
            yield Place(number, kind, term, f"{FOLDER}/{page}", heading)
        else:
            raise SphinxError(f"{table}:{number}: write it as `term -> page#heading`")


def headings(document: nodes.document) -> dict[str, nodes.Element]:
    """Return what carries each heading of a page: a section, a box or a term."""
    found: dict[str, nodes.Element] = {}
    for node in document.findall(nodes.Element):
        if isinstance(node, nodes.section | nodes.Admonition) and len(node):
            if isinstance(node[0], nodes.title):
                found.setdefault(node[0].astext(), node)
        elif isinstance(node, nodes.term):
            found.setdefault(node.astext(), node)
    return found


def is_there(term: str, place: nodes.Element) -> bool:
    """Return whether the term is there; SIGHUP may be HUP, and ``X=`` may be ``X``."""
    where = place.parent if isinstance(place, nodes.term) else place
    text = " ".join(where.astext().split())
    bare = re.fullmatch(r"SIG(\w+)|(\w+)=", term)
    word = bare and (bare.group(1) or bare.group(2))
    return term in text or bool(word and re.search(rf"\b{word}\b", text))


class Index(SphinxTransform):
    """Put the places of a page into it, as index entries."""

    default_priority = 700  # before smart quotes, and before the domains collect

    def apply(self, **kwargs: Any) -> None:
        """Add the entries."""
        top = Path(self.env.srcdir)
        self.env.note_dependency(TABLE)
        for node in self.document.findall(addnodes.index):
            node["entries"] = [(*e[:4], e[4] or GLOSSARY) for e in node["entries"]]
        mine = [p for p in places(top) if p.page == self.env.current_document.docname]
        known = headings(self.document) if mine else {}
        for place in mine:
            if place.heading not in known:
                near = get_close_matches(place.heading, known, 1, 0.4)
                hint = f"; do you mean {near[0]!r}?" if near else ""
                complain(top, place, f"has no heading {place.heading!r}{hint}")
            elif not is_there(place.term, known[place.heading]):
                complain(top, place, f"has no {place.term!r} under {place.heading!r}")
            else:
                self.add(place, known[place.heading])

    def add(self, place: Place, node: nodes.Element) -> None:
        """Add one entry, and give `node` an id if it has none."""
        if not node["ids"]:  # sections have one, made in the same way
            name = nodes.make_id(place.heading)
            while name in self.document.ids:
                name += "-"
            node["ids"].append(name)
            self.document.ids[name] = node
        words = f"{place.term}; {place.heading}"
        entry = ("single", words, node["ids"][0], "main", place.kind)
        index = addnodes.index(entries=[entry])
        if isinstance(node, nodes.term):
            node += index
        else:
            node.insert(1, index)


def complain(top: Path, place: Place, what: str) -> None:
    """Warn of a line of the table."""
    where = f"{top / TABLE}:{place.line}"
    logger.warning(f"{place.page}.rst {what}", location=where)


def check_pages(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Warn of places on pages that there aren't."""
    for place in places(Path(app.srcdir)):
        if place.page not in env.found_docs:
            complain(Path(app.srcdir), place, "does not exist")


def finish(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Finish the index: a lone place is linked directly. And the search has its own."""
    if page == "genindex":
        for _, entries in context["genindexentries"]:
            for _, (links, below, _) in entries:
                if not links and len(below) == 1:
                    links += below.pop()[1]
    elif page == "search":
        app.add_js_file("search.js", loading_method="defer")
        # Sphinx 9.0 forgets the entries of pages that it doesn't write again. And the
        # headings, which are in each entry too, are in the search already.
        app.builder.indexer._index_entries = {
            name: [
                (words.partition("; ")[0], place, main)
                for _, words, place, main, _ in entries
            ]
            for name, entries in app.env.get_domain("index").entries.items()
        }


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.add_transform(Index)
    app.connect("env-before-read-docs", check_pages)
    app.connect("html-page-context", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
