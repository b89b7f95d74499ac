"""hello: a web service small enough to be worth keeping alive."""

import os
import time

from flask import Flask

app = Flask(__name__)
started = time.time()


@app.route("/")
def hello():
    return "hello World\n"


@app.route("/pid")
def pid():
    return {"pid": os.getpid(), "parent": os.getppid(), "started": started}


@app.route("/tea")
def tea():
    return "short and stout\n", 418


if __name__ == "__main__":
    app.run(port=5003)
