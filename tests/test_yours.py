"""Make it yours: what is refused, what `hello` means where, and a page run with it.

That the site does the same is shown by ``tests/browser/test_yours.py``, and that the
changed pages work by `tox run -e yours`, which plays them on machines.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sybil import Document

from tests.machines import why_no_machine
from tests.reading.blocks import Console, File, parsers
from tests.reading.yours import RULES, Refused, Yours, parse, table, why_not

TOP = Path(__file__).parents[1]
PAGES = [TOP / "index.rst", *sorted((TOP / "tutorials").glob("*.rst"))]
SCRIPT = TOP / "_static/yours.js"
FIELDS = table()["fields"]
needs_machine = pytest.mark.skipif(bool(why_no_machine()), reason=str(why_no_machine()))
READERS = {
    "the book": {},
    "a name alone": {"name": "tea"},
    "tox": {  # the same as in tox.ini
        "name": "tea",
        "user": "brew",
        "port": "5103",
        "folder": "/srv/pot",
        "www": "/usr/local/www/pot",
        "venv": ".venv",
    },
    "the longest": {
        "name": "a_name_that_is_0",
        "user": "a_user-whose_name_is_rather_lo0",
        "port": "65535",
        "folder": "/opt/a.b-c_D/" + 47 * "e",
        "www": "/usr/local/www/" + 45 * "f",
        "venv": ".env-0123456789-abcdefgh",
    },
}

REFUSED = {
    "name": ["Tea", "my-tea", "te a", "1tea", "_tea", "t", "rc", "all", "t" * 17, "té"],
    "user": ["Brew", "br ew", "-brew", "0brew", "root", "you", "b" * 32, "b$", "b:c"],
    "port": ["80", "1023", "65536", "05103", "5103 ", "-5103", "tea", "5004", "5050"],
    "folder": ["srv/pot", "/srv/pot/", "/srv//pot", "/srv/a b", "/srv/'pot'", "/pot"]
    + ['/srv/"pot"', "/srv/%i", "/srv/$HOME", "/srv/a:b", "/srv/#pot", "/srv/a\\b"]
    + ["/srv/../etc", "/srv/./pot", "/srv/-pot", "/srv/.pot", "/", "", "/home/you/pot"]
    + ["/tmp/pot", "/run/pot", "/etc/pot", "/var/lib/pot", "/srv/pöt", "/srv/a,b"]
    + ["/srv/" + 60 * "e", "/srv/pot\n", "/srv/{pot}", "/srv/p|t", "/srv/&", "~/pot"],
    "www": ["pot", "/usr/local/www/", "/usr/local/www/a b", "/home/you/pot"],
    "venv": ["/srv/venv", "a/b", "..", ".", "-venv", "my venv", "hello.py", "v" * 25],
}
TAKEN = {
    "name": ["tea", "hello", "hello2", "shop_front", "a0", "t" * 16, "route"],
    "user": ["brew", "hello", "_tea", "tea-brewer", "rooted", "b" * 31],
    "port": ["1024", "5000", "5003", "5051", "5103", "8080", "65535"],
    "folder": ["/srv/pot", "/opt/tea/pot", "/srv/hello", "/home2/tea", "/srv/a.b-c_d"],
    "www": ["/usr/local/www/pot"],
    "venv": ["venv", ".venv", "env-3_13", "V"],
}


def values_of(cases: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Return the pairs of field and value."""
    return [(field, value) for field, values in cases.items() for value in values]


def blocks(page: Path, yours: Yours) -> Iterator[dict[str, Any]]:
    """Yield what the suite does with `page`: the files it puts, the words it types."""

    def never(_: object) -> None:
        raise AssertionError("nothing is run here")

    change = yours.on(name_of(page))
    document = Document.parse(str(page), *parsers(never, never, TOP, change))
    for example in document.examples():
        block = example.parsed
        if isinstance(block, File):
            text = block.read().decode("utf-8")
            where = " and ".join(block.hosts) + ":" * bool(block.hosts)
            target = where + block.target
            yield {"target": target, "text": text, "copied": text}
        elif isinstance(block, Console):
            typed = [f"{s.text}\n" for s in block.steps if s.kind == "command"]
            text = block.source.rstrip("\n") + "\n"
            yield {"target": None, "text": text, "copied": "".join(typed) or None}


def name_of(page: Path) -> str:
    """Return a page's docname."""
    return page.relative_to(TOP).with_suffix("").as_posix()


@pytest.mark.parametrize("find", [rule[0] for rule in table()["rules"]])
def test_a_rule_means_the_same_in_both_languages(find: str) -> None:
    """Python refuses a lookbehind of varying width by itself."""
    assert re.compile(find).groups == 0
    assert not re.search(find, "")
    plain = re.sub(r"\[[^]]*\]|\\\.", "", find)
    assert not re.search(r"\(\?[^:=!<]|\.|\\[sdSDAZ]", plain)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_with_the_books_own_names_nothing_changes(page: Path) -> None:
    defaults = {"name": "hello", "user": "hello", "port": "5003", "venv": "venv"}
    paths = {"folder": "/srv/hello", "www": "/usr/local/www/hello"}
    printed = list(blocks(page, Yours({})))
    assert list(blocks(page, Yours(defaults | paths))) == printed


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_line_stays_a_line(page: Path, reader: str) -> None:
    printed, mine = (list(blocks(page, Yours(y))) for y in ({}, READERS[reader]))
    assert len(printed) == len(mine)
    for before, after in zip(printed, mine, strict=True):
        assert before["text"].count("\n") == after["text"].count("\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# systemctl restart hello", "# systemctl restart tea"),
        ("# systemctl stop hello.socket hello", "# systemctl stop tea.socket tea"),
        ("'hello@*.service'", "'tea@*.service'"),
        ("Requires=hello@%i.socket", "Requires=tea@%i.socket"),
        ("ExecStart=/srv/hello/venv/bin/gunicorn hello:app",)
        + ("ExecStart=/srv/pot/.venv/bin/gunicorn hello:app",),
        ("# mkdir /srv/hello /etc/hello", "# mkdir --parents /srv/pot /etc/tea"),
        ("# python3 -m venv /srv/hello/venv", "# python3 -m venv /srv/pot/.venv"),
        ("# apt-get install --yes python3-venv", None),
        ("$ python3 -m venv venv", "$ python3 -m venv .venv"),
        ("/srv/hello/hello.py", "/srv/pot/hello.py"),
        ("$ cp hello.py hello.py.old", None),
        ("    --no-control-socket hello-with-kill:app", None),
        ("'hellokill:create_app()'", None),
        ("    return \"hello World\\n\"", None),
        ("hello again", None),
        ("def hello():", None),
        ("from hello import app as hello", None),
        ("user=hello", "user=brew"),
        ("# pkill -KILL -u hello", "# pkill -KILL -u brew"),
        ("# ps -u hello -o user,args", "# ps -u tea -o user,args"),
        ("hello    /srv/hello/venv/bin/python3", "tea      /srv/pot/.venv/bin/python3"),
        ("hello" + 28 * " " + "RUNNING   pid", "tea" + 30 * " " + "RUNNING   pid"),
        (': ${hello_user:="hello"}', ': ${tea_user:="brew"}'),
        ("# service hellokill start", "# service tea start"),
        ("# ps -axu | grep '^hello'", "# ps -axu | grep '^brew'"),
        ("# service -e | grep hello", "# service -e | grep tea"),
        ("# until fetch -qo - http://[::1]/ | grep hello; do sleep 1; done", None),
        ('name="hello"', 'name="tea"'),
        ("[program:hello]", "[program:tea]"),
        ("[hello]", None),
        ("# curl http://127.0.0.1:5003/", "# curl http://127.0.0.1:5103/"),
        ("# python3 roll_call.py 5001-5050", None),
        ("# curl http://127.0.0.1:15003/", None),
    ],
)  # fmt: skip
def test_what_hello_means_where(before: str, after: str | None) -> None:
    yours = Yours(READERS["tox"])
    assert yours.on("index")(before) == (after or before)


def test_what_is_written_is_not_read_again() -> None:
    yours = parse("name=tea,user=hello,folder=/opt/venv,port=6000,venv=hello")
    line = "user=hello /srv/hello/venv/bin/x hello@ 5003\n"
    assert yours.on("index")(line) == "user=hello /opt/venv/hello/bin/x tea@ 6000\n"


def test_a_long_name_is_cut_as_ps_does() -> None:
    yours = parse("name=newsletter")
    assert yours.on("index")("hello    /srv/hello/x") == "newslet+ /srv/newsletter/x"


def test_the_tests_and_tox_mean_the_same_reader() -> None:
    words = ",".join(f"{field}={value}" for field, value in READERS["tox"].items())
    assert words in (TOP / "tox.ini").read_text("utf-8")


@pytest.mark.parametrize(("field", "value"), values_of(REFUSED))
def test_a_value_that_would_break_something_is_refused(field: str, value: str) -> None:
    with pytest.raises(Refused, match=rf"^{field}="):
        Yours({field: value})


@pytest.mark.parametrize(("field", "value"), values_of(TAKEN))
def test_a_good_value_is_taken(field: str, value: str) -> None:
    Yours({field: value})


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(Refused, match="no field 'colour': one of name, user"):
        parse("colour=green")


def test_a_name_that_a_chapter_uses_is_refused() -> None:
    """Or the reader's service and the chapter's would be one."""
    find = r"(?:/systemd/system|/rc\.d|/supervisor\.d|/srv/sv|/srv/s6)/([^/.@]+)"
    others = set()
    for page in PAGES:
        targets = [block["target"] or "" for block in blocks(page, Yours({}))]
        names = {name for target in targets for name in re.findall(find, target)}
        if "hello" in names:
            others |= {n for n in names if not n.startswith(("hello_", "hello-"))}
    others.remove("hello")
    assert {"crash", "done", "secret"} <= others
    for name in others:
        assert why_not("name", name, FIELDS), f"{name} is a chapter's: tell {RULES}"


def test_what_a_page_keeps_is_told_to_the_reader() -> None:
    text = (TOP / "tutorials/yours.rst").read_text("utf-8")
    for page, fields in table()["keep"].items():
        assert (TOP / f"{page}.rst").is_file()
        assert f":doc:`{Path(page).name}`" in text
        assert set(fields) <= set(FIELDS)


@needs_machine
@pytest.mark.parametrize("forgotten", [False, True])
def test_the_pages_run_with_other_names(tmp_path: Path, forgotten: bool) -> None:
    """A rule that forgets a place turns a page red there, and there is no record."""
    page, app = "tutorials/hello.rst", "snippets/hello/hello.py"
    (tmp_path / "tests").symlink_to(TOP / "tests")
    for name in ("conftest.py", page, app, "_static/yours-rules.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, tmp_path / name)
    if forgotten:  # the commands go on asking the book's port
        rules = tmp_path / "_static/yours-rules.js"
        text = rules.read_text("utf-8").replace(r"\\b5003\\b", r"\\b5003\\b(?!/)")
        rules.write_text(text, encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"]
    words += ["--limit=15", f"--record={tmp_path / 'record'}", "--yours=port=5103"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(
        [*words, page], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert not (tmp_path / "record").exists()
    assert done.returncode == forgotten, done.stdout
    if forgotten:
        lines = (TOP / page).read_text("utf-8").splitlines()
        at = lines.index("   $ curl http://127.0.0.1:5003/") + 1
        assert f"{page}:{at}: " in done.stdout, done.stdout


def test_the_scripts_are_small() -> None:
    script, rules = (len(path.read_bytes()) for path in (SCRIPT, RULES))
    assert script < 10_000
    assert script + rules < 12_000  # bytes; a new chapter may need a word in the rules
