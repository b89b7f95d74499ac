"""helper: a service that uses other programs, and one of them is stubborn."""

import subprocess

from flask import Flask

app = Flask(__name__)
subprocess.Popen(["env", "--ignore-signal=TERM", "sleep", "1000"])


@app.route("/")
def hello():
    return "hello World\n"


@app.route("/convert")
def convert():
    """Stand in for a program that takes its time over a picture or a PDF."""
    subprocess.run(["sleep", "2"], check=True)
    return "converted\n"
