"""Where measurements are kept, and on what they were made."""

from __future__ import annotations

import csv
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[2]
FOLDER = TOP / "_static/bench"


def sentence(name: str, *, on_machines: bool = False) -> None:
    """Write where and with what NAME.json was measured to NAME.txt, for a page.

    What ran `on_machines` did not run on this host's Python.
    """
    numbers = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    about, versions = numbers["about"], numbers.get("versions", [])
    named = ", ".join(version.replace("==", " ") for version in versions)
    python = "" if on_machines else f", Python {about['python']}"
    text = (
        f"Measured on {about['date']}, on {about['cores']} cores, Linux "
        f"{about['kernel'].split('-')[0]}{python}, with {named}.\n"
    )
    (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


def keep(name: str, numbers: dict[str, Any]) -> None:
    """Write `numbers`, with machine and date, to ``_static/bench/NAME.json``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }
    text = json.dumps({"about": about, **numbers}, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def table(name: str, rows: list[list[str]]) -> None:
    """Write `rows`, the first of them the heads, to NAME.csv, for a page."""
    with (FOLDER / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def progress(line: str) -> None:
    """Tell the person who waits."""
    print(line, file=sys.stderr, flush=True)
