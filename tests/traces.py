"""What a machine leaves on the host: nothing, if all is well."""

from __future__ import annotations

from pathlib import Path

from tests.machines.keeper import every_root


def traces(name: str) -> list[str]:
    """Return what the host has of a machine: processes, cgroups, mounts, folders."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (
                process / "cgroup"
            ).read_bytes()
        except OSError:
            continue
        if name.encode() in words:
            found.append(str(process))
    found += [str(top / name) for top in every_root() if (top / name).exists()]
    found += [
        line for line in Path("/proc/mounts").read_text().splitlines() if name in line
    ]
    spots = [Path("/run/systemd/nspawn"), Path("/run/systemd/machines"), Path("/tmp")]
    found += [
        str(p) for spot in spots if spot.exists() for p in spot.rglob(f"*{name}*")
    ]
    return found
