"""What our site costs: `make html` against plain Sphinx on the same sources.

Plain is Sphinx with its default theme and sphinx-tabs as it comes; what only our
extensions know it leaves out. Ours spreads itself over the cores, as `make html` does,
and plain Sphinx, left alone, does not: the processor time is told as well. Both build
a copy of the tree, in turns. On a machine that others use as well, the best of the
rounds says most.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .store import TOP, keep, progress

ROUNDS = 5
COLD = 1.3  # times as long as plain Sphinx, at most
MAKE = ("-j", "auto")  # as `make html` has it
WARM = 2.0  # seconds, after one page has changed
PAGE = "tutorials/systemd-unit.rst"
PLAIN = """
import sys
sys.path.insert(0, "_ext")
project = copyright = "Plain"
extensions = ["sphinx_tabs.tabs", "not_run"]
exclude_patterns = {exclude!r}
highlight_language = "none"
"""


def copy(top: Path) -> None:
    """Copy what is, or could be, in git, and what git knows of it."""
    if (TOP / ".git").is_dir():
        shutil.copytree(TOP / ".git", top / ".git")
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, cwd=TOP, capture_output=True, check=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (TOP / name).is_file():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, top / name)


def build(top: Path, conf: Path, out: Path, *more: str) -> tuple[float, float]:
    """Build `top` into `out`; return the seconds that passed, and those of the CPU."""
    words = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", str(conf)]
    words += ["-d", str(out / "doctrees"), *more, str(top), str(out / "html")]
    before = os.times()
    subprocess.run(words, cwd=top, stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    spent = after.children_user + after.children_system
    spent -= before.children_user + before.children_system
    return after.elapsed - before.elapsed, spent


def main() -> None:
    """Measure, and keep the numbers in seconds."""
    rows: dict[str, list[tuple[float, float]]] = {"plain": [], "ours": [], "warm": []}
    with tempfile.TemporaryDirectory() as folder:
        top, plain = Path(folder, "book"), Path(folder, "plain")
        copy(top)
        plain.mkdir()
        exclude = [path.name for path in top.iterdir() if path.name.startswith("_")]
        exclude += ["snippets", "tests", "record", "requirements", "[A-Z]*.rst"]
        (plain / "conf.py").write_text(PLAIN.format(exclude=exclude), encoding="utf-8")
        (plain / "_ext").symlink_to(top / "_ext")
        for number in range(ROUNDS):
            progress(f"site: round {number + 1} of {ROUNDS}")
            for name, conf in (("plain", plain), ("ours", top)):
                out = Path(folder, name + str(number))
                more = () if name == "plain" else MAKE
                rows[name].append(build(top, conf, out, *more))
                if name == "ours":
                    time.sleep(0.1)  # a change in the same moment could be missed
                    text = (top / PAGE).read_text("utf-8")
                    (top / PAGE).write_text(f"{text}\nRound {number}.\n", "utf-8")
                    rows["warm"].append(build(top, top, out, *MAKE))
                shutil.rmtree(out)
    best = {
        name: [min(each) for each in zip(*row, strict=True)]
        for name, row in rows.items()
    }
    ratio = best["ours"][0] / best["plain"][0]
    for name, (wall, spent) in best.items():
        progress(f"{name}: {wall:.2f} s, {spent:.2f} s of them of the CPU")
    progress(f"cold: {ratio:.2f} times plain Sphinx (aim: {COLD}); warm aim: {WARM} s")
    keep("site", {**rows, "ratio": ratio})
