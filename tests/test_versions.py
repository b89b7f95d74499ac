"""The lists of systemd-versions.rst hold every directive that the book uses."""

from __future__ import annotations

import re
from pathlib import Path

SNIPPETS = Path(__file__).parents[1] / "snippets"
LISTS = SNIPPETS / "systemd-versions"
UNITS = {".service", ".socket", ".timer", ".target", ".conf"}
SECTIONS = {"Unit", "Service", "Socket", "Timer", "Install"}


def directives(folder: Path) -> set[tuple[str, str]]:
    """Return each (section, directive) in the units and drop-ins below `folder`."""
    found = set()
    for path in folder.rglob("*"):
        section = ""
        if path.suffix not in UNITS:
            continue
        for line in path.read_text("utf-8").splitlines():
            if head := re.fullmatch(r"\[(\w+)\]", line):
                section = head.group(1)
            elif section in SECTIONS and (key := re.match(r"([A-Z]\w+)=", line)):
                found.add((section, key.group(1)))
    return found


#: Shown on purpose in the wrong section, or misspelt: no directives at all.
WRONG = {("Service", "StartLimitIntervalSec"), ("Service", "StartLimitBurst")}


def test_every_directive_of_the_book_is_listed_with_its_version() -> None:
    used = set()
    for folder in SNIPPETS.glob("systemd*"):
        if folder != LISTS:
            used |= directives(folder)
    assert used - WRONG - directives(LISTS) == set()


def test_the_versions_in_a_list_only_grow() -> None:
    for path in LISTS.glob("every.*"):
        for section in path.read_text("utf-8").split("\n[")[1:]:
            numbers = [int(n) for n in re.findall(r"(?m)^# (\d+)$", section)]
            assert numbers == sorted(set(numbers)), f"{path.name}: [{section[:9]}"
