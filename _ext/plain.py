"""Each page as plain text beside its HTML, and ``/llms.txt``, which lists them all.

``/tutorials/systemd.txt`` has the files and the terminals whole, and all tabs, each
under its name. It is for whoever reads without a browser, a program included.
"""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.text import TextBuilder
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.text import TextTranslator
from sphinx_tabs.tabs import SphinxTabsTablist

BUILDERS = {"html", "dirhtml"}


class Text(TextTranslator):
    """Sphinx's plain text, in which a path is never broken into two lines."""

    def visit_caption(self, node: nodes.Element) -> None:
        """Begin a line of its own."""
        self.new_state(0)

    def depart_caption(self, node: nodes.Element) -> None:
        """End it; the caption of a file is a path."""
        self.end_state(wrap=not node.parent.get("literal_block"))

    def visit_image(self, node: nodes.Element) -> None:
        """Say what the image shows."""
        self.add_text(f"[{node.get('alt', '')}]")
        raise nodes.SkipNode


def write(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write the text of a page whose HTML is about to be written, and link to it."""
    if doctree is None or app.builder.name not in BUILDERS:
        return
    tree = doctree.deepcopy()
    for tablist in list(tree.findall(SphinxTabsTablist)):
        tablist.parent.remove(tablist)  # each panel has its name, too
    for box in tree.findall(nodes.Admonition):
        if not isinstance(box, nodes.admonition) and isinstance(box[0], nodes.title):
            del box[0]  # "Note", which only HTML's writer has put there
    for raw in list(tree.findall(nodes.raw)):  # a drawing says in words what it shows
        if label := re.search(r'<svg[^>]* aria-label="([^"]+)"', raw.astext()):
            raw.replace_self(nodes.image(alt=unescape(label.group(1))))
    text = TextBuilder(app, app.env)
    text.init()
    text.write_doc(page, tree)
    href = escape(context["pathto"](f"{page}.txt", 1))
    context["metatags"] += (
        f'\n<link rel="alternate" type="text/plain" title="Plain text" href="{href}">'
    )


def list_all(app: Sphinx, exception: Exception | None) -> None:
    """Write ``llms.txt``, in the order of the book: https://llmstxt.org/."""
    if exception or app.builder.name not in BUILDERS:
        return
    env, root = app.env, app.config.root_doc
    pages = [name for name in env.toctree_includes.get(root, []) if name in env.titles]
    lines = [f"# {env.titles[root].astext()}", "", f"> {about(app, root)}", ""]
    lines += ["## Chapters", ""]
    for page in [root, *pages]:
        url = f"{app.config.html_baseurl}{page}.txt"
        lines.append(f"- [{env.titles[page].astext()}]({url}): {about(app, page)}")
    path = Path(app.outdir, "llms.txt")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def about(app: Sphinx, page: str) -> str:
    """Return the description of a page."""
    return str(app.env.metadata[page].get("description", ""))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.setup_extension("sphinx_tabs.tabs")
    app.setup_extension("head")  # it finds the descriptions
    app.set_translator("text", Text)
    app.connect("html-page-context", write)
    app.connect("build-finished", list_all)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
