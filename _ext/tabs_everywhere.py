"""Tabs in every output: sphinx-tabs, with doctrees that don't depend on the builder.

sphinx-tabs 3.5 decides while it reads a page whether the builder can show tabs, and the
decision is pickled with the doctree: after a PDF, the HTML of the same doctrees has no
tabs. Here every builder counts as able. Only when a page is written do tabs become, for
a builder that can't show them, panels in a row, each under its name.

``_static/tabs.js`` and ``_static/tabs.css`` replace sphinx-tabs' files of these names.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata
from sphinx_tabs.tabs import SphinxTabsPanel, SphinxTabsTablist

TABBED = ("html", "dirhtml", "singlehtml")
logger = logging.getLogger(__name__)


def every_builder(app: Sphinx, config: Config) -> None:
    """Tell sphinx-tabs that whatever the builder, it shows tabs."""
    config.sphinx_tabs_valid_builders = sorted(app.registry.builders)


def check(app: Sphinx, doctree: nodes.document) -> None:
    """Report what stands in ``tabs`` and in no tab: nobody would know whose it is."""
    for tablist in doctree.findall(SphinxTabsTablist):
        for node in tablist.parent[1:]:
            if not isinstance(node, SphinxTabsPanel):
                logger.error("in `tabs`, all text belongs in a tab", location=node)


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Finish the tabs of a page that is about to be written."""
    for tablist in list(doctree.findall(SphinxTabsTablist)):
        box = tablist.parent
        panels = [node for node in box if isinstance(node, SphinxTabsPanel)]
        for tab, panel in zip(tablist, panels, strict=True):
            # Where tabs are shown the style sheet hides the name, except on paper.
            name = (node.deepcopy() for node in tab)
            panel.insert(0, nodes.rubric("", "", *name, classes=["tab-name"]))
        if app.builder.name in TABBED:
            for panel in panels:
                del panel["name"]  # a div has no name
                if "hidden" in panel:
                    panel["hidden"] = "until-found"  # "true" is no value of HTML's
        else:
            rows = (nodes.container("", *panel.children) for panel in panels)
            box.replace_self(nodes.container("", *rows, classes=["tab-rows"]))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.setup_extension("sphinx_tabs.tabs")
    app.connect("config-inited", every_builder)
    app.connect("doctree-read", check)
    app.connect("doctree-resolved", resolve)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
