"""hello on two machines: it says on which one it is."""

import socket

from flask import Flask

app = Flask(__name__)


@app.route("/")
def hello():
    return f"hello World, from {socket.gethostname()}\n"


@app.route("/health")
def health():
    return "ok\n"
