"""A path in a caption is no address: ``/etc/systemd/journald@hello.conf`` is not mail.

docutils makes a ``mailto:`` link of every word that looks like one, in captions too.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def unlink(app: Sphinx, doctree: nodes.document) -> None:
    """Put the text of such a link in its place."""
    for caption in doctree.findall(nodes.caption):
        for link in list(caption.findall(nodes.reference)):
            if link.get("refuri", "").startswith("mailto:"):
                link.replace_self(link.children)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.connect("doctree-read", unlink)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
