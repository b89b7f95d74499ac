"""restarts: tell a hook which services were restarted too often since the last look.

restarts.py http://127.0.0.1:8099/ 3 'hello*.service'
"""

import json
import os
import pathlib
import subprocess
import sys
import urllib.request

hook, most, *patterns = sys.argv[1:]
memory = pathlib.Path(os.environ["STATE_DIRECTORY"], "counts.json")
before = json.loads(memory.read_text()) if memory.exists() else {}
show = ["systemctl", "show", "--property=Id,NRestarts", *patterns]
shown = subprocess.run(show, check=True, capture_output=True, text=True).stdout
units = [dict(line.split("=") for line in unit.split()) for unit in shown.split("\n\n")]
now = {unit["Id"]: int(unit["NRestarts"]) for unit in units if unit}
news = []
for name, count in sorted(now.items()):
    seen = before.get(name, 0)
    grown = count - (seen if seen <= count else 0)  # a start by hand begins at 0 again
    if grown > int(most):
        news.append(f"{name}: {grown} restarts since the last look")
if news:  # an error here is for the next look: nothing is remembered
    urllib.request.urlopen(hook, "\n".join(news).encode(), timeout=10)
memory.write_text(json.dumps(now))
