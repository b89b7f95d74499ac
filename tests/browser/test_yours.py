"""Make it yours, in a browser: it shows and copies what the suite plays.

The rules are read by a script on the site and by the tests. Here both are held against
one another, for every block of every page and for readers of several names.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.reading.yours import Yours, why_not
from tests.test_yours import (
    FIELDS,
    PAGES,
    READERS,
    REFUSED,
    TAKEN,
    blocks,
    name_of,
    values_of,
)

from .conftest import Open
from .test_pages import RULES, told

if TYPE_CHECKING:
    from playwright.sync_api import Page

CLIPBOARD = ["clipboard-read", "clipboard-write"]
FORM = "tutorials/yours.html"

#: Every block, and what came to the clipboard when its button was pressed.
READ = """async () => {
  const blocks = [];
  for (const pre of document.querySelectorAll("div.highlight > pre")) {
    const box = pre.closest(".literal-block-wrapper");
    const isFile = Boolean(box?.querySelector("a.file"));
    const target = isFile ? box.querySelector(".caption-text").textContent : null;
    if (!isFile && !pre.closest(".highlight-console")) {
      if (pre.querySelector(".yours")) throw Error("not a block that is played");
      continue;
    }
    const button = pre.parentElement.querySelector("button.copy");
    let copied = null;
    if (button) {
      button.click();
      for (let tries = 0; button.textContent === "Copy" && tries < 500; tries++)
        await new Promise((done) => setTimeout(done, 5));
      copied = await navigator.clipboard.readText();
    }
    blocks.push({ target, text: pre.textContent, copied });
  }
  return blocks;
}"""
#: Puts a value into a field, as it is: a field of one line would drop line breaks.
CHECK = """(cases) => cases.map(([field, value]) => {
  const input = document.getElementById(`yours-${field}`);
  input.type = "hidden";
  input.value = value;
  input.dispatchEvent(new Event("change"));
  const why = document.getElementById(`yours-${field}-why`).textContent;
  return [why, input.getAttribute("aria-invalid")];
})"""


def store(page: Page, names: dict[str, str]) -> None:
    """Be a reader who has given these names, from the next page on."""
    page.evaluate("(names) => localStorage.setItem('yours', names)", json.dumps(names))


@pytest.mark.parametrize("reader", READERS)
def test_the_site_shows_and_copies_what_the_suite_plays(
    open_page: Open, address: str, reader: str
) -> None:
    """Every block of every page: its text, its file's path, and what is copied."""
    names, seen, changed = READERS[reader], 0, 0
    page = open_page(f"{address}/{FORM}", permissions=CLIPBOARD)
    store(page, names)
    for path in PAGES:
        page.goto(f"{address}/{name_of(path)}.html")
        wanted = list(blocks(path, Yours(names)))
        assert page.evaluate(READ) == wanted, name_of(path)
        notes = page.locator(".yours-note").all_text_contents()
        assert len(notes) == bool(names)
        assert all(value in note for value in names.values() for note in notes)
        to_form = page.locator(".yours-note a").evaluate_all(
            "links => links.map(String)"
        )
        here = f"{name_of(path)}.html" == FORM
        assert to_form == [f"{address}/{FORM}"] * (bool(names) and not here)
        links = set(page.locator("a.file").all_text_contents())
        assert links <= {"Download as printed" if names else "Download"}
        seen += len(wanted)
        changed += wanted != list(blocks(path, Yours({})))
    assert seen > 400
    assert changed > 25 if names else changed == 0


def test_the_form_refuses_what_python_refuses(open_page: Open, address: str) -> None:
    """With the same words; the listed values, and some thousand at random."""
    dice = random.Random(6)
    cases = [*values_of(REFUSED), *values_of(TAKEN)]
    for field, words in FIELDS.items():
        seeds = [*REFUSED[field], *TAKEN[field], words["default"]]
        for _ in range(200):
            letters = list(dice.choice(seeds))
            for _ in range(dice.randint(1, 3)):
                letter = dice.choice("aZ09_-./ $%:#'\"\\~é\t\n\u2028,|&{}")
                letters.insert(dice.randint(0, len(letters)), letter)
            cases.append((field, "".join(letters)))
    cases = [case for case in cases if case[1]]  # nothing is not refused: it is usual
    answers = open_page(f"{address}/{FORM}").evaluate(CHECK, cases)
    for (field, value), (why, invalid) in zip(cases, answers, strict=True):
        assert why == why_not(field, value, FIELDS), (field, value)
        assert invalid == ("true" if why else "false")


def test_the_form_by_keyboard(open_page: Open, address: str) -> None:
    """Fill it in, be refused, mend it; see the note; go back to the book's names."""
    page = open_page(f"{address}/{FORM}")
    labels = {words["label"]: field for field, words in FIELDS.items()}
    for label, field in labels.items():
        assert page.get_by_label(label, exact=True).get_attribute("name") == field
    assert not page.get_by_text("No form?").is_visible()
    folder = page.get_by_label("Folder on Linux")
    assert folder.get_attribute("placeholder") == "/srv/hello"

    page.get_by_label("Service", exact=True).focus()
    page.keyboard.type("tea")
    assert folder.get_attribute("placeholder") == "/srv/tea"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("80")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # from the next field: the reader is brought back
    port = page.get_by_label("Port")
    assert port.evaluate("(node) => node === document.activeElement")
    described = port.get_attribute("aria-describedby")
    reason = page.locator(f"#{described}").text_content()
    assert reason == why_not("port", "80", FIELDS)
    assert page.evaluate("localStorage.getItem('yours')") is None

    port.press("Control+A")
    page.keyboard.type("5103")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    stored = json.loads(page.evaluate("localStorage.getItem('yours')"))
    assert stored == {"name": "tea", "port": "5103"}
    assert page.get_by_label("Service", exact=True).input_value() == "tea"

    page.goto(f"{address}/tutorials/systemd-many.html")
    note = page.get_by_role("note").filter(has_text="your names")
    assert "Service tea, Port 5103" in note.text_content()
    assert "Port: as printed here" in note.text_content()
    note.get_by_role("link", name="Change them").press("Enter")
    page.wait_for_url(f"**/{FORM}")
    page.go_back()
    back = note.get_by_role("button", name="Back to the book’s")
    with page.expect_navigation():
        back.press("Enter")
    assert page.evaluate("localStorage.getItem('yours')") is None
    assert note.count() == 0


def test_going_back_to_a_page_shows_the_new_names(
    open_page: Open, address: str
) -> None:
    """Also where the browser has kept the page as it was left, and tells it so."""
    page = open_page(f"{address}/index.html")
    store(page, {"name": "tea"})
    with page.expect_navigation():
        page.evaluate(
            "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
        )
    page.get_by_text("/srv/tea/hello.py").first.wait_for()


def test_without_javascript_there_is_no_form(open_page: Open, address: str) -> None:
    page = open_page(f"{address}/{FORM}", java_script_enabled=False)
    assert page.locator("#yours-form").count() == 1
    assert not page.locator("#yours-form").is_visible()
    assert page.get_by_text("No form?").is_visible()


@pytest.mark.parametrize(
    "words", ["tea", "null", "[1]", '{"name": "te; reboot"}', '{"colour": "red"}']
)
def test_what_is_stored_is_checked_before_it_is_shown(
    open_page: Open, address: str, words: str
) -> None:
    """It may be an old version's, or another page's of the same host."""
    page = open_page(f"{address}/index.html")
    printed = page.locator("div.highlight").all_text_contents()
    page.evaluate("(words) => localStorage.setItem('yours', words)", words)
    page.reload()
    assert page.locator("div.highlight").all_text_contents() == printed
    assert page.locator(".yours").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(open_page: Open, address: str, scheme: Any) -> None:
    """Of the form with a reason in it, and of a page with changes and a note."""
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(f"{address}/{FORM}", color_scheme=scheme)
    store(page, READERS["the longest"])
    page.reload()
    page.get_by_label("Port").fill("80")
    page.get_by_role("button", name="Show them").click()
    found = Axe().run(page, options=RULES).response["violations"]
    page.set_viewport_size({"width": 375, "height": 900})
    page.goto(f"{address}/tutorials/systemd.html")
    found += Axe().run(page, options=RULES).response["violations"]
    assert [told(problem) for problem in found] == []
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide)
