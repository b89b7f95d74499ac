"""Machines by hand.

python -m tests.machines build [IMAGE ...]   make images that are missing
python -m tests.machines shell [IMAGE]       a root shell on a fresh machine
python -m tests.machines clean               remove every cached image
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from . import ImageError, Machine, MachineError, recipes, why_no_machine
from .images import cache, root_of

DEFAULT = "debian-13"


def build(names: list[str]) -> int:
    """Make images; where this host has no machines, say so and leave it at that."""
    reason = why_no_machine()
    if reason:
        print(f"no images made: {reason}", file=sys.stderr)
        return 0
    for name in names or recipes():
        root_of(name)
    return 0


def shell(name: str) -> int:
    """Boot a machine, hand its root shell to the person at the terminal, stop it."""
    reason = why_no_machine()
    if reason:
        raise MachineError(reason)
    with Machine(name) as machine:
        print(
            f"{name}: a fresh machine. `su - you` is the ordinary user; exit ends it."
        )
        env = {"TERM": "xterm", "PS1": r"\u@\h:\w\$ "}
        argv = machine.enter("root", "bash", "--norc", "-i", env=env)
        return subprocess.run(argv, check=False).returncode


def clean() -> int:
    """Remove the cache of images."""
    shutil.rmtree(cache(), ignore_errors=True)
    print(f"removed {cache()}")
    return 0


def main(arguments: list[str]) -> int:
    """Do what the first word says; errors are one line, and the exit status is 2."""
    what, names = (arguments or ["help"])[0], arguments[1:]
    unknown = [name for name in names if name not in recipes()]
    if unknown:
        print(
            f"no image {unknown[0]!r}: one of {', '.join(recipes())}", file=sys.stderr
        )
        return 2
    try:
        if what == "build":
            return build(names)
        if what == "shell":
            return shell((names or [DEFAULT])[0])
        if what == "clean":
            return clean()
    except (ImageError, MachineError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(__doc__.strip())
    return 0 if what == "help" else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
