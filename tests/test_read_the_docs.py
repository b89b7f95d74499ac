"""What Read the Docs would do, done here; and what a page says of itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from tests.audit import TOP

sys.path.insert(0, str(TOP / "_ext"))
import changed  # an extension of the book
import head  # another one

URL = "https://book.example.org/en/latest/"
#: What the builders see there: docs.readthedocs.com/platform, "Environment variables".
THERE = {
    "READTHEDOCS": "True",
    "READTHEDOCS_CANONICAL_URL": URL,
    "READTHEDOCS_GIT_CLONE_URL": "git@github.com:example/book.git",
    "READTHEDOCS_GIT_IDENTIFIER": "main",
    "READTHEDOCS_VERSION_TYPE": "branch",
}
#: The builder of each format there, and its options, in the order in which they run.
FORMATS = {
    "html": ["-W", "--keep-going", "-b", "html"],
    "htmlzip": ["-b", "singlehtml"],
    "pdf": ["-b", "latex"],
    "epub": ["-b", "epub"],
}


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data

    def get(self, tag: str, wanted: str, **has: str) -> list[str]:
        """Return the attribute `wanted` of each `tag` that has these attributes."""
        return [
            attrs.get(wanted, "")
            for name, attrs in self.found
            if name == tag and has.items() <= attrs.items()
        ]


def page(site: Path, name: str) -> Elements:
    """Return a page of a built site."""
    return Elements((site / f"{name}.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book as `make html` builds it."""
    out = tmp_path_factory.mktemp("site")
    with docutils_namespace():
        Sphinx(TOP, TOP, out, out / ".doctrees", "html", status=None).build()
    return out


def test_it_builds_in_a_clean_environment(tmp_path: Path) -> None:
    """Do what .readthedocs.yaml says, with the commands of Read the Docs."""
    config = yaml.safe_load((TOP / ".readthedocs.yaml").read_text("utf-8"))
    assert config["formats"] == ["pdf", "epub", "htmlzip"]
    assert config["sphinx"] == {"configuration": "conf.py", "fail_on_warning": True}
    python = tmp_path / "venv/bin/python"

    def run(*argv: str | Path) -> str:
        done = subprocess.run(
            [str(word) for word in argv],
            cwd=TOP,
            env=os.environ | THERE,
            capture_output=True,
            text=True,
            timeout=900,
        )
        if "Failed to establish a new connection" in done.stderr:
            pytest.skip("pip reaches no package index")
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stderr

    run(sys.executable, "-m", "venv", tmp_path / "venv")
    for step in config["python"]["install"]:
        run(python, "-m", "pip", "install", "--quiet", "-r", step["requirements"])
    for name, options in FORMATS.items():
        warnings = run(
            *[python, "-m", "sphinx", "-T", *options],
            *["-d", tmp_path / "doctrees", "-D", "language=en"],
            *[".", tmp_path / name],
        )
        assert "WARNING" not in warnings, warnings
    assert list((tmp_path / "pdf").glob("*.tex"))
    assert list((tmp_path / "epub").glob("*.epub"))
    look_at(tmp_path / "html")


def look_at(site: Path) -> None:
    """Look at the pages that know where they will be."""
    chapter = page(site, "tutorials/systemd")
    address = f"{URL}tutorials/systemd.html"
    assert chapter.get("link", "href", rel="canonical") == [address]
    assert chapter.get("meta", "content", property="og:url") == [address]
    assert page(site, "index").get("div", "class", role="tablist")
    edit = "https://github.com/example/book/edit/main/tutorials/systemd.rst"
    assert edit in [attributes.get("href") for _, attributes in chapter.found]

    tree = ElementTree.parse(site / "sitemap.xml").getroot()
    listed = {place.text for place in tree.iter() if place.tag.endswith("}loc")}
    pages = {path.relative_to(site) for path in site.glob("**/*.html")}
    pages -= {Path(f"{name}.html") for name in ("404", "search", "genindex")}
    pages = {path for path in pages if path.parts[0] != "snippets"}  # one is for nginx
    assert listed == {URL + path.as_posix() for path in pages}

    lost = page(site, "404")  # shown at any depth, so every link has to be absolute
    links = [attributes.get("href", "") for _, attributes in lost.found]
    links += [attributes.get("src", "") for _, attributes in lost.found]
    links += lost.get("form", "action")
    ours = [link for link in links if link and not link.startswith(("#", "https://"))]
    assert len(ours) > 30
    for link in ours:
        assert link.startswith("/en/latest/"), link
        assert (site / link[len("/en/latest/") :].partition("?")[0]).is_file(), link


def test_elsewhere_a_page_names_no_address(site: Path) -> None:
    chapter = page(site, "tutorials/systemd")
    assert chapter.get("link", "href", rel="canonical") == []
    assert chapter.get("meta", "content", property="og:url") == []
    assert not any(attributes.get("rel") == "edit" for _, attributes in chapter.found)
    assert not (site / "sitemap.xml").exists()


def test_each_page_describes_itself(site: Path) -> None:
    for path in [site / "index.html", *(site / "tutorials").glob("*.html")]:
        here = page(site, path.relative_to(site).with_suffix("").as_posix())
        (about,) = here.get("meta", "content", name="description")
        assert 20 < len(about) <= 300, path
        assert here.get("meta", "content", property="og:description") == [about]
        (title,) = here.get("meta", "content", property="og:title")
        assert title.partition(":")[0] in here.text


def test_a_description_is_whole_sentences() -> None:
    long = "It is long, " + "very " * 40 + "long."
    assert head.shorten(f"One.\nTwo. {long}") == "One. Two."
    assert head.shorten(long) == " ".join(long.split())


def loads(text: str, kind: str) -> list[str]:
    """Return whatever a file makes a browser load from elsewhere."""
    if kind == ".css":
        found = re.findall(r"(?:url\(|@import)\s*[\"']?\s*((?:https?:)?//\S+)", text)
    elif kind == ".js":
        found = re.findall(r"[\"'`]((?:https?:|wss?:)?//[^\"'`\s]+)", text)
    else:
        found = []
        for tag, attributes in Elements(text).found:
            names = {"src", "srcset", "poster", "data", "action", "xlink:href"}
            if tag in ("use", "image", "base"):
                names.add("href")
            if tag == "link" and attributes.get("rel") not in (
                "canonical",
                "alternate",
            ):
                names.add("href")
            found += [attributes[name] for name in names & attributes.keys()]
            found += loads(attributes.get("style", ""), ".css")
        for code in re.findall(r"<script(?: [^>]*)?>(.*?)</script>", text, re.DOTALL):
            found += loads(code, ".js")
        for style in re.findall(r"<style(?: [^>]*)?>(.*?)</style>", text, re.DOTALL):
            found += loads(style, ".css")
    outside = re.compile(r"(https?:|wss?:)?//(?!www\.w3\.org/(2000/svg|1999/xlink))")
    return [link for link in found if outside.match(link)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('<script src="https://example.org/x.js"></script>', ".html"),
        ('<link rel="preconnect" href="//example.org">', ".html"),
        ("<p style=\"background: url('http://example.org/x')\">", ".html"),
        ("<style>@import 'https://example.org/x.css'</style>", ".html"),
        ("<script>fetch('https://example.org/x')</script>", ".html"),
        ("@font-face { src: url(https://example.org/x.woff2) }", ".css"),
        ('new WebSocket("wss://example.org/")', ".js"),
    ],
)
def test_a_load_from_elsewhere_would_be_seen(text: str, kind: str) -> None:
    assert loads(text, kind)


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    seen = 0
    for path in site.rglob("*"):
        if path.suffix in (".html", ".css", ".js") and "snippets" not in path.parts:
            assert loads(path.read_text("utf-8"), path.suffix) == [], path
            seen += 1
    assert seen > 40


def git(folder: Path, *words: str, day: str = "2026-01-01") -> None:
    """Run git in `folder`, on a day."""
    when = f"{day}T12:00:00Z"
    subprocess.run(
        ["git", "-c", "user.name=n", "-c", "user.email=e", *words],
        cwd=folder,
        env=os.environ | {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when},
        check=True,
        capture_output=True,
    )


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A repository: `old` of January, `new` of March."""
    top = tmp_path / "history"
    top.mkdir()
    git(top, "init")
    for name, day in (("old", "2026-01-31"), ("new", "2026-03-31")):
        (top / name).write_text(name, encoding="utf-8")
        git(top, "add", name)
        git(top, "commit", "--message", name, day=day)
    return top


def test_a_page_knows_the_day_of_its_last_change(history: Path) -> None:
    assert changed.dates(history) == {"old": "2026-01-31", "new": "2026-03-31"}
    (history / "old").write_text("edited", encoding="utf-8")
    assert changed.dates(history) == {"old": "", "new": "2026-03-31"}


def test_a_shallow_clone_does_not_make_up_a_day(history: Path, tmp_path: Path) -> None:
    (history / "new").write_text("newer", encoding="utf-8")
    git(history, "commit", "--all", "--message", "newer", day="2026-04-30")
    git(tmp_path, "clone", "--depth", "2", history.as_uri(), "shallow")
    assert changed.dates(tmp_path / "shallow") == {"old": "", "new": "2026-04-30"}


def test_without_git_there_is_no_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert changed.dates(tmp_path) == {}
    monkeypatch.setenv("PATH", str(tmp_path))
    assert changed.dates(TOP) == {}


def test_the_day_is_on_the_page(site: Path) -> None:
    days = changed.dates(TOP)
    snippets = ["hello/hello.py", "prove.py", "systemd/hello.service"]
    files = ["tutorials/systemd.rst", *(f"snippets/{name}" for name in snippets)]
    files.append("snippets/systemd/hello.socket")
    known = [days.get(name, "") for name in files]
    text = page(site, "tutorials/systemd").text
    assert ("Last updated on" in text) == all(known)
    assert not all(known) or f"Last updated on {max(known)}" in " ".join(text.split())
