"""No block escapes: what Sphinx shows against what the harness reads and has run.

It does not trust the harness's regular expressions. The blocks come from the doctrees
that Sphinx itself builds, with their lines, kinds and text.

    python -m tests.audit           pages as they are read
    python -m tests.audit DIR       and as the record in DIR says they were run
"""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace
from sybil import Document

from .machines import recipes, why_no_machine
from .reading.blocks import Console, File, parsers
from .reading.digest import digest
from .reading.pages import in_ci
from .reading.paths import Layout
from .reading.transcript import Mistake

TOP = Path(__file__).parents[1]
#: A comment that starts so was meant to be a directive: two colons were intended.
LOOKS_LIKE_DIRECTIVE = re.compile(
    r"\A(code|code-block|sourcecode|literalinclude|tabs|tab|group-tab|not-run|skip"
    r"|invisible-code(-block)?|figure|image|include)\s*::?(\s|\Z)"
)


@dataclass(frozen=True, order=True)
class Shown:
    """A literal block as the reader sees it."""

    line: int
    kind: str  # "file", or the language
    text: str  # its text, or the file's path relative to the book


def doctrees(top: Path) -> dict[str, nodes.document]:
    """Return the book's doctrees by page name, built in a folder that goes away."""
    with tempfile.TemporaryDirectory() as scratch, docutils_namespace():
        app = Sphinx(
            top, top, scratch, scratch, "dummy", status=None, warning=io.StringIO()
        )
        app.build()
        return {name: app.env.get_doctree(name) for name in app.env.found_docs}


def shown(tree: nodes.document, top: Path) -> Iterator[Shown]:
    """Yield every literal and doctest block of a page."""
    for node in tree.findall(
        lambda n: isinstance(n, nodes.literal_block | nodes.doctest_block)
    ):
        source = Path(node.get("source") or "")
        if source.suffix != ".rst" and source.is_file():
            name = source.resolve().relative_to(top.resolve()).as_posix()
            yield Shown(node.line or 0, "file", name)
        elif isinstance(node, nodes.doctest_block):
            yield Shown(node.line or 0, "doctest", node.astext().strip())
        else:
            yield Shown(node.line or 0, node.get("language", ""), node.astext().strip())


def read(page: Path, top: Path) -> tuple[set[Shown], set[str]]:
    """Return the blocks that the harness reads on any way, and the ways' names.

    Blocks that are excused count as read: their reason stands on the page.
    """

    def never(_: object) -> None:
        raise AssertionError("the audit runs nothing")

    document = Document.parse(str(page), *parsers(never, never, top))
    layout = Layout(document, set(recipes()))
    found = set()
    for example in document.examples():
        ways = [way for way in layout.ways() if layout.on(way, example.region)]
        if not ways and layout.excuse(example.region) is None:
            continue
        found.add(_as_shown(example, top))
    return found, {way.name for way in layout.ways()}


def _as_shown(example: object, top: Path) -> Shown:
    parsed = example.parsed
    if isinstance(parsed, File):
        return Shown(
            example.line, "file", parsed.source.relative_to(top.resolve()).as_posix()
        )
    if isinstance(parsed, Console):
        return Shown(example.line, "console", parsed.source.strip())
    kind = "python" if isinstance(parsed, str) else "doctest"
    return Shown(example.line, kind, str(parsed).strip())


def faults_of(name: str, tree: nodes.document, top: Path) -> list[str]:
    """Return what is shown and not read, read and not shown, or looks like a slip."""
    try:
        ours, _ = read(top / f"{name}.rst", top)
    except Mistake as mistake:
        return [f"{name}.rst:{mistake.line}: {mistake}"]
    theirs = set(shown(tree, top))
    # A doctest's lines are single examples for Sybil and one block for docutils.
    ours, ours_doctest = _split(ours)
    theirs, theirs_doctest = _split(theirs)
    faults = [
        f"{name}.rst:{b.line}: shown but not run: {b.kind or 'a block'}: {_short(b)}"
        for b in sorted(theirs - ours)
    ]
    faults += [
        f"{name}.rst:{b.line}: run but not shown: {b.kind}: {_short(b)}"
        for b in sorted(ours - theirs)
    ]
    if bool(ours_doctest) != bool(theirs_doctest):
        faults.append(
            f"{name}.rst: doctest blocks are shown and not run, or the reverse"
        )
    for node in tree.findall(nodes.comment):
        if LOOKS_LIKE_DIRECTIVE.match(node.astext()):
            line = node.line or 0
            what = node.astext().splitlines()[0]
            faults.append(f"{name}.rst:{line}: a comment like a directive: {what!r}")
    return faults


def _split(blocks: set[Shown]) -> tuple[set[Shown], set[Shown]]:
    doctest = {b for b in blocks if b.kind == "doctest"}
    return blocks - doctest, doctest


def _short(block: Shown) -> str:
    return repr(block.text.split("\n")[0][:60])


def orphans(trees: dict[str, nodes.document], top: Path) -> list[str]:
    """Return the snippets that no page shows."""
    seen = {
        b.text for tree in trees.values() for b in shown(tree, top) if b.kind == "file"
    }
    files = (p for p in (top / "snippets").rglob("*") if p.is_file())
    return [
        f"{name}: no page shows it"
        for path in sorted(files)
        if not {"__pycache__"} & set(path.parts)
        and not path.name.startswith(".")  # such as .shellcheckrc
        and (name := path.relative_to(top).as_posix()) not in seen
    ]


def not_run(top: Path, names: list[str], folder: Path) -> list[str]:
    """Return each way of each page that the record in `folder` does not hold as run."""
    faults = []
    records = [json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("*.json"))]
    for name in names:
        page = top / f"{name}.rst"
        try:
            blocks, ways = read(page, top)
        except Mistake as mistake:
            faults.append(f"{name}.rst:{mistake.line}: {mistake}")
            continue
        if not blocks:
            continue
        lines = {b.line for b in blocks}
        for way in sorted(ways):
            mine = [r for r in records if (r["page"], r["way"]) == (name, way)]
            if not mine:
                faults.append(f"{name}.rst: not run to its end on {way}")
                continue
            if mine[0]["digest"] != digest(
                page, [top / s for s in mine[0]["snippets"]]
            ):
                faults.append(f"{name}.rst: not run on {way} since its last edit")
            lines -= set(mine[0]["lines"]) | {e["line"] for e in mine[0]["excuses"]}
        faults += [f"{name}.rst:{line}: run on no way" for line in sorted(lines)]
    return faults


def main(arguments: list[str]) -> int:
    """Print every fault; return 1 if there is one."""
    trees = doctrees(TOP)
    faults = []
    for name, tree in sorted(trees.items()):
        faults += faults_of(name, tree, TOP)
    faults += orphans(trees, TOP)
    reason = None if in_ci() else why_no_machine()
    if arguments and reason:
        print(f"audit: what was run is not looked at: {reason}")
    elif arguments and not faults:
        faults += not_run(TOP, sorted(trees), Path(arguments[0]))
    print("\n".join(faults) or f"audit: {len(trees)} pages, no block escapes")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
