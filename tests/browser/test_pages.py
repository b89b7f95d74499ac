"""Every page: nobody is shut out, nothing is asked of others, and it is light."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import BOOK

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GENERATED = ["404", "genindex", "search"]
PAGES = [*BOOK, *GENERATED]
WIDTHS = (375, 768, 1280)  # pixels: a phone, a tablet, a desk
LOOKS = [(1400, "light"), (1400, "dark"), (375, "dark")]  # from 1312 on all is shown
#: All that axe-core does by itself, and one rule of WCAG 2.2 that one has to ask for.
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
WIRE = 50_000  # bytes, headers included, for a reader who comes for the first time

#: Shows the panels of tabs that are not chosen too, and unfolds what can be folded.
UNFOLD = """
for (const panel of document.querySelectorAll(".sphinx-tabs-panel[hidden]"))
  panel.removeAttribute("hidden");
for (const fold of document.querySelectorAll("details")) fold.open = true;
for (const button of document.querySelectorAll("button.unfold")) button.click();
"""
#: What is wider than its place, unless it is code: a code block scrolls in itself.
SIDEWAYS = """() => {
  const found = [];
  const top = document.documentElement;
  if (top.scrollWidth > top.clientWidth) found.push(`the page: ${top.scrollWidth}px`);
  for (const node of document.querySelectorAll("[role=main] *")) {
    if (node.closest("pre, .copy-status, svg")) continue;
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(node).overflowX);
    if (scrolls && node.scrollWidth > node.clientWidth)
      found.push(`${node.tagName}.${node.className}: ${node.scrollWidth}px`);
    else if (node.getBoundingClientRect().right > top.clientWidth + 1)
      if (node.checkVisibility({ visibilityProperty: true }))
        found.push(`${node.tagName}.${node.className} ends beyond the page`);
  }
  return found;
}"""


def test_every_page_is_visited(site: Path) -> None:
    built = {p.relative_to(site).with_suffix("").as_posix() for p in pages_of(site)}
    assert built == set(PAGES), "GENERATED names what no source makes"


def pages_of(site: Path) -> list[Path]:
    """Return the pages of the built site: what is copied as it is, is none."""
    apart = ("_static", "_downloads", "snippets")
    found = [path.relative_to(site) for path in site.rglob("*.html")]
    return [site / path for path in found if path.parts[0] not in apart]


#: What the page's script has to do for another width is done a frame later.
SETTLED = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(done)))"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page(browser: Browser, address: str, name: str) -> None:
    """Load it once as a stranger; look at all that one can see in it."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": WIDTHS[-1], "height": 900})
    try:
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        sizes: list[float] = []
        wire.on(
            "Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"])
        )
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{address}/{name}.html", wait_until="networkidle")

        problems = [f"console: {line}" for line in said]
        problems += [f"asked {url}" for url in asked if not url.startswith(address)]
        has_figures = page.locator("[role=main] :is(.drawing, img)").count()
        if name.startswith("tutorials/") and not has_figures and sum(sizes) > WIRE:
            problems.append(
                f"{sum(sizes):.0f} bytes on the wire, of {len(sizes)} files"
            )
        page.evaluate(UNFOLD)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            problems += [f"{width} px: {line}" for line in page.evaluate(SIDEWAYS)]
        # Colours are the same at every width; what is there and how large is not.
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLED)
            found = Axe().run(page, options=RULES).response["violations"]
            problems += [f"{width} px, {scheme}: {told(problem)}" for problem in found]
        assert not problems, "\n".join(problems)
    finally:
        context.close()


def told(problem: dict[str, Any]) -> str:
    """Return what axe found, in short."""
    nodes = [f"{' '.join(node['target'])}: {node['html']}" for node in problem["nodes"]]
    return f"{problem['id']} x{len(nodes)}: {nodes[0][:300]}"
