"""count: a listener for supervisord that counts how often each program has ended.

count.py /var/lib/prometheus/node-exporter/supervisord.prom
"""

import collections
import pathlib
import sys

from supervisor import childutils

target = pathlib.Path(sys.argv[1])
fresh = target.with_suffix(".new")
ends = collections.Counter()
while True:
    lines = ["# HELP supervisord_exits_total How often a program has ended by itself."]
    lines += ["# TYPE supervisord_exits_total counter"]
    for program, times in ends.items():
        lines.append(f'supervisord_exits_total{{program="{program}"}} {times}')
    fresh.write_text("\n".join(lines) + "\n")
    fresh.replace(target)
    _, payload = childutils.listener.wait()
    ends[childutils.get_headers(payload)["processname"]] += 1
    childutils.listener.ok()
