"""Long listings are folded, wide tables are lists on a phone, and paper has it all."""

from __future__ import annotations

from .conftest import TOP, Open

PAGE = "tutorials/servers"
LONG = "snippets/prove.py"  # a listing on that page
PHONE = {"width": 375, "height": 800}


def test_a_long_listing_unfolds(open_page: Open, address: str) -> None:
    lines = (TOP / LONG).read_text("utf-8").count("\n")
    page = open_page(f"{address}/{PAGE}.html")
    button = page.get_by_role("button", name=f"Show all {lines} lines")
    box = page.locator(".literal-block-wrapper").filter(has=button)
    listing = box.locator("pre").element_handle()  # the button changes its name
    folded = listing.bounding_box()["height"]
    button.focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Show less")
    assert button.get_attribute("aria-expanded") == "true"
    assert listing.bounding_box()["height"] > 2 * folded
    button.click()
    assert listing.bounding_box()["height"] == folded


def test_paper_and_browsers_without_scripts_show_all_of_it(
    open_page: Open, address: str
) -> None:
    whole = "[...document.querySelectorAll('pre')].every((pre) => !cut(pre))"
    cut = "const cut = (pre) => pre.clientHeight < pre.scrollHeight - 1;"
    page = open_page(f"{address}/{PAGE}.html")
    assert not page.evaluate(f"() => {{ {cut} return {whole}; }}")
    page.emulate_media(media="print")
    assert page.evaluate(f"() => {{ {cut} return {whole}; }}")
    page = open_page(f"{address}/{PAGE}.html", java_script_enabled=False)
    assert page.locator("pre.folded").count() == 0
    assert page.get_by_role("button", name="Show all").count() == 0


def test_on_a_phone_a_wide_table_names_each_cell(open_page: Open, address: str) -> None:
    page = open_page(f"{address}/{PAGE}.html")
    table = page.locator("table.stacked")
    name = table.locator("tbody .column-name").first
    head = table.locator("thead")
    assert head.is_visible()
    assert name.is_hidden()
    page.set_viewport_size(PHONE)
    assert head.is_hidden()
    assert name.is_visible()
    column = head.locator("th").nth(1).text_content().strip()
    assert name.text_content() == f"{column}: "
