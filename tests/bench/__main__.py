"""Measure, and write what was measured.

python -m tests.bench            everything
python -m tests.bench NAME ...   some of it, by the names in BENCHES

Raw numbers go to ``_static/bench/NAME.json``, tables and figures beside them are made
from those. Numbers differ from machine to machine; ratios in one run are what counts.
"""

from __future__ import annotations

import sys

from . import choosing, harness, lost, many, recovery, servers, site, storm

BENCHES = {
    "chaos": many.chaos,
    "choosing": choosing.main,
    "fifty": many.fifty,
    "harness": harness.main,
    "lost": lost.main,
    "recovery": recovery.main,
    "servers": servers.main,
    "site": site.main,
    "storm": storm.main,
}


def main(names: list[str]) -> int:
    """Run the benches that are named, or all; return 2 for a name that is none."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {unknown[0]!r}: one of {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
