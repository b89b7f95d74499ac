"""What a page says of itself to search engines, to chats and to whoever links to it.

The description is the page's first paragraph, or its ``:description:`` field. It goes
into the meta element of that name and into OpenGraph's. With ``html_baseurl`` there is
a ``sitemap.xml`` as well.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

BUILDERS = {"html", "dirhtml"}
LENGTH = 200  # characters of a description; more is cut off by those who show it


def describe(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the description of a page, with the metadata that Sphinx keeps of it."""
    metadata = app.env.metadata[app.env.current_document.docname]
    for paragraph in doctree.findall(nodes.paragraph):
        in_text = isinstance(paragraph.parent, nodes.section)
        if in_text and "tested" not in paragraph["classes"]:
            metadata.setdefault("description", shorten(paragraph.astext()))
            break


def shorten(text: str) -> str:
    """Return as many whole sentences of `text` as are short enough, one at least."""
    first, *sentences = re.split(r"(?<=[.!?])\s+", " ".join(text.split()))
    for sentence in sentences:
        if len(first) + 1 + len(sentence) > LENGTH:
            break
        first += f" {sentence}"
    return first


def describe_page(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the elements to the head of a page."""
    if doctree is None or app.builder.name not in BUILDERS:
        return
    about = app.env.metadata[page].get("description", "")
    properties = {
        "og:title": app.env.titles[page].astext(),
        "og:description": about,
        "og:type": "website" if page == app.config.root_doc else "article",
        "og:site_name": app.config.project,
        "og:url": context["pageurl"],
    }
    lines = [f'<meta name="description" content="{escape(about)}">'] if about else []
    lines += [
        f'<meta property="{name}" content="{escape(value)}">'
        for name, value in properties.items()
        if value
    ]
    context["metatags"] += "\n".join(["", *lines])


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """Write ``sitemap.xml``: https://www.sitemaps.org/protocol.html."""
    top = app.config.html_baseurl
    if exception or not top or app.builder.name not in BUILDERS:
        return
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(
            f"<url><loc>{escape(top + app.builder.get_target_uri(page))}</loc></url>"
            for page in sorted(app.env.found_docs)
        ),
        "</urlset>",
    ]
    path = Path(app.outdir, "sitemap.xml")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.connect("doctree-read", describe)
    app.connect("html-page-context", describe_page)
    app.connect("build-finished", write_sitemap)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
