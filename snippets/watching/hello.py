"""hello: asks another service how many have called, and can do without it."""

import http.client
import urllib.request

from flask import Flask, request

app = Flask(__name__)


@app.route("/")
def hello():
    name = {"X-Request-Id": request.headers["X-Request-Id"]}
    question = urllib.request.Request("http://127.0.0.1:5004/count", headers=name)
    try:
        with urllib.request.urlopen(question, timeout=3) as answer:
            return f"hello World, call number {answer.read().decode()}"
    except (OSError, http.client.HTTPException) as problem:
        app.logger.warning("no count: %s", problem)
        return "hello World\n"
