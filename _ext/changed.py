"""When a page was last changed, its snippets included, as git tells it.

No git, no repository, or a history that was cut off before the change (Read the Docs
clones shallowly): then the page has no date, and nobody complains.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def git(top: Path, *words: str) -> list[str]:
    """Return what git prints, by lines; nothing if it can't."""
    argv = ["git", "-C", str(top), "-c", "core.quotepath=off", *words]
    try:
        done = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.decode("utf-8", "replace").splitlines()


def dates(top: Path) -> dict[str, str]:
    """Return the day of the last commit, ISO 8601, of each file below `top`.

    A file that is being edited has none, and so has one whose last commit is where a
    shallow history begins: it may be older (gitglossary(7), "shallow repository").
    """
    (shallow,) = git(top, "rev-parse", "--git-path", "shallow") or [""]
    cut = Path(top, shallow)
    ends = set(cut.read_text("ascii").split()) if shallow and cut.is_file() else set()
    edited = git(top, "diff", "--name-only", "--relative", "HEAD")
    found = dict.fromkeys(edited, "")
    day = ""
    for line in git(top, "log", "--format=%x00%H %cs", "--name-only", "--relative"):
        if line.startswith("\0"):
            commit, day = line[1:].split()
            day = "" if commit in ends else day
        elif line:
            found.setdefault(line, day)
    return found


def load(app: Sphinx) -> None:
    """Ask git, once a build."""
    app.book_dates = dates(Path(app.srcdir))


def add_date(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Tell the theme the day of a page's last change, or that it has none."""
    if doctree is None:
        return
    top = Path(app.srcdir).resolve()
    shown = [Path(top, name).resolve() for name in app.env.dependencies.get(page, ())]
    files = [name for name in shown if name.is_relative_to(top / "snippets")]
    files.append(Path(app.env.doc2path(page)).resolve())
    days = [app.book_dates.get(name.relative_to(top).as_posix(), "") for name in files]
    context["last_updated"] = max(days) if all(days) else None


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.connect("builder-inited", load)
    app.connect("html-page-context", add_date)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
