"""``.. drawing:: NAME``: an SVG of ``_static/figures`` in the page's own colours.

In HTML the SVG stands in the page itself, so that ``currentColor`` follows the theme,
light or dark. Other builders take the PDF (LaTeX) or the SVG as an image. ``:alt:`` is
required: it says what the figure shows to a reader who can't see it.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

FIGURES = "_static/figures"
INLINE = {"html", "dirhtml", "singlehtml"}


class Drawing(SphinxDirective):
    """One figure; the content is its caption."""

    required_arguments = 1
    has_content = True
    option_spec = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return a figure. Raises a directive error for a missing file or `:alt:`."""
        name = self.arguments[0]
        svg = Path(self.env.srcdir, FIGURES, f"{name}.svg")
        if not svg.is_file():
            raise self.error(f"there is no figure {svg}")
        if "alt" not in self.options:
            raise self.error(f"drawing {name}: say in :alt: what it shows")
        self.env.note_dependency(str(svg))
        image = nodes.image(uri=f"/{FIGURES}/{name}.*", alt=self.options["alt"])
        image["drawing"] = svg.read_text(encoding="utf-8")
        figure = nodes.figure("", image, classes=["drawing"])
        self.set_source_info(image)
        if self.content:
            words, _ = self.parse_inline("\n".join(self.content))
            figure += nodes.caption("", "", *words)
        return [figure]


def inline(app: Sphinx, doctree: nodes.document, _: str) -> None:
    """Put the drawing itself into pages of HTML."""
    if app.builder.name not in INLINE:
        return
    for image in list(doctree.findall(nodes.image)):
        if "drawing" in image:
            label = f'<svg role="img" aria-label="{escape(image["alt"], quote=True)}"'
            drawn = image["drawing"].replace("<svg", label, 1)
            image.replace_self(nodes.raw("", drawn, format="html"))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.add_directive("drawing", Drawing)
    app.connect("doctree-resolved", inline)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
