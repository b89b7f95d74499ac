"""lean: one application in one process, on the port that systemd hands over.

    lean.py hellokill:create_app

At SIGTERM it takes no more requests, finishes those under way, and ends.
"""

import importlib
import signal
import socket
import sys

import waitress

module, _, factory = sys.argv[1].partition(":")
app = getattr(importlib.import_module(module), factory)()
port = socket.socket(fileno=3)  # sd_listen_fds(3): the first is number 3
server = waitress.create_server(app, sockets=[port], threads=4)


def drain(*_):
    """Leave newcomers in the queue, for the next process; let go of idle visitors."""
    server.accepting = False
    server.adj.channel_timeout = server.adj.cleanup_interval = 1  # second
    server.next_channel_cleanup = 0


signal.signal(signal.SIGTERM, drain)
while server.accepting or server.active_channels:
    server.asyncore.loop(timeout=1, map=server._map, count=1)
