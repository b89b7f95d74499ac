"""The built book on loopback, and a browser to read it with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.project import Project
from sphinx.util.docutils import docutils_namespace
from sphinx.util.tags import Tags

from .server import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOP = Path(__file__).parents[2]
#: What Sphinx makes pages of: the cover, the chapters.
BOOK = sorted(
    Project(TOP, {".rst": "restructuredtext"}).discover(
        Config.read(TOP, overrides={}, tags=Tags()).exclude_patterns
    )
)
NAMES = ("chromium", "google-chrome", "chromium-browser")
#: No look for updates and the like: what the browser asks for is what a page asks for.
FLAGS = ["--disable-gpu", "--disable-quic", "--disable-background-networking"]
PATIENCE = 20_000  # milliseconds until a click or a wait is given up

Open = Callable[..., "Page"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright. Nothing is downloaded."""
    reason = "no Playwright here: it is what `tox run -e browser` installs"
    api = pytest.importorskip("playwright.sync_api", reason=reason)
    chrome = next(filter(None, map(shutil.which, NAMES)), None)
    if not chrome:
        pytest.skip("no browser: apt-get install chromium")
    with api.sync_playwright() as playwright:
        # Without its sandbox Chromium runs as root, and all it reads is our own.
        launched = playwright.chromium.launch(
            executable_path=chrome, args=FLAGS, chromium_sandbox=False
        )
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole book as HTML: the one that BOOK_SITE names, or built now."""
    if built := os.environ.get("BOOK_SITE"):
        return Path(built)
    out = tmp_path_factory.mktemp("site")
    with docutils_namespace():  # or the next Sphinx in this process would complain
        Sphinx(TOP, TOP, out, out / ".doctrees", "html", status=None).build()
    return out


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address of the served book."""
    with serve(site) as url:
        yield url


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open pages for a reader who has never been here; options as of a context."""
    contexts = []

    def open_one(url: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
