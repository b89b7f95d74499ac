"""The copy buttons: every block of every page, from the browser's real clipboard."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from docutils import nodes

from tests import audit

from .conftest import BOOK, TOP, Open

FREEBSD = "snippets/freebsd/supervised/hello"  # what the cover shows
PYTHON = (">>>", "...")
#: Presses a button, waits until it says that it is done, and reads the clipboard.
PRESS = """async (button) => {
  await navigator.clipboard.writeText("nothing was copied");
  button.click();
  for (let tries = 0; button.textContent === "Copy" && tries < 500; tries++)
    await new Promise((done) => setTimeout(done, 5));
  return navigator.clipboard.readText();
}"""


@cache
def doctrees() -> dict[str, nodes.document]:
    """Return what Sphinx makes of each page."""
    return audit.doctrees(TOP)


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
            typed = commands(node.astext())
            texts += [typed] if typed else []
        else:
            texts.append(node.astext().rstrip("\n") + "\n")
    return texts


def commands(text: str) -> str:
    """Return the commands of a console block, continued lines whole."""
    lines = text.replace("\\\n", "\0").split("\n")
    typed = "".join(f"{line[2:]}\n" for line in lines if line[:2] in ("$ ", "# "))
    return typed.replace("\0", "\\\n")


@pytest.mark.parametrize("name", BOOK)
def test_what_is_copied_is_what_was_tested(
    open_page: Open, address: str, name: str
) -> None:
    """A snippet's bytes, a terminal's commands; in tabs that are not chosen as well."""
    page = open_page(
        f"{address}/{name}.html", permissions=["clipboard-read", "clipboard-write"]
    )
    buttons = page.locator("button.copy").element_handles()
    copied = [button.evaluate(PRESS) for button in buttons]
    assert copied == expected(doctrees()[name])


def test_the_book_has_blocks_to_copy() -> None:
    assert sum(len(expected(tree)) for tree in doctrees().values()) > 400


def test_with_a_finger_in_a_tab(open_page: Open, address: str) -> None:
    """Not by script: choose the other tab, press what is there, paste."""
    page = open_page(
        f"{address}/index.html", permissions=["clipboard-read", "clipboard-write"]
    )
    page.get_by_role("tab", name="FreeBSD").first.click()
    panel = page.get_by_role("tabpanel", name="FreeBSD").first
    panel.get_by_role("button", name="Copy /usr/local/etc/rc.d/hello").click()
    page.get_by_role("status").get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == (TOP / FREEBSD).read_text("utf-8")


def test_where_there_is_no_clipboard_it_is_still_copied(
    open_page: Open, address: str
) -> None:
    """A book that is read over plain http: the browser hides its clipboard."""
    page = open_page(
        f"{address}/index.html", permissions=["clipboard-read", "clipboard-write"]
    )
    page.evaluate("""() => {
      window.real = navigator.clipboard;
      Object.defineProperty(navigator, "clipboard", { value: undefined });
    }""")
    page.get_by_role("button", name="Copy /srv/hello/hello.py").first.click()
    page.get_by_role("status").get_by_text("Copied").wait_for()
    copied = page.evaluate("window.real.readText()")
    assert copied == (TOP / "snippets/hello/hello.py").read_text("utf-8")
