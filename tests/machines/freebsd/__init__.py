"""FreeBSD, or what stands in for it: where its rows and pages are run."""

from .target import Local, Remote, StandIn, Target, chosen

__all__ = ["Local", "Remote", "StandIn", "Target", "chosen"]
