"""hello, for the guests on its list. Their certificates say who they are."""

import os

from flask import Flask, abort, request

app = Flask(__name__)
guests = {"shop.internal"}
header = os.environ.get("HELLO_BELIEVES")  # only behind a proxy that writes it


def caller():
    """Return the name in the caller's certificate, "" if there is none."""
    if header:
        return request.headers.get(header, "").removeprefix("CN=")
    certificate = request.environ["gunicorn.socket"].getpeercert() or {}
    return dict(certificate.get("subjectAltName", ())).get("DNS", "")


@app.before_request
def look():
    if caller() not in guests:
        abort(403)


@app.route("/")
def hello():
    return f"hello World, and hello {caller()}\n"
