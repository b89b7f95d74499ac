"""Tells systemd when a reload begins, and when the last new worker is ready."""

import time

from gunicorn.systemd import sd_notify

last = float("inf")  # workers are numbered; those of the start have nothing to tell


def on_reload(server):
    global last
    last = server.worker_age + server.cfg.workers
    now = time.monotonic_ns() // 1000
    sd_notify(f"RELOADING=1\nMONOTONIC_USEC={now}", server.log)


def post_worker_init(worker):
    if worker.age >= last:
        sd_notify("READY=1", worker.log)
