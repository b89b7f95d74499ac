"""Disposable machines: what they are made of, how they boot, how they go.

This package knows nothing of Sphinx, Sybil or pages.
"""

from .images import ImageError, recipes
from .machine import Machine, MachineError, leftovers, why_no_machine

__all__ = [
    "ImageError",
    "Machine",
    "MachineError",
    "leftovers",
    "recipes",
    "why_no_machine",
]
