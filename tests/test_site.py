"""The built site: files that can be fetched, and what the copy buttons copy."""

from __future__ import annotations

import hashlib
import html
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from tests import audit

TOP = Path(__file__).parents[1]
CHROME = next(
    filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))),
    None,
)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]
FLAGS += ["--no-first-run", "--disable-background-networking", "--disable-sync"]
FLAGS += ["--disable-component-update", "--virtual-time-budget=5000", "--dump-dom"]
PYTHON = (">>>", "...")
#: Presses every copy button, and writes what came to the clipboard into the page.
PRESS = """
<script>
const copied = [];
Object.defineProperty(navigator, "clipboard", {
  value: { writeText: async (text) => { copied.push(text); } },
});
addEventListener("load", async () => {
  for (const button of document.querySelectorAll("button.copy")) button.click();
  await new Promise((done) => setTimeout(done, 100));
  document.body.textContent = "COPIED" + JSON.stringify(copied) + "END";
});
</script>
"""


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
        shown = re.findall(r'class="caption-text">(/[^<]+)<', text)
        assert len(links) == len(shown)
        for link in links:
            assert (page.parent / link).is_file(), link


def expected(tree: nodes.document) -> list[str]:
    """Return what the copy buttons of a page must copy, in order."""
    texts = []
    blocks = (nodes.literal_block, nodes.doctest_block)
    for node in tree.findall(lambda node: isinstance(node, blocks)):
        source = Path(node.get("source") or "")
        if isinstance(node, nodes.doctest_block):
            lines = node.astext().split("\n")
            texts.append("".join(f"{li[4:]}\n" for li in lines if li[:3] in PYTHON))
        elif source.suffix != ".rst" and source.is_file():
            texts.append(source.read_text("utf-8"))
        elif node.get("language") == "console":
            typed = "".join(
                f"{line[2:]}\n"
                for line in whole(node.astext())
                if line[:2] in ("$ ", "# ")
            )
            texts += [typed] if typed else []
        else:
            texts.append(node.astext().rstrip("\n") + "\n")
    return texts


def whole(text: str) -> list[str]:
    """Return the lines of a console block, continued ones joined to their first."""
    return text.replace("\\\n", "\0").split("\n")


@pytest.mark.skipif(not CHROME, reason="no browser: apt-get install chromium")
def test_what_is_copied_is_what_was_tested(site: Path, tmp_path: Path) -> None:
    """In a real browser, on every page, press every button."""
    trees = audit.doctrees(TOP)
    pressed = 0
    for name, tree in sorted(trees.items()):
        blocks = [node for node in tree.findall(nodes.literal_block)]
        if not blocks:
            continue
        page = site / f"{name}.html"
        copy = page.with_name(f"{page.stem}-pressed.html")
        copy.write_text(page.read_text("utf-8").replace("<head>", f"<head>{PRESS}", 1))
        words = [
            CHROME,
            *FLAGS,
            f"--user-data-dir={tmp_path / 'chrome'}",
            copy.as_uri(),
        ]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
        copy.unlink()
        found = re.search(r">COPIED(.*)END<", done.stdout, re.DOTALL)
        assert found, f"{name}: {done.stderr[-500:]}"
        copied = json.loads(html.unescape(found.group(1)))
        wanted = [text.replace("\0", "\\\n") for text in expected(tree)]
        assert copied == wanted, name
        pressed += len(copied)
    assert pressed > 100
