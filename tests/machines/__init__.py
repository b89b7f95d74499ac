"""Disposable machines: what they are made of, how they boot, how they go.

This package knows nothing of Sphinx, Sybil or pages.
"""

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

    return None if image == "freebsd" and real.wanted() else why_no_machine()


__all__ = [
    "ImageError",
    "Machine",
    "MachineError",
    "boot",
    "leftovers",
    "recipes",
    "why_no_machine",
    "why_not",
]
