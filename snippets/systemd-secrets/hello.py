"""hello, with a secret that it needs to start, and never shows."""

import hashlib
import os
from pathlib import Path

from flask import Flask


def secret(name):
    """Return a secret, byte for byte as it stands in its file."""
    return Path(os.environ["CREDENTIALS_DIRECTORY"], name).read_bytes()


app = Flask(__name__)
app.secret_key = secret("token")


@app.route("/")
def hello():
    return "hello World\n"


@app.route("/fingerprint")
def fingerprint():
    """Say which secret it is, not what: for this page, not for yours."""
    return hashlib.sha256(app.secret_key).hexdigest() + "\n"
