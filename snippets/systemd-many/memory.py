"""memory: what all processes of some units really take, shared pages counted once.

memory.py hello@
"""

import pathlib
import sys

count = total = 0
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        if sys.argv[1] in (folder / "cgroup").read_text():
            for line in (folder / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):  # proc(5): the proportional share
                    total += int(line.split()[1])
                    count += 1
    except OSError:
        pass  # it ended while we looked
print(f"{count} processes, {total // 1024} MiB")
