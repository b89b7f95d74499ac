"""What was run, where and when: the record that the site shows.

One small JSON file for each way through each page, so that workers don't meet. It holds
a digest of the page and its snippets: the site trusts it only while the digest holds.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .blocks import Console, File
from .digest import digest
from .player import snippets_of

if TYPE_CHECKING:
    from .pages import Walk


@dataclass(frozen=True)
class Excuse:
    """A block that is shown and not run, and why."""

    line: int
    reason: str


def write(folder: Path, walk: Walk) -> Path:
    """Write the record of a walk that ran to its end; return the file's path."""
    top = Path(walk.config.rootpath)
    snippets = snippets_of(walk.examples)
    page = walk.path.relative_to(top)
    consoles = [e.parsed for e in walk.examples if isinstance(e.parsed, Console)]
    commands = [s for c in consoles for s in c.steps if s.kind == "command"]
    words: dict[str, Any] = {
        "page": page.with_suffix("").as_posix(),
        "way": walk.way.name,
        "image": walk.way.image,
        "tabs": list(walk.way.tabs),
        "digest": digest(walk.path, snippets),
        "snippets": [path.relative_to(top).as_posix() for path in snippets],
        "date": datetime.now(UTC).date().isoformat(),
        "blocks": len(walk.examples),
        "lines": [example.line for example in walk.examples],
        "commands": len(commands),
        "files": sum(isinstance(e.parsed, File) for e in walk.examples),
        "excuses": [asdict(excuse) for excuse in walk.excuses],
        "versions": walk.player.machine.versions() if walk.player.machine else {},
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{words['page'].replace('/', '-')}.{walk.way.name}.json"
    path.write_text(json.dumps(words, indent=1) + "\n", encoding="utf-8")
    _forget_old(folder, top, words["page"])
    return path


def _forget_old(folder: Path, top: Path, page: str) -> None:
    """Remove records of the page as it was: its ways may have other names by now."""
    for path in folder.glob(f"{page.replace('/', '-')}.*.json"):
        with contextlib.suppress(FileNotFoundError):  # another worker was faster
            old = json.loads(path.read_text(encoding="utf-8"))
            shown = [top / name for name in old["snippets"]]
            if old["digest"] != digest(top / f"{page}.rst", shown):
                path.unlink()
