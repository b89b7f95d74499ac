"""The rc.d scripts of the book follow the rules of FreeBSD's own lint.

The rules: Porter's Handbook, "Starting and stopping services (rc scripts)", and the
article "Practical rc.d scripting in BSD". Exhibits break the rule that they show.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

FREEBSD = Path(__file__).parents[1] / "snippets/freebsd"
RIGHT = sorted(p for d in ("rc.d", "supervised") for p in (FREEBSD / d).iterdir())
TRAPS = sorted((FREEBSD / "traps").iterdir())
#: Which rules an exhibit breaks, for it is about them.
BREAKS = {
    "hyphen-name": {"name"},
    "defaults_too_early": {"defaults"},
}


def faults(text: str, name: str) -> dict[str, str]:
    """Return the rules that a script called `name` breaks, and how."""
    found = {}
    lines = text.splitlines()
    if lines[0] != "#!/bin/sh":
        found["shebang"] = lines[0]
    headers = re.findall(r"(?m)^# (PROVIDE|REQUIRE|BEFORE|KEYWORD): \S", text)
    if headers != ["PROVIDE", "REQUIRE", "KEYWORD"]:
        found["headers"] = f"{headers}, in this order"
    if not re.search(r"(?m)^# KEYWORD: .*\bshutdown\b", text):
        found["shutdown"] = "a long-lived process wants KEYWORD: shutdown"
    if f"# PROVIDE: {name}\n" not in text or f'name="{name}"\n' not in text:
        found["called"] = f"PROVIDE and name are not {name}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        found["name"] = f"{name} can't begin the name of a variable"
    if f'rcvar="{name}_enable"\n' not in text:
        found["rcvar"] = f"rcvar is not {name}_enable"
    if lines[-1] != 'run_rc_command "$1"':
        found["last"] = f"the last line is {lines[-1]}"
    if text.find(". /etc/rc.subr\n") > text.find(f'name="{name}"'):
        found["subr"] = "rc.subr is read too late"
    before = text.partition("load_rc_config $name\n")[0]
    if before == text or re.search(r"(?m)^: \$\{", before):
        found["defaults"] = "defaults go after load_rc_config"
    if re.search(r'(?m)^command="[^"]* ', text):
        found["command"] = "command is one program, and nothing else"
    if re.search(r"(?m)[ \t]$|^\s*\n\s*\n|^ ", text) or not text.endswith('"\n'):
        found["blanks"] = "tabs, one empty line, none at the end of lines"
    if re.search(r"(?m)\(\) *\{", text):
        found["braces"] = "a function's brace has a line of its own"
    if re.search(r"\bcommand_args=.*\b(rc|hello|hellokill)_flags", text):
        found["flags"] = "rc.subr itself adds ${name}_flags"
    if not re.search(r"(?m)^pidfile=", text):
        found["pidfile"] = "without a pidfile others are mistaken for it"
    return found


@pytest.mark.parametrize("path", RIGHT, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_script_keeps_the_rules(path: Path) -> None:
    text = path.read_text("utf-8")
    assert faults(text, path.name) == {}
    assert len(text.splitlines()) < 50
    assert re.search(rf'(?m)^: \${{{path.name}_enable:="NO"}}$', text)
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("path", TRAPS, ids=lambda p: p.name)
def test_an_exhibit_breaks_only_its_own_rule(path: Path) -> None:
    text = path.read_text("utf-8")
    expected = BREAKS.get(path.name, set())
    expected |= {"pidfile"} if path.name.startswith("no_pidfile") else set()
    assert set(faults(text, path.name)) == expected
    assert len(text.splitlines()) < 20
    assert os.access(path, os.X_OK)


def test_the_article_breaks_several() -> None:
    text = (FREEBSD / "as-printed/readthedocs").read_text("utf-8")
    assert {"command", "pidfile"} <= set(faults(text, "readthedocs"))


def test_the_rules_see_a_fault() -> None:
    text = (FREEBSD / "rc.d/hello").read_text("utf-8")
    changes = {
        "rcvar": ('rcvar="hello_enable"', 'rcvar="hello"'),
        "last": ('run_rc_command "$1"\n', 'run_rc_command "$1"\n# end"\n'),
        "shutdown": ("# KEYWORD: shutdown", "# KEYWORD: nojail"),
        "defaults": ("load_rc_config $name\n", ""),
        "braces": ("hello_prestart()\n{", "hello_prestart() {"),
        "blanks": ("\tfor ", "    for "),
    }
    for rule, (old, new) in changes.items():
        assert old in text
        assert rule in faults(text.replace(old, new), "hello"), rule
