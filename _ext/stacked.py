"""On a phone a wide table becomes a list: each cell under the name of its column.

So no page scrolls sideways for it. The names are hidden where the table is a table;
``_static/book.css`` says where that is.
"""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

MANY = 3  # columns that are too many for a phone


def stack(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Name the cells of each wide table that has a head."""
    if app.builder.format != "html" or app.builder.name == "epub":
        return
    for table in doctree.findall(nodes.table):
        head = next(table.findall(nodes.thead), None)
        if head is None or len(head[0]) < MANY:
            continue
        table["classes"].append("stacked")
        names = [entry.astext() for entry in head[0]]
        for row in next(table.findall(nodes.tbody)):
            for name, entry in list(zip(names, row, strict=True))[1:]:
                if entry.astext():
                    words = f'<span class="column-name">{escape(name)}: </span>'
                    entry[0].insert(0, nodes.raw("", words, format="html"))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.connect("doctree-resolved", stack)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
