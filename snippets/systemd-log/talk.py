"""talk: hello, with something to say. A demo for loopback: /die kills its worker."""

import os
import signal
import time

from flask import Flask, request

app = Flask(__name__)


@app.route("/greet/<name>")
def greet(name):
    app.logger.info("looking for %s", name)
    app.logger.warning("nobody is called %s", name)
    return "hello, whoever you are\n"


@app.route("/divide/<int:number>")
def divide(number):
    return f"{60 // number}\n"


@app.route("/slow/<int:seconds>")
def slow(seconds):
    time.sleep(min(seconds, 60))
    return "sorry to keep you waiting\n"


@app.route("/chatter/<int:lines>")
def chatter(lines):
    for number in range(1, lines + 1):
        app.logger.info("chatter, line %d", number)
    return "phew\n"


@app.route("/die")
def die():
    os.kill(os.getpid(), signal.SIGKILL)


@app.after_request
def tell_id(response):
    response.headers["X-Request-Id"] = request.headers.get("X-Request-Id", "none")
    return response
