"""A port on loopback that stays ours for as long as a test needs it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """Yield a free port that nobody else is given.

    The socket is bound and never listens: the kernel then gives its port to no other
    process, and a server that sets SO_REUSEADDR may still listen there (socket(7)).
    """
    with socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]
