"""Tabs that follow: chosen once, kept on every page, and open for everybody.

On a small book of its own, so that no chapter has to keep what these tests need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from .conftest import TOP, Open
from .server import serve

if TYPE_CHECKING:
    from playwright.sync_api import Page

CONF = f"""
import sys
sys.path.insert(0, {str(TOP / "_ext")!r})
project = copyright = "Tiny"
extensions = ["tabs_everywhere"]
html_theme = "furo"
html_static_path = {[str(TOP / "_static" / name) for name in ("tabs.js", "tabs.css")]}
"""
TABS = """
.. tabs::

   .. group-tab:: systemd

      The unit of {0}.

   .. group-tab:: FreeBSD

      .. _target-{0}:

      .. rubric:: The script of {0}

      It is an {0}-armadillo. See `the script <#target-{0}>`_.

   .. group-tab:: runit

      The run file of {0}.
"""
OTHERS = """
.. tabs::

   .. group-tab:: Debian 13

      Newer.

   .. group-tab:: Debian 12

      Older.
"""
PAGES = {
    "index": TABS.format("first") + OTHERS + TABS.format("second"),
    "other": TABS.format("third") + "\n.. _below:\n\nBelow\n-----\n\nNo tab.\n",
}
CONTENTS = "\n.. toctree::\n\n   other\n"
PANELS = 3 + 2 + 3  # of the index


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a book of two pages."""
    top = tmp_path_factory.mktemp("tiny")
    (top / "conf.py").write_text(CONF, encoding="utf-8")
    for name, text in PAGES.items():
        contents = CONTENTS if name == "index" else ""
        page = f"{name}\n=====\n{text}{contents}"
        (top / f"{name}.rst").write_text(page, encoding="utf-8")
    with docutils_namespace():
        Sphinx(top, top, top / "html", top / "dt", "html", status=None).build()
    with serve(top / "html") as address:
        yield address


def chosen(page: Page) -> list[str]:
    """Return the labels of the chosen tabs; each has its own panel open, alone."""
    return page.evaluate("""() => {
      const labels = [];
      for (const list of document.querySelectorAll('[role="tablist"]'))
        for (const tab of list.children) {
          const panel = document.getElementById(tab.getAttribute("aria-controls"));
          const isChosen = tab.getAttribute("aria-selected") === "true";
          if (isChosen) labels.push(tab.textContent);
          if (panel.checkVisibility({ contentVisibilityAuto: true }) !== isChosen)
            labels.push(`the panel of ${tab.textContent} does not follow`);
          if (tab.tabIndex !== (isChosen ? 0 : -1))
            labels.push(`${tab.textContent} stands wrong in the order of focus`);
        }
      return labels;
    }""")


def tab(page: Page, name: str, place: int = 0) -> None:
    """Choose a tab, as with a finger."""
    page.get_by_role("tab", name=name).nth(place).click()


def focused(page: Page) -> str:
    """Return the text of what has the focus."""
    return page.evaluate("document.activeElement.textContent.trim()")


def query(page: Page) -> str:
    """Return what stands behind the question mark of the address."""
    return page.evaluate("location.search")


FIRST = ["systemd", "Debian 13", "systemd"]
BSD = ["FreeBSD", "Debian 13", "FreeBSD"]


def test_a_stranger_sees_the_first_tab_and_a_plain_address(
    open_page: Open, tiny: str
) -> None:
    page = open_page(f"{tiny}/index.html")
    assert chosen(page) == FIRST
    assert query(page) == ""


def test_a_choice_holds_on_the_page_across_pages_and_visits(
    open_page: Open, tiny: str
) -> None:
    page = open_page(f"{tiny}/index.html")
    tab(page, "FreeBSD", 1)
    assert chosen(page) == BSD
    page.goto(f"{tiny}/other.html")
    assert chosen(page) == ["FreeBSD"]
    later = page.context.new_page()
    later.goto(f"{tiny}/index.html")
    assert chosen(later) == BSD


def test_the_address_says_the_choice_and_the_history_does_not_grow(
    open_page: Open, tiny: str
) -> None:
    page = open_page(f"{tiny}/index.html?q=kept#second")
    before = page.evaluate("history.length")
    tab(page, "FreeBSD")
    assert query(page) == "?q=kept&platform=freebsd"
    tab(page, "runit")
    assert query(page) == "?q=kept&platform=runit"
    assert page.evaluate("location.hash") == "#second"
    assert page.evaluate("history.length") == before


def test_an_address_brings_its_choice_and_it_is_kept(
    open_page: Open, tiny: str
) -> None:
    page = open_page(f"{tiny}/index.html?platform=freebsd")
    assert chosen(page) == BSD
    page.goto(f"{tiny}/other.html")
    assert chosen(page) == ["FreeBSD"]
    assert query(page) == "?platform=freebsd"
    page.goto(f"{tiny}/other.html?platform=runit")  # an address says more than a memory
    assert chosen(page) == ["runit"]


@pytest.mark.parametrize("name", ["plan9", "", "../x", "%00", "%E0%A4%A"])
def test_an_address_that_names_no_tab_changes_nothing(
    open_page: Open, tiny: str, name: str
) -> None:
    said: list[str] = []
    page = open_page(f"{tiny}/index.html")
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{tiny}/index.html?platform={name}")
    assert chosen(page) == FIRST
    assert said == []


def test_each_set_of_tabs_has_its_own_choice(open_page: Open, tiny: str) -> None:
    """They share the parameter: a label says by itself in which set it is."""
    page = open_page(f"{tiny}/index.html")
    tab(page, "Debian 12")
    tab(page, "FreeBSD")
    assert chosen(page) == ["FreeBSD", "Debian 12", "FreeBSD"]
    assert query(page) == "?platform=debian-12&platform=freebsd"
    stranger = open_page(f"{tiny}/index.html{query(page)}")
    assert chosen(stranger) == ["FreeBSD", "Debian 12", "FreeBSD"]
    page.goto(f"{tiny}/other.html")  # an address names what its page has
    assert query(page) == "?platform=freebsd"


def test_by_keyboard(open_page: Open, tiny: str) -> None:
    page = open_page(f"{tiny}/index.html")
    page.get_by_role("tab", name="systemd").first.focus()
    for key, label in [
        ("ArrowRight", "FreeBSD"),
        ("ArrowRight", "runit"),
        ("ArrowRight", "systemd"),
        ("ArrowLeft", "runit"),
        ("Home", "systemd"),
        ("End", "runit"),
        ("ArrowLeft", "FreeBSD"),
    ]:
        page.keyboard.press(key)
        assert focused(page) == label
        assert chosen(page) == [label, "Debian 13", label]
    page.keyboard.press("Tab")  # from the chosen tab into its panel, past the others
    assert focused(page).startswith("FreeBSD")
    assert page.evaluate("document.activeElement.role") == "tabpanel"
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "FreeBSD"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.role") != "tab"


def test_after_a_click_the_focus_is_where_the_keyboard_goes_on(
    open_page: Open, tiny: str
) -> None:
    page = open_page(f"{tiny}/index.html")
    tab(page, "FreeBSD")
    page.keyboard.press("ArrowRight")
    assert chosen(page) == ["runit", "Debian 13", "runit"]
    page.keyboard.press("a")  # a key that is none of ours
    assert chosen(page) == ["runit", "Debian 13", "runit"]


def test_a_screen_reader_is_told(open_page: Open, tiny: str) -> None:
    """What the browser hands to it: role, name, which is selected, whose panel.

    The focus is on the chosen tab, and "selected" is read with it. A live region would
    say the same twice; tabs elsewhere that follow are read when one comes there.
    """
    page = open_page(f"{tiny}/other.html")
    tab(page, "FreeBSD")
    tree = page.locator(".sphinx-tabs").aria_snapshot()
    assert re.search(r"- tablist( .*)?:", tree)
    for line in ('- tab "systemd"', '- tab "FreeBSD" [selected]', '- tab "runit"'):
        assert re.search(rf"(?m)^ *{re.escape(line)}$", tree.replace(" [active]", ""))
    assert '- tabpanel "FreeBSD":' in tree
    assert tree.count("tabpanel") == 1
    assert "It is an third-armadillo" in tree
    assert "The unit of third" not in tree


def in_view(page: Page, text: str) -> bool:
    """Return whether a reader sees `text` without scrolling."""
    box = page.get_by_text(text).first.bounding_box()
    return bool(box) and 0 <= box["y"] <= page.viewport_size["height"]


def test_an_address_with_a_target_in_a_hidden_tab_opens_it(
    open_page: Open, tiny: str
) -> None:
    page = open_page(
        f"{tiny}/index.html#target-second", viewport={"width": 800, "height": 200}
    )
    assert chosen(page) == BSD
    page.wait_for_timeout(100)
    assert in_view(page, "The script of second")
    page.goto(f"{tiny}/other.html")  # it was followed, not chosen
    assert chosen(page) == ["systemd"]


def test_a_link_to_a_target_in_a_hidden_tab_opens_it_each_time(
    open_page: Open, tiny: str
) -> None:
    page = open_page(f"{tiny}/index.html")
    page.evaluate("""() => {
      const link = document.createElement("a");
      link.href = "#target-second";
      link.textContent = "There";
      document.querySelector("h1").after(link);
    }""")
    for _ in range(2):  # the second time, the address does not change
        page.get_by_text("There").click()
        page.wait_for_timeout(100)
        assert chosen(page) == BSD
        tab(page, "systemd")
        assert chosen(page) == FIRST


@pytest.mark.parametrize("target", ["#nothing", "#%E0%A4%A", "#"])
def test_a_target_that_is_not_there_breaks_nothing(
    open_page: Open, tiny: str, target: str
) -> None:
    said: list[str] = []
    page = open_page("about:blank")
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{tiny}/index.html{target}")
    assert chosen(page) == FIRST
    tab(page, "FreeBSD")
    assert chosen(page) == BSD
    assert said == []


def test_a_search_hit_in_a_hidden_tab_is_shown(open_page: Open, tiny: str) -> None:
    page = open_page(f"{tiny}/search.html?q=armadillo")
    page.locator("#search-results a", has_text="other").first.click()
    page.wait_for_url("**/other.html*")
    page.get_by_text("third-armadillo").wait_for(state="visible")
    assert chosen(page) == ["FreeBSD"]
    assert in_view(page, "third-armadillo")


def test_where_storage_is_forbidden_tabs_still_work(open_page: Open, tiny: str) -> None:
    page = open_page("about:blank")
    page.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw Error(); } })"
    )
    page.goto(f"{tiny}/index.html?platform=freebsd")
    assert chosen(page) == BSD
    tab(page, "runit")
    assert chosen(page) == ["runit", "Debian 13", "runit"]


def panels(page: Page) -> list[str]:
    """Return the first line of what can be seen of each panel, from top to bottom."""
    lines = page.evaluate("""() => {
      const panels = [...document.querySelectorAll(".sphinx-tabs-panel")];
      const seen = panels.filter((panel) => panel.checkVisibility());
      const top = (panel) => panel.getBoundingClientRect().top;
      seen.sort((one, two) => top(one) - top(two));
      const high = seen.every((panel) => panel.getBoundingClientRect().height > 30);
      const first = (panel) => panel.innerText.split("\\n")[0];
      return high ? seen.map(first) : ["no height"];
    }""")
    assert page.get_by_role("tab").count() == 0
    return lines


ALL = ["systemd", "FreeBSD", "runit"]


def test_without_javascript_all_tabs_stand_under_their_names(
    open_page: Open, tiny: str
) -> None:
    page = open_page(f"{tiny}/index.html", java_script_enabled=False)
    assert page.get_by_role("tab").count() == 0
    names = page.locator(".tab-name")
    assert names.count() == PANELS
    for number, name in enumerate([*ALL, "Debian 13", "Debian 12", *ALL]):
        assert names.nth(number).is_visible()
        assert names.nth(number).inner_text() == name
    for text in ("unit", "run file"):
        for place in ("first", "second"):
            assert page.get_by_text(f"The {text} of {place}.").is_visible()


def test_on_paper_all_tabs_stand_under_their_names(open_page: Open, tiny: str) -> None:
    page = open_page(f"{tiny}/index.html?platform=freebsd")
    page.emulate_media(media="print")
    assert panels(page) == [*ALL, "Debian 13", "Debian 12", *ALL]
    page.emulate_media(media="screen")
    assert chosen(page) == BSD
