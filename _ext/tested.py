"""Say on each page when and where it was last run, and nothing that is no longer so.

A record counts only while its digest is the page's own: after an edit the page says
"not run since the last edit". Records come from the last run here (``_build/record``)
and from the tree (``record/``); of two for the same way the newer one wins.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from tests.reading.digest import digest

FOLDERS = ("record", "_build/record")
HOW = "tutorials/tested"
PLACES = ("stand-in", "freebsd", "systemd", "sysvinit")  # what where() tells
WIDTHS = (25, 20, 9, 12, 20, 14)  # per cent, of the columns of the table
SMALL = r"\begingroup\footnotesize", r"\endgroup"  # in print six columns are many
Record = dict[str, Any]
Cell = str | nodes.Node


def records(top: Path) -> list[Record]:
    """Return the newest record of each way of each page; each knows if `fresh`."""
    newest: dict[tuple[str, str], Record] = {}
    for folder in FOLDERS:
        for path in sorted((top / folder).glob("*.json")):
            record = json.loads(path.read_text(encoding="utf-8"))
            record["fresh"] = record["digest"] == digest(
                top / f"{record['page']}.rst",
                [top / name for name in record["snippets"]],
            )
            key = (record["page"], record["way"])
            rank = (record["fresh"], record["date"])
            if key not in newest or rank >= (newest[key]["fresh"], newest[key]["date"]):
                newest[key] = record
    return [newest[key] for key in sorted(newest)]


def where(record: Record) -> str:
    """Return on what a page was run, in a reader's words."""
    versions = record["versions"]
    if "stand-in" in versions:
        return f"a FreeBSD stand-in ({versions['stand-in']})"
    if "freebsd" in versions:
        return f"FreeBSD {versions['freebsd']}"
    if "systemd" in versions:
        return f"systemd {versions['systemd']}"
    if "sysvinit" in versions:
        return f"sysvinit {versions['sysvinit']}"
    return record["image"] if versions else "Python alone"


def line(mine: list[Record]) -> str:
    """Return the line that stands under a page's title."""
    if not mine:
        return ""
    if not all(record["fresh"] for record in mine):
        return "Not run since the last edit."
    places = list(dict.fromkeys(where(record) for record in mine))
    total = max(record["commands"] for record in mine)
    dates = {record["date"] for record in mine}
    commands = f"{total} commands" if total != 1 else "1 command"
    if not total:
        commands = f"{max(r['blocks'] for r in mine)} blocks"
    text = f"{commands}, run on {' and '.join(places)}, on {min(dates)}"
    excused = max(len(record["excuses"]) for record in mine)
    return text + (
        f"; {excused} shown but not run, with the reason." if excused else "."
    )


def add_line(app: Sphinx, doctree: nodes.document) -> None:
    """Put the line under the title."""
    name = app.env.current_document.docname
    text = line([r for r in app.env.book_records if r["page"] == name])
    section = next(doctree.findall(nodes.section), None)
    if not text or section is None:
        return
    paragraph = nodes.paragraph("", text, classes=["tested"])
    if name != HOW:
        paragraph += [nodes.Text(" "), _link(HOW, "How is that done?")]
    section.insert(1, paragraph)


def _link(page: str, words: str = "") -> addnodes.pending_xref:
    """Return a link with these words; without any it says the page's title."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", words),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{page}",
        refexplicit=bool(words),
        refwarn=True,
    )


class RunTable(SphinxDirective):
    """``.. run-table::``: every page and way of the last record, and every excuse."""

    def run(self) -> list[nodes.Node]:
        """Return the table, then the excuses."""
        found: list[Record] = self.env.book_records
        rows: list[list[Cell]] = [
            [
                _link(record["page"]),
                ", ".join([where(record), *record["tabs"]]),
                str(record["blocks"]),
                str(record["commands"]),
                _versions(record),
                record["date"] if record["fresh"] else "not since the last edit",
            ]
            for record in found
        ]
        head: list[Cell] = ["Page", "Run on", "Blocks", "Commands", "With", "Date"]
        small, normal = (nodes.raw("", tex, format="latex") for tex in SMALL)
        out: list[nodes.Node] = [small, _table(head, rows), normal]
        excuses = {
            (record["page"], excuse["line"], excuse["reason"])
            for record in found
            for excuse in record["excuses"]
            if record["fresh"]
        }
        items = [
            nodes.list_item(
                "", nodes.paragraph("", f"{page}.rst, line {number}: {reason}")
            )
            for page, number, reason in sorted(excuses)
        ]
        if items:
            out.append(nodes.paragraph("", "Shown and not run, and why:"))
            out.append(nodes.bullet_list("", *items))
        else:
            out.append(nodes.paragraph("", "No block of any page is excused."))
        return out


def _versions(record: Record) -> str:
    names = {"python": "Python", "flask": "Flask", "django": "Django"}
    return ", ".join(
        f"{names.get(name, name)} {version}"
        for name, version in record["versions"].items()
        if name not in PLACES
    )


def _table(head: list[Cell], rows: list[list[Cell]]) -> nodes.table:
    group = nodes.tgroup(
        "", *(nodes.colspec(colwidth=w) for w in WIDTHS), cols=len(head)
    )
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return nodes.table("", group, classes=["run-table", "colwidths-given"])


def _row(cells: list[Cell]) -> nodes.row:
    texts = [nodes.Text(cell) if isinstance(cell, str) else cell for cell in cells]
    return nodes.row(
        "", *(nodes.entry("", nodes.paragraph("", "", text)) for text in texts)
    )


def load(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Load the records; re-read the pages whose line has changed."""
    before = getattr(env, "book_records", [])
    env.book_records = records(Path(app.srcdir))
    pages = {r["page"] for r in [*before, *env.book_records]}
    changed = {
        page
        for page in pages
        if line([r for r in before if r["page"] == page])
        != line([r for r in env.book_records if r["page"] == page])
    }
    if env.book_records != before:
        changed.add(HOW)
    docnames += sorted((changed & env.found_docs) - set(docnames))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.connect("env-before-read-docs", load)
    app.connect("doctree-read", add_line)
    app.add_directive("run-table", RunTable)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
