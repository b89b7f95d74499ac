"""Disposable machines: what they are made of, how they boot, how they go.

This package knows nothing of Sphinx, Sybil or pages.
"""

import functools

from .fleet import Fleet
from .images import ImageError, recipes
from .machine import Machine, MachineError, leftovers, why_no_machine


def boot(image: str) -> Machine:
    """Return a machine of that image; for "freebsd" a real one, if one is named.

    Raises `MachineError` or `ImageError`.
    """
    from .freebsd import real

    if image == "freebsd" and real.wanted():
        return real.RealFreeBSD()
    return Machine(image)


def why_not(image: str) -> str | None:
    """Return why this host can't give that machine, and what would help; or None."""
    from .freebsd import real

    if image == "freebsd" and real.wanted():
        return None
    return why_no_machine() or (why_no_limits(image) if _limited(image) else None)


def _limited(image: str) -> bool:
    return recipes()[image].limits


@functools.cache
def why_no_limits(image: str) -> str | None:
    """Return why no limit bites on that machine, or None; it boots one to find out.

    Raises `MachineError` or `ImageError`.
    """
    with Machine(image) as machine:
        if machine.has_limits():
            return None
    return (
        "this host gives a machine no controllers for memory, tasks and processor "
        "time, and systemd would ignore the limits without a word: run it where "
        "/sys/fs/cgroup has them"
    )


__all__ = [
    "Fleet",
    "ImageError",
    "Machine",
    "MachineError",
    "boot",
    "leftovers",
    "recipes",
    "why_no_machine",
    "why_not",
]
