"""The index leads to the place, and the table behind it is true."""

from __future__ import annotations

import html
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.testing.util import SphinxTestApp
from sphinx.util.docutils import docutils_namespace

from tests.audit import TOP

sys.path.insert(0, str(TOP / "_ext"))
import finding  # an extension of the book


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole book as HTML."""
    out = tmp_path_factory.mktemp("site")
    with docutils_namespace():
        Sphinx(TOP, TOP, out, out / ".doctrees", "html", status=None).build()
    return out


class Links(HTMLParser):
    """The links of a page, and its ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what counts."""
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        if tag == "a":
            self.links.append(found.get("href") or "")


def test_the_index_has_every_place_and_every_link_leads_somewhere(site: Path) -> None:
    page = (site / "genindex.html").read_text("utf-8")
    index = Links(page)
    links = [link for link in index.links if "#" in link and link.startswith("tut")]
    ids = {}
    for link in links:
        name, _, anchor = link.partition("#")
        if name not in ids:
            ids[name] = Links((site / name).read_text("utf-8")).ids
        assert anchor in ids[name], link
    places = list(finding.places(TOP))
    assert len(links) > len(places)  # there is the glossary, too
    kinds = {place.kind for place in places} | {finding.GLOSSARY}
    assert kinds == {
        key for key in re.findall(r'<section id="(\w+)" class="genindex', page)
    }
    for place in places:
        assert html.escape(place.term, quote=False) in page.replace("&#39;", "'")


def test_the_table_is_sorted_and_says_nothing_twice() -> None:
    places = list(finding.places(TOP))
    assert len({(p.term, p.page, p.heading) for p in places}) == len(places)
    for kind in {place.kind for place in places}:
        terms = [place.term for place in places if place.kind == kind]
        wanted = sorted(terms, key=order)
        wrong = [one for one, other in zip(terms, wanted, strict=True) if one != other]
        assert not wrong, f"{kind}: out of order from {wrong[0]!r} on"


def order(term: str) -> tuple[int, str]:
    """Numbers by size, then words, without what stands before their first letter."""
    number = re.match(r"\d+", term)
    return (int(number.group()) if number else 1000, term.lower().lstrip("-_"))


def test_every_directive_that_a_unit_uses_is_in_the_index() -> None:
    known = {place.term for place in finding.places(TOP)}
    missing = [
        f"{path.relative_to(TOP)}:{number}: {found.group()} isn't in {finding.TABLE}"
        for path in sorted((TOP / "snippets").glob("systemd*/**/*"))
        if path.suffix in (".service", ".socket", ".timer", ".target", ".conf")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := re.match(r"[A-Z]\w+=", line)) and found.group() not in known
    ]
    assert not missing, "\n".join(missing)


PAGE = """
Stop
====

``KillMode`` and ``KillSignal=INT``; HUP.

Trap box
--------

.. admonition:: Trap: it's a box

   A message of *several* words.

``name``
   A definition.
"""
TABLE = """\
[Directives]
KillMode= -> page#Stop
KillSignal= -> page#Stop

[Signals]
SIGHUP -> page#Stop

[Messages]
of several words -> page#Trap: it's a box
definition -> page#name
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A book of one page with a table that is right."""
    book = tmp_path / "book"
    (book / "tutorials").mkdir(parents=True)
    (book / "conf.py").write_text(
        "extensions = ['finding']\nroot_doc = 'tutorials/page'\n"
    )
    (book / "tutorials/page.rst").write_text(PAGE, encoding="utf-8")
    (book / "tutorials/finding.txt").write_text(TABLE, encoding="utf-8")
    return book


def build(book: Path) -> tuple[Path, str]:
    """Build it; return the output and the warnings."""
    app = SphinxTestApp("html", srcdir=book, builddir=book.parent / "built")
    try:
        app.build()
        return Path(app.outdir), app.warning.getvalue()
    finally:
        app.cleanup()


def test_places_are_sections_boxes_and_definitions(tiny: Path) -> None:
    out, warnings = build(tiny)
    assert warnings == ""
    links = Links((out / "genindex.html").read_text("utf-8")).links
    for anchor in ("stop", "trap-it-s-a-box", "name"):
        assert f"tutorials/page.html#{anchor}" in links


def test_the_search_keeps_what_was_not_written_again(tiny: Path) -> None:
    """Sphinx alone would forget it."""
    other = tiny / "tutorials/other.rst"
    other.write_text(":orphan:\n\nOther\n=====\n", encoding="utf-8")
    out, _ = build(tiny)
    before = (out / "searchindex.js").read_text("utf-8")
    assert '"killmode=":[[1,"stop",true]]' in before
    other.write_text(":orphan:\n\nAnother\n=======\n", encoding="utf-8")
    build(tiny)
    after = (out / "searchindex.js").read_text("utf-8")
    assert "Another" in after
    assert '"killmode=":[[1,"stop",true]]' in after


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "#Stop",
            "#Stopping",
            "2: WARNING: tutorials/page.rst has no heading 'Stopping'; "
            "do you mean 'Stop'?",
        ),
        (
            "KillMode",
            "KillWho",
            "2: WARNING: tutorials/page.rst has no 'KillWho=' under 'Stop'",
        ),
        (
            "page#name",
            "nopage#name",
            "10: WARNING: tutorials/nopage.rst does not exist",
        ),
        (
            "SIGHUP",
            "SIGUP",
            "6: WARNING: tutorials/page.rst has no 'SIGUP' under 'Stop'",
        ),
    ],
)
def test_a_line_that_is_no_longer_true_is_named(
    tiny: Path, old: str, new: str, message: str
) -> None:
    table = tiny / "tutorials/finding.txt"
    table.write_text(TABLE.replace(old, new, 1), encoding="utf-8")
    assert f"{table}:{message}" in build(tiny)[1]


@pytest.mark.parametrize(
    "line", ["no arrow", "term -> page", "a; b -> page#Stop", "[Two words]"]
)
def test_nonsense_in_the_table_is_named(tiny: Path, line: str) -> None:
    table = tiny / "tutorials/finding.txt"
    table.write_text(f"{TABLE}{line}\n", encoding="utf-8")
    with pytest.raises(
        SphinxError, match=r"finding.txt:11: write it as `term -> page#heading`"
    ):
        build(tiny)
