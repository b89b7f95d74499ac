"""hello, mended."""

import os
import time

from flask import Flask

app = Flask(__name__)
started = time.time()


@app.route("/")
def hello():
    return "hello again\n"


@app.route("/pid")
def pid():
    return {"pid": os.getpid(), "parent": os.getppid(), "started": started}
