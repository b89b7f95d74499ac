"""The storm: its figure and its numbers are those of the simulation that is shown."""

from __future__ import annotations

import json

from tests.bench import storm
from tests.bench.draw import FIGURES
from tests.bench.store import FOLDER


def test_figure_and_numbers_are_those_of_the_simulation() -> None:
    kept = json.loads((FOLDER / "storm.json").read_text("utf-8"))["runs"]
    assert kept == storm.simulated()
    assert (FIGURES / "storm.svg").read_text("utf-8") == storm.drawn(kept)
    assert (FIGURES / "storm.pdf").is_file()


def test_nobody_is_served_before_it_is_up_or_without_asking() -> None:
    for run in storm.simulated():
        assert run["served"][4] == 0
        assert run["served"] == sorted(run["served"])
        assert max(run["served"]) <= run["clients"] <= run["requests"]
