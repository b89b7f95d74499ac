"""hello, which can say how it was reached."""

from flask import Flask, request

app = Flask(__name__)


@app.route("/")
def hello():
    return "hello World\n"


@app.route("/how")
def how():
    return f"{request.remote_addr or 'somebody'} asked for {request.url}\n"
