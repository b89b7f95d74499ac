"""hello, for those who have a token."""

import hmac
import os
from pathlib import Path

from flask import Flask, request

app = Flask(__name__)


def tokens():
    folder = Path(os.environ["CREDENTIALS_DIRECTORY"])
    words = (folder / "tokens").read_bytes().split()
    return [word for word in words if len(word) >= 32]


@app.before_request
def who_is_it():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    equal = [hmac.compare_digest(token.encode(), good) for good in tokens()]
    if scheme.lower() != "bearer" or not any(equal):
        return "who are you?\n", 401, {"WWW-Authenticate": "Bearer"}


@app.route("/")
def hello():
    return "hello World\n"
