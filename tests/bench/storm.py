"""Storm: what comes of pauses and queues when a thousand clients come back at once.

A simulation with a seed, ``snippets/alive/storm.py``: whoever runs it gets the same
numbers. Here they are kept and drawn.
"""

from __future__ import annotations

import runpy
from bisect import bisect_right
from html import escape
from typing import Any

from .draw import figure
from .store import TOP, keep

SOURCE = TOP / "snippets/alive/storm.py"
ROOMS = [2048, 64]  # requests: what gunicorn's queue has room for, and what suits it
END = 120  # seconds that are drawn
LEFT, TOP_EDGE, WIDTH, HEIGHT = 46, 12, 640, 300  # pixels
#: What is drawn: pause, room, dashes, and the label: text, seconds, clients, anchor.
LINES = [
    ("doubled, diced", 64, "", "doubled, diced; queue of 64", 31, 930, "start"),
    ("doubled, diced", 2048, "7 3", "doubled, diced; queue of 2048", 78, 560, "end"),
    ("doubled", 2048, "2 3", "doubled; queue of 2048", END, 40, "end"),
    ("none", 2048, "1 5", "no pause; queue of 2048", 60, 30, "end"),
]


def simulated() -> list[dict[str, Any]]:
    """Return for each pause and room the requests, and who was served by second."""
    module = runpy.run_path(str(SOURCE))
    runs = []
    for room in ROOMS:
        for name, pause in module["PAUSES"].items():
            times, requests = module["storm"](pause, room)
            by_second = [bisect_right(times, second) for second in range(END + 1)]
            run = {"pause": name, "room": room, "requests": requests}
            runs.append({**run, "clients": module["CLIENTS"], "served": by_second})
    return runs


def drawn(runs: list[dict[str, Any]]) -> str:
    """Return the figure: how many have been served, over the time, as an SVG."""
    clients = runs[0]["clients"]
    across = (WIDTH - LEFT - 14) / END
    down = (HEIGHT - TOP_EDGE - 28) / clients
    floor = HEIGHT - 28

    def at(second: float, served: float) -> tuple[str, str]:
        return f"{LEFT + second * across:.1f}", f"{floor - served * down:.1f}"

    right, roof = at(END, clients)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="14" fill="currentColor">',
        f'<path d="M{LEFT} {roof}V{floor}H{right}" stroke="currentColor" fill="none"/>',
    ]
    for served in range(0, clients + 1, clients // 4):
        _, y = at(0, served)
        parts.append(
            f'<path d="M{LEFT} {y}H{right}" stroke="currentColor" opacity=".2"/>'
            f'<text x="{LEFT - 6}" y="{y}" dy="5" text-anchor="end">{served}</text>'
        )
    for second in range(0, END + 1, 20):
        x, _ = at(second, 0)
        text, anchor = (f"{second} s", "end") if second == END else (second, "middle")
        parts.append(
            f'<text x="{x}" y="{floor + 20}" text-anchor="{anchor}">{text}</text>'
        )
    for pause, room, dashes, label, second, served, anchor in LINES:
        (run,) = (r for r in runs if (r["pause"], r["room"]) == (pause, room))
        path = "L".join(" ".join(at(*point)) for point in enumerate(run["served"]))
        x, y = at(second, served)
        parts.append(
            f'<path d="M{path}" stroke="currentColor" stroke-width="2" fill="none" '
            f'stroke-dasharray="{dashes or "none"}"/>'
            f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(label)}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    """Run the simulation, keep its numbers, draw them."""
    runs = simulated()
    keep("storm", {"runs": runs})
    figure("storm", drawn(runs))


if __name__ == "__main__":
    main()
