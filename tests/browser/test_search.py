"""The site's search lands on what people type, and on what they paste from a log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .conftest import TOP, Open

sys.path.insert(0, str(TOP / "_ext"))
import finding  # an extension of the book

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Asks the site's own search, and returns the four best of each query.
ASK = """(queries) => queries.map((query) =>
  Search._performSearch(...Search._parseQuery(query))
    .slice(-4).reverse().map(([page, , anchor]) => page + anchor))"""
M = "two-in-the-morning"
QUERIES = {  # what people type and paste: the page that has to be among the first three
    "RestartSec": "systemd-restart",
    "Restart=always": "systemd-restart",
    "start-limit-hit": "systemd-loops",
    "start limit hit": "systemd-loops",
    "SIGTERM": "systemd-stop",
    "203/EXEC": "systemd-start",
    "(code=exited, status=203/EXEC)": "systemd-start",
    "stopwaitsecs": "supervisord",
    "Type=notify": "systemd-ready",
    "WatchdogSec": "systemd-hung",
    "command_interpreter": "freebsd-config",
    "hello is not running.": "freebsd",
    "Reason: Worker failed to boot.": M,
    "hello.service: Start request repeated too quickly.": M,
    "[Errno 98] Address already in use": M,
    "Connection in use: ('127.0.0.1', 8000)": M,
    "[CRITICAL] WORKER TIMEOUT (pid:1234)": "systemd-hung",
    "Main process exited, code=killed, status=9/KILL": M,
    "status=143": "dying",
    "exit status 3": "dying",
    "502 Bad Gateway": M,
    "curl: (52) Empty reply from server": "dying",
    "ModuleNotFoundError: No module named 'hello'": "systemd-start",
    "failed because the control process exited with error code.": "systemd-start",
    "graceful timeout": "systemd-stop",
    "socket activation": "glossary",
    "old code": M,
}


def search(page: Page, queries: list[str]) -> list[list[str]]:
    """Return the best results of each query, as page#anchor."""
    page.wait_for_function("Search.hasIndex()")
    return page.evaluate(ASK, queries)


def test_what_people_type_and_paste(address: str, open_page: Open) -> None:
    results = search(open_page(f"{address}/search.html"), list(QUERIES))
    for (query, page), found in zip(QUERIES.items(), results, strict=True):
        first = [link.partition("#")[0] for link in found[:3]]
        assert f"tutorials/{page}" in first, f"{query}: {found}"


def test_every_term_of_the_table_leads_to_its_places(
    address: str, open_page: Open
) -> None:
    pages: dict[str, set[str]] = {}
    for place in finding.places(TOP):
        pages.setdefault(place.term, set()).add(place.page)
    results = search(open_page(f"{address}/search.html"), list(pages))
    for (term, wanted), found in zip(pages.items(), results, strict=True):
        leading = {link.partition("#")[0] for link in found[:3] if "#" in link}
        assert leading & wanted, f"{term}: {found}"


def test_a_click_on_the_result_lands_on_the_place(
    address: str, open_page: Open
) -> None:
    page = open_page(f"{address}/search.html?q=203/EXEC")
    place = "tutorials/systemd-start.html#there-is-no-such-program"
    page.locator(f'#search-results a[href="{place}"]').first.click()
    page.wait_for_url(f"{address}/{place}")
    # The theme scrolls smoothly: wait until the heading has come to the top.
    top = "document.querySelector(location.hash).getBoundingClientRect().y"
    page.wait_for_function(f"Math.abs({top}) < 200")


def test_the_field_in_the_sidebar_asks_it(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/tutorials/systemd.html")
    page.fill(".sidebar-search", "stopwaitsecs")
    page.keyboard.press("Enter")
    first = page.locator("#search-results a").first
    assert (first.get_attribute("href") or "").partition("#")[0] in (
        "tutorials/supervisord.html",
        "tutorials/gunicorn.html",
    )
