"""hello, with a way to hang. A dangerous demo: for loopback only, never a server."""

import threading

from hellokill import create_app

app = create_app()
lock = threading.Lock()


@app.route("/deadlock")
def deadlock():
    with lock, lock:  # the second waits until the first is let go: for ever
        return "never\n"
