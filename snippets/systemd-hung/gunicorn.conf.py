"""A watchdog: ask the service, and tell systemd that all is well when it answers.

It is a thread of gunicorn's master, which forks: a newborn worker gets a copy of what
the thread holds. A lock would stay locked in it for ever, so everything is imported up
here, and the thread looks up no names and logs nothing. A connection would stay open,
so the thread says "no more from me" by shutdown.
"""

import faulthandler
import os
import signal
import socket
import threading
import time

from gunicorn.systemd import sd_notify

PAUSE = int(os.environ.get("WATCHDOG_USEC", 0)) / 10_000_000  # a tenth, in seconds


def answers():
    """Return whether somebody answers; wait for it as long as it takes."""
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.connect("/run/hello-watchdog.sock")
            link.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            link.shutdown(socket.SHUT_WR)
            return link.recv(1) != b""
    except OSError:
        return False


def watch(log):
    """Pause, ask, tell: as long as the master lives."""
    while True:
        time.sleep(PAUSE)
        if answers():
            sd_notify("WATCHDOG=1", log)


def when_ready(server):
    """Begin, if the unit has a WatchdogSec=."""
    if PAUSE:
        threading.Thread(target=watch, args=[server.log], daemon=True).start()


def post_worker_init(worker):
    """Let SIGABRT end a worker with threads, and say where each thread stood."""
    if worker.cfg.threads > 1:
        signal.signal(signal.SIGABRT, signal.SIG_DFL)
        faulthandler.enable()
