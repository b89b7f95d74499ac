"""hungry: a service that takes too much of everything. For loopback only."""

import subprocess
import time

from flask import Flask

app = Flask(__name__)
eaten = []


@app.route("/")
def hello():
    return "hello World\n"


@app.route("/eat/<int:mib>")
def eat(mib):
    eaten.append(b"x" * (mib << 20))
    return f"had {mib} MiB\n"


@app.route("/fork/<int:count>")
def fork(count):
    children = []
    try:
        for _ in range(count):
            children.append(subprocess.Popen(["sleep", "9"]))
        return f"{count} children\n"
    except OSError as problem:
        return f"only {len(children)} of {count}: {problem.strerror}\n", 503
    finally:
        for child in children:
            child.kill()
            child.wait()


@app.route("/burn/<int:seconds>")
def burn(seconds):
    used, until = time.process_time(), time.monotonic() + seconds
    while time.monotonic() < until:
        pass
    share = (time.process_time() - used) / seconds
    return f"{round(100 * share)} per cent of a processor\n"
