"""Every output has every file, every terminal and every tab, and is in good order.

What a page shows, in order, comes from its doctree; what an output shows, from itself.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import docutils_namespace
from sphinx_tabs.tabs import SphinxTabsTablist

from tests.audit import TOP

BUILDERS = ["text", "latex", "epub", "singlehtml", "html"]  # readers use the last most
EPUBCHECK = Path("/usr/share/java/epubcheck.jar")  # Debian's package of that name
Shown = tuple[str, str]  # "tab", "caption" or "block", and its text


@dataclass
class Book:
    """The whole book, in every output."""

    out: Path
    env: BuildEnvironment
    warnings: str

    def pages(self) -> list[str]:
        """Return the pages in the order of the table of contents."""

        def below(page: str) -> Iterator[str]:
            yield page
            for child in self.env.toctree_includes.get(page, []):
                if child in self.env.found_docs:
                    yield from below(child)

        return list(below("index"))

    def shows(self, *pages: str) -> list[Shown]:
        """Return what these pages show, in order."""
        return [item for page in pages for item in shown(self.env.get_doctree(page))]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Build everything from doctrees that all builders share, as on Read the Docs."""
    out = tmp_path_factory.mktemp("outputs")
    warnings = io.StringIO()
    for builder in BUILDERS:
        with docutils_namespace():
            app = Sphinx(
                TOP,
                TOP,
                out / builder,
                out / "doctrees",
                builder,
                status=None,
                warning=warnings,
            )
            app.build()
    return Book(out, app.env, warnings.getvalue())


def shown(node: nodes.Node) -> Iterator[Shown]:
    """Yield what a page shows, the panels of tabs one after the other."""
    if isinstance(node, nodes.literal_block | nodes.doctest_block):
        yield "block", node.astext().strip("\n")
    elif isinstance(node, nodes.caption) and node.parent.get("literal_block"):
        yield "caption", node.astext()
    elif node.children and isinstance(node.children[0], SphinxTabsTablist):
        tabs, *panels = node.children
        for tab, panel in zip(tabs, panels, strict=True):
            yield "tab", tab.astext()
            yield from shown(panel)
    else:
        for child in node.children:
            yield from shown(child)


class Html(HTMLParser):
    """What a page of HTML shows, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown: list[Shown] = []
        self.kind = self.text = ""
        self.in_caption = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notice what begins."""
        classes = (dict(attrs).get("class") or "").split()
        self.in_caption |= "code-block-caption" in classes
        caption = self.in_caption and "caption-text" in classes
        tab = "tab-name" in classes
        if kind := "block" * (tag == "pre") or "caption" * caption or "tab" * tab:
            self.kind, self.text = kind, ""

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Notice what ends."""
        ends = {"block": "pre", "caption": "span", "tab": "p"}
        if tag == ends.get(self.kind):
            self.shown.append((self.kind, self.text.strip("\n")))
            self.kind = ""
            self.in_caption = False


#: How Pygments writes characters that are TeX's: a backslash is ``\PYGZbs{}``. Each is
#: a letter of no alphabet (Unicode's private use area) until TeX's own are gone.
PYGMENTS = {"bs": "\\", "us": "_", "ob": "{", "cb": "}", "ca": "^", "am": "&"}
PYGMENTS |= {"lt": "<", "gt": ">", "sh": "#", "pc": "%", "dl": "$", "hy": "-"}
PYGMENTS |= {"sq": "'", "dq": '"', "ti": "~"}
HELD = {name: chr(0xE000 + number) for number, name in enumerate(PYGMENTS)}
FREED = str.maketrans({HELD[name]: letter for name, letter in PYGMENTS.items()})
IN_TEX = re.compile(
    r"\\begin\{sphinxVerbatim\}.*\n((?:.*\n)*?)\\end\{sphinxVerbatim\}"
    r"|\\sphinxSetupCaptionForVerbatim\{(.*)\}\n"
    r"|\\subsubsection\*\{(.*)\}\n"
)


def from_tex(source: str) -> Iterator[Shown]:
    """Yield what a LaTeX source shows, in order."""
    for code, caption, tab in IN_TEX.findall(source):
        if code:
            yield "block", code_from_tex(code).strip("\n")
        else:
            words = (caption or tab).replace(r"\sphinxhyphen{}", "-")
            yield "caption" if caption else "tab", re.sub(r"\\([_#%&$@])", r"\1", words)


def code_from_tex(code: str) -> str:
    """Return highlighted code without its colours."""
    code = re.sub(r"\\PYGZ(\w\w)\{\}", lambda match: HELD[match[1]], code)
    before = ""
    while before != code:
        before, code = code, re.sub(r"\\PYG\{[^{}]*\}\{([^{}]*)\}", r"\1", code)
    return code.translate(FREED)


def differ(found: list[Shown], wanted: list[Shown]) -> str:
    """Return the first difference in words, or nothing."""
    for number, (one, other) in enumerate(zip(found, wanted, strict=False)):
        if one != other:
            return f"number {number} is {one}\nand ought to be {other}"
    return "" if len(found) == len(wanted) else f"{len(found)} and not {len(wanted)}"


def test_no_output_has_anything_to_complain_of(book: Book) -> None:
    assert book.warnings == ""


def test_quotes_are_curly_whichever_output_came_first(book: Book) -> None:
    for name in ("html/tutorials/why.html", "text/tutorials/why.txt"):
        assert "can’t" in (book.out / name).read_text("utf-8")


def test_html_shows_everything(book: Book) -> None:
    for page in book.pages():
        text = (book.out / "html" / f"{page}.html").read_text("utf-8")
        assert not differ(Html(text).shown, book.shows(page)), page


def test_html_on_one_page_shows_everything(book: Book) -> None:
    text = (book.out / "singlehtml/index.html").read_text("utf-8")
    assert not differ(Html(text).shown, book.shows(*book.pages()))


def test_epub_shows_everything(book: Book) -> None:
    (file,) = book.out.glob("epub/*.epub")
    with zipfile.ZipFile(file) as packed:
        for page in book.pages():
            text = packed.read(f"{page}.xhtml").decode()
            assert not differ(Html(text).shown, book.shows(page)), page


@pytest.mark.skipif(
    not (EPUBCHECK.is_file() and shutil.which("java")),
    reason="no epubcheck: apt-get install epubcheck",
)
def test_epub_passes_epubcheck(book: Book) -> None:
    (file,) = book.out.glob("epub/*.epub")
    argv = ["java", "-jar", str(EPUBCHECK), "--failonwarnings", str(file)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_latex_shows_everything(book: Book) -> None:
    (file,) = book.out.glob("latex/*.tex")
    found = list(from_tex(file.read_text("utf-8")))
    assert not differ(found, book.shows(*book.pages()))


def test_text_shows_everything(book: Book) -> None:
    for page in book.pages():
        lines = (book.out / "text" / f"{page}.txt").read_text("utf-8").split("\n")
        at = 0
        for kind, text in book.shows(page):
            wanted = [f"-[ {text} ]-"] if kind == "tab" else text.split("\n")
            at = find(lines, wanted, at)
            assert at, f"{page}: no {kind} {text!r} where it ought to be"


def find(lines: list[str], wanted: list[str], start: int) -> int:
    """Return the number of the line after `wanted`, indented or not; 0 if not there."""
    for at in range(start, len(lines) - len(wanted) + 1):
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        if wanted[0].startswith(" "):
            indent = indent.removesuffix(re.match(" *", wanted[0])[0])
        found = lines[at : at + len(wanted)]
        if found == [f"{indent}{line}".rstrip() for line in wanted]:
            return at + len(wanted)
    return 0


def test_beside_each_page_lies_its_text(book: Book) -> None:
    """It is what the text builder writes, but where the page says `only:: html`."""
    for page in book.pages():
        if ".. only::" in (TOP / f"{page}.rst").read_text("utf-8"):
            continue
        beside = (book.out / "html" / f"{page}.txt").read_text("utf-8")
        alone = (book.out / "text" / f"{page}.txt").read_text("utf-8")
        assert beside == alone, page
        html = (book.out / "html" / f"{page}.html").read_text("utf-8")
        link = f'title="Plain text" href="{page.rpartition("/")[2]}.txt"'
        assert f'<link rel="alternate" type="text/plain" {link}>' in html


def test_llms_txt_lists_every_page(book: Book) -> None:
    text = (book.out / "html/llms.txt").read_text("utf-8")
    listed = re.findall(r"(?m)^- \[.+\]\((.+)\.txt\): \S.{20,}", text)
    assert listed == book.pages()
