"""hello, with ways to die. A dangerous demo: for loopback only, never a server."""

import os
import signal
import sys
import time

from flask import Flask, abort

app = Flask(__name__)
started = time.time()


def fail():
    raise RuntimeError("divided by zero, or otherwise went wrong")


def term_parent():
    if os.getppid() == 1:
        abort(403)  # process 1 takes some signals for an order to reboot
    os.kill(os.getppid(), signal.SIGTERM)


WAYS = {
    "exit": sys.exit,
    "os_exit": lambda: os._exit(1),
    "os_exit_3": lambda: os._exit(3),
    "exception": fail,
    "term": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "term_parent": term_parent,
}


@app.route("/")
def hello():
    return "hello World\n"


@app.route("/pid")
def pid():
    return {"pid": os.getpid(), "parent": os.getppid(), "started": started}


@app.route("/kill")
@app.route("/kill/<way>")
def kill(way="exit"):
    WAYS[way]() if way in WAYS else abort(404)
    return "still here\n"


if __name__ == "__main__":
    app.run(port=5003)
