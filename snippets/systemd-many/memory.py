"""memory: what all processes of a user really take, shared pages counted once."""

import pathlib
import pwd
import sys

uid = pwd.getpwnam(sys.argv[1]).pw_uid
count = total = 0
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        if folder.stat().st_uid == uid:
            for line in (folder / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):  # proc(5): the proportional share
                    total += int(line.split()[1])
                    count += 1
    except OSError:
        pass  # it ended while we looked
print(f"{count} processes, {total // 1024} MiB")
