"""gaps: how long after one start of a unit came the next? By its journal."""

import json
import subprocess
import sys

read = ["journalctl", f"--unit={sys.argv[1]}", "--grep=^Started", "--output=json"]
lines = subprocess.run(read, check=True, capture_output=True, text=True).stdout
times = [int(json.loads(line)["__MONOTONIC_TIMESTAMP"]) for line in lines.splitlines()]
gaps = [(after - before) / 1e6 for before, after in zip(times, times[1:], strict=False)]
print(*(f"{gap:.2f} s" for gap in gaps))
print("growing" if gaps == sorted(gaps) else "not growing")
