"""The directive ``.. not-run:: reason``: what stands in it is shown, and not run.

The reader sees the reason; the harness and its audit read the same one, the audit from
the doctree: ``node["not_run_reason"]`` of a container with the class ``not-run``.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata


class NotRun(SphinxDirective):
    """Its content, below a line that says why it isn't run."""

    optional_arguments = 1  # an own check says better what is missing
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the container. A missing reason or content is an error at its line."""
        if not self.arguments or not self.content:
            missing = "content" if self.arguments else "a reason"
            how = "`.. not-run:: why`, and the block below it, indented"
            raise self.error(f"not-run without {missing}: write {how}")
        reason = " ".join(self.arguments[0].split())
        words, messages = self.parse_inline(reason)
        note = nodes.paragraph("", "", classes=["not-run-reason"])
        note += [nodes.strong("", "Not run here:"), nodes.Text(" "), *words]
        box = nodes.container("", note, *messages, classes=["not-run"])
        box["not_run_reason"] = reason
        self.set_source_info(box)
        box += self.parse_content_to_nodes()
        return [box]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.add_directive("not-run", NotRun)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
