"""Run shellcheck on every shell script of the tree: ``python -m tests.lint_shell``.

A script is what says so in its first line, or is called ``*.sh``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.reading.pages import in_ci

TOP = Path(__file__).parents[1]
SHEBANG = re.compile(rb"\A#! ?/\S*?(?:/|/env )(?:ba|da|k)?sh\b")


def scripts(top: Path) -> Iterator[Path]:
    """Yield the shell scripts among the files that the book consists of."""
    for folder in ("snippets", "requirements", "tests", ".ci"):
        for path in sorted((top / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                with path.open("rb") as file:
                    first = file.readline(100)
                if path.suffix == ".sh" or SHEBANG.match(first):
                    yield path


def main() -> int:
    """Return shellcheck's exit status; without shellcheck 0, but 1 in CI."""
    if not shutil.which("shellcheck"):
        print("shell scripts not checked, no shellcheck: apt-get install shellcheck")
        return int(in_ci())
    found = [str(path.relative_to(TOP)) for path in scripts(TOP)]
    # SC1091: what a snippet sources, such as /etc/rc.subr, is on another machine.
    argv = ["shellcheck", "--exclude=SC1091", *found]
    done = subprocess.run(argv, cwd=TOP, check=False)
    print(f"shellcheck: {len(found)} scripts")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
