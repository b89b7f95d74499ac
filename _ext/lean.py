"""Leave out the style sheet that furo brings for extensions which the book has not.

It is one more file for every first visit, and colours nothing here.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

UNUSED = "_static/styles/furo-extensions.css"


def leave_out(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Take it from the list of a page's style sheets."""
    sheets = context.get("css_files", [])
    context["css_files"] = [s for s in sheets if getattr(s, "filename", s) != UNUSED]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension, after those that add style sheets to a page."""
    app.connect("html-page-context", leave_out, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
