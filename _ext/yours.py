"""What "Make it yours" needs of Sphinx: its form, and which pages keep what.

The form is HTML that stays hidden until ``_static/yours.js`` shows it; its fields come
from the table that the tests read as well.
"""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from tests.reading.yours import RULES, table

INPUT = """\
<p><label for="yours-{field}">{label}</label>
<input id="yours-{field}" name="{field}" type="text" autocomplete="off"
 spellcheck="false" autocapitalize="none" aria-describedby="yours-{field}-why">
<span id="yours-{field}-why" class="yours-why" aria-live="polite"></span></p>
"""
FORM = """\
<form id="yours-form" novalidate hidden>
{inputs}<p><button type="submit">Show them</button></p>
</form>
"""


class YoursForm(SphinxDirective):
    """``.. yours-form::``: a field for each of the reader's own names."""

    def run(self) -> list[nodes.Node]:
        """Return the form, as HTML."""
        self.env.note_dependency(str(RULES))
        inputs = "".join(
            INPUT.format(field=field, label=escape(words["label"]))
            for field, words in table()["fields"].items()
        )
        return [nodes.raw("", FORM.format(inputs=inputs), format="html")]


def mark(app: Sphinx, doctree: nodes.document) -> None:
    """Give a page that keeps some of the book's names a class for each of them."""
    for field in table()["keep"].get(app.env.current_document.docname, ()):
        app.env.note_dependency(str(RULES))
        for section in doctree.children:
            if isinstance(section, nodes.section):
                section["classes"].append(f"yours-keeps-{field}")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.add_directive("yours-form", YoursForm)
    app.connect("doctree-read", mark)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
