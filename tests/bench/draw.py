"""Bars, in an SVG that takes its colours from the page, and in a PDF for print."""

from __future__ import annotations

import shutil
import subprocess
from html import escape

from .store import TOP, progress

FIGURES = TOP / "_static/figures"
ROW, LEFT, WIDTH = 28, 170, 640  # pixels


def bars(
    name: str,
    rows: list[tuple[str, float, float, float]],
    unit: str,
    digits: int = 1,
) -> None:
    """Draw a bar a row of (label, least, median, most), the range as a line.

    `unit` and so many `digits` after the point go to the median that is written.
    """
    most = max(high for _, _, _, high in rows)
    scale = (WIDTH - LEFT - 60) / most
    height = ROW * len(rows) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="14" fill="currentColor">'
    ]
    for number, (label, low, middle, high) in enumerate(rows):
        top = 5 + ROW * number
        line = top + 10
        parts.append(
            f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">'
            f"{escape(label)}</text>"
            f'<rect x="{LEFT}" y="{top}" width="{middle * scale:.1f}" height="20" '
            'fill-opacity=".25"/>'
            f'<path d="M{LEFT + low * scale:.1f} {line}H{LEFT + high * scale:.1f}" '
            'stroke="currentColor"/>'
            f'<text x="{LEFT + high * scale + 6:.1f}" y="{top + 15}">'
            f"{middle:.{digits}f}{escape(unit)}</text>"
        )
    parts.append("</svg>")
    figure(name, "\n".join(parts) + "\n")


def figure(name: str, text: str) -> None:
    """Write an SVG, and the PDF that print takes in its place."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    svg = FIGURES / f"{name}.svg"
    svg.write_text(text, encoding="utf-8")
    if not shutil.which("rsvg-convert"):
        progress(f"{name}.pdf is not redrawn: apt-get install librsvg2-bin")
        return
    pdf = svg.with_suffix(".pdf")
    subprocess.run(["rsvg-convert", "-f", "pdf", "-o", pdf, svg], check=True)
