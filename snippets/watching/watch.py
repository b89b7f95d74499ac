"""watch: tell node_exporter how services are, by a file for its textfile collector.

watch.py /var/lib/prometheus/node-exporter/services.prom hello.service counter.service
"""

import pathlib
import subprocess
import sys

target, *units = sys.argv[1:]
show = ["systemctl", "show", "--property=Id,ActiveState,NRestarts", *units]
shown = subprocess.run(show, check=True, capture_output=True, text=True).stdout
lines = ["# HELP service_restarts_total Restarts since the last start by hand."]
lines += ["# TYPE service_restarts_total counter"]
more = ["# HELP service_active Whether systemd calls it active."]
more += ["# TYPE service_active gauge"]
for words in shown.split("\n\n"):
    unit = dict(line.split("=") for line in words.split())
    label = f'{{unit="{unit["Id"]}"}}'
    lines.append(f"service_restarts_total{label} {unit['NRestarts']}")
    more.append(f"service_active{label} {int(unit['ActiveState'] == 'active')}")
fresh = pathlib.Path(target + ".new")  # *.prom is read, so it must never be half a file
fresh.write_text("\n".join([*lines, *more]) + "\n")
fresh.replace(target)
