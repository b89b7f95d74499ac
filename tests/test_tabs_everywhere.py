"""Tabs and excuses in every output, whichever output was built first."""

from __future__ import annotations

import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sphinx.testing.util import SphinxTestApp

TOP = Path(__file__).parents[1]
OURS = ["tabs.js", "tabs.css"]
CONF = f"""
import sys
sys.path.insert(0, {str(TOP / "_ext")!r})
project = copyright = "Tiny"
version = release = "1"
extensions = ["tabs_everywhere", "not_run"]
html_theme = "basic"
html_static_path = {[str(TOP / "_static" / name) for name in OURS]}
nitpicky = True
linkcheck_ignore = [".*"]
"""
PAGE = """
Tiny
====

.. tabs::

   .. group-tab:: systemd

      .. _inside:

      Panel one, with a note [#n]_ and a `link <http://127.0.0.1:9/>`__.

      .. [#n] The footnote.

   .. group-tab:: FreeBSD

      Panel two.

      .. not-run:: it was *never* built

         Panel two, excused.

Between. See :ref:`there <inside>`.

.. tabs::

   .. group-tab:: systemd

      Panel three.

   .. group-tab:: FreeBSD

      Panel four.
"""
SHOWN = [  # in this order, in every output that shows text
    "systemd",
    "Panel one",
    "The footnote.",
    "FreeBSD",
    "Panel two.",
    "Not run here:",
    "it was",
    "Panel two, excused.",
    "Between.",
    "systemd",
    "Panel three.",
    "FreeBSD",
    "Panel four.",
]
BUILDERS = ["html", "text", "linkcheck", "epub"]
ORDERS = [BUILDERS[n:] + BUILDERS[:n] for n in range(len(BUILDERS))]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of one page."""
    source = tmp_path / "book"
    source.mkdir()
    (source / "conf.py").write_text(CONF, encoding="utf-8")
    (source / "index.rst").write_text(PAGE, encoding="utf-8")
    return source


def build(book: Path, builder: str) -> tuple[Path, str]:
    """Build with doctrees that all builders share; return the output and warnings."""
    app = SphinxTestApp(builder, srcdir=book, builddir=book.parent / "built")
    try:
        app.build()
        return Path(app.outdir), app.warning.getvalue()
    finally:
        app.cleanup()


class Text(HTMLParser):
    """The text of a page's main part, and the attributes of its elements by role."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.roles: dict[str, list[dict[str, str | None]]] = {}
        self.text = ""
        self.feed(page.partition("<body")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the attributes."""
        found = dict(attrs)
        self.roles.setdefault(found.get("role") or tag, []).append(found)

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def in_order(text: str, wanted: list[str]) -> None:
    """Fail at the first of `wanted` that does not stand after the one before it."""
    place = 0
    for part in wanted:
        found = text.find(part, place)
        assert found >= 0, f"no {part!r} after {text[:place][-80:]!r}"
        place = found + len(part)


def look_at_html(out: Path) -> None:
    """Tabs with the roles that a screen reader needs, and panels under names."""
    page = Text((out / "index.html").read_text("utf-8"))
    tabs, panels = page.roles["tab"], page.roles["tabpanel"]
    assert len(page.roles["tablist"]) == 2
    assert [tab["aria-selected"] for tab in tabs] == ["true", "false"] * 2
    assert [tab["aria-controls"] for tab in tabs] == [p["id"] for p in panels]
    assert [tab["id"] for tab in tabs] == [p["aria-labelledby"] for p in panels]
    assert [p.get("hidden", "no") for p in panels] == ["no", "until-found"] * 2
    assert not any("name" in panel for panel in panels)
    row = ["systemd", "FreeBSD"]
    in_order(page.text, [*row, *SHOWN[:9], *row, *SHOWN[9:]])
    for name in OURS:  # ours, and not those of sphinx-tabs
        built = (out / "_static" / name).read_bytes()
        assert built == (TOP / "_static" / name).read_bytes()


def look_at_epub(out: Path) -> None:
    """Panels in a row, each under its name, and no tab."""
    (file,) = out.glob("*.epub")
    page = Text(zipfile.ZipFile(file).read("index.xhtml").decode())
    assert "tab" not in page.roles
    assert "button" not in page.roles
    in_order(page.text, SHOWN)


def look_at_text(out: Path) -> None:
    """The same in plain text."""
    in_order((out / "index.txt").read_text("utf-8"), SHOWN)


def look_at_linkcheck(out: Path) -> None:
    """The link in a panel was seen, once."""
    assert (out / "output.json").read_text("utf-8").count("http://127.0.0.1:9/") == 1


LOOK = {
    "html": look_at_html,
    "epub": look_at_epub,
    "text": look_at_text,
    "linkcheck": look_at_linkcheck,
}


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order[0]}-first")
def test_all_tabs_show_in_any_order_of_builders(book: Path, order: list[str]) -> None:
    for builder in order:
        out, warnings = build(book, builder)
        assert warnings == ""
        LOOK[builder](out)


def test_latex_prints_panels_under_their_names(book: Path) -> None:
    out, warnings = build(book, "latex")
    assert warnings == ""
    in_order((out / "tiny.tex").read_text("utf-8"), SHOWN)


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        (".. not-run::\n\n   Content.\n", "not-run without a reason"),
        (".. not-run:: a reason\n", "not-run without content"),
    ],
)
def test_an_excuse_needs_a_reason_and_content(
    book: Path, directive: str, message: str
) -> None:
    (book / "index.rst").write_text(f"Tiny\n====\n\n{directive}", encoding="utf-8")
    _, warnings = build(book, "text")
    assert f"{book / 'index.rst'}:4: ERROR: {message}" in warnings


def test_the_reason_is_in_the_doctree(book: Path) -> None:
    app = SphinxTestApp("dummy", srcdir=book, builddir=book.parent / "built")
    try:
        app.build()
        reasons = [
            node["not_run_reason"]
            for node in app.env.get_doctree("index").findall()
            if "not-run" in getattr(node, "attributes", {}).get("classes", [])
        ]
    finally:
        app.cleanup()
    assert reasons == ["it was *never* built"]


def test_text_between_tabs_is_an_error(book: Path) -> None:
    page = PAGE.replace("   .. group-tab:: F", "   Astray.\n\n   .. group-tab:: F", 1)
    (book / "index.rst").write_text(page, encoding="utf-8")
    _, warnings = build(book, "text")
    assert f"{book / 'index.rst'}:15: ERROR: in `tabs`, all text belongs" in warnings
