"""The tables on the pages are made from the raw numbers beside them, and only so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench import choosing, draw, recovery, store
from tests.bench.store import FOLDER

FIGURES = draw.FIGURES
PUBLISHED = {
    "choosing": (choosing, "supervisors", ["choosing.csv", "conduct.csv"]),
    "recovery": (recovery, "rounds", ["recovery.csv"]),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_tables_and_figure_are_made_from_the_raw_numbers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, key, tables = PUBLISHED[name]
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    monkeypatch.setattr(draw, "FIGURES", tmp_path)
    monkeypatch.setattr(draw.shutil, "which", lambda _: None)  # no PDF
    numbers: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    bench.publish(numbers[key])
    for table in tables:
        assert (tmp_path / table).read_text() == (FOLDER / table).read_text()
    figure = f"{name}.svg"
    assert (tmp_path / figure).read_text() == (FIGURES / figure).read_text()


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        ([59.0], "not started again"),
        ([59.0, 58.0, 56.0], "3 starts in 3.0 s, then none"),
        ([float(age) for age in range(1, 60)], "59 starts, one in 1.0 s"),
        ([9.0, 5.0, 0.5], "3 starts, one in 4.2 s"),
        ([20.1, 20.0, 10.1, 10.0], "4 starts, up to 10 s apart"),
    ],
)
def test_a_crash_loop_in_words(ages: list[float], said: str) -> None:
    assert choosing.loop(ages) == said


@pytest.mark.parametrize(
    ("main", "child", "said"),
    [
        (10.2, 10.2, "killed after 10 s, with its child"),
        (10.2, None, "killed after 10 s; its child lives on"),
        (None, None, "lives on"),
        (None, 1.0, "lives on, its child dies"),
    ],
)
def test_a_deaf_process_in_words(
    main: float | None, child: float | None, said: str
) -> None:
    assert choosing.gone({"main": main, "child": child}) == said
