"""The built site: files that can be fetched. What is copied: ``tests/browser``."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

TOP = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole book as HTML."""
    out = tmp_path_factory.mktemp("site")
    with docutils_namespace():  # or the next Sphinx in this process would complain
        Sphinx(TOP, TOP, out, out / ".doctrees", "html", status=None).build()
    return out


def snippets() -> list[Path]:
    """Return every snippet that is published."""
    found = (path for path in (TOP / "snippets").rglob("*") if path.is_file())
    return [p for p in found if not re.search(r"/(\.|__pycache__)", p.as_posix())]


def test_every_snippet_can_be_fetched_byte_for_byte(site: Path) -> None:
    sums = {}
    for line in (site / "snippets/SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split("  ")
        sums[name] = digest
    with zipfile.ZipFile(site / "snippets.zip") as packed:
        for path in snippets():
            name = path.relative_to(TOP / "snippets").as_posix()
            data = path.read_bytes()
            assert (site / "snippets" / name).read_bytes() == data
            assert sums.pop(name) == hashlib.sha256(data).hexdigest()
            assert packed.read(f"snippets/{name}") == data
    assert sums == {}


def test_every_listing_links_to_its_file(site: Path) -> None:
    for page in [site / "index.html", *(site / "tutorials").glob("*.html")]:
        text = page.read_text("utf-8")
        links = re.findall(r'<a class="file" href="([^"]+)"', text)
        shown = re.findall(r'class="caption-text">([^<]*/[^<]+)<', text)
        assert len(links) == len(shown)
        for link in links:
            assert (page.parent / link).is_file(), link


def test_a_path_in_a_caption_is_no_address_of_mail(site: Path) -> None:
    """docutils would make one of ``journald@hello.conf``."""
    pages = [page.read_text("utf-8") for page in site.rglob("*.html")]
    captions = "".join(re.findall(r'class="caption-text">.*', "\n".join(pages)))
    assert "journald@hello.conf" in captions
    assert "mailto:" not in captions
