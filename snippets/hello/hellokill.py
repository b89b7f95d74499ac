"""hellokill: hello, made ready for production, and made to be configured."""

import configparser
import os
import signal
import time

from flask import Flask, request

DEFAULTS = {"greeting": "hello World", "allow_kill": "no"}


def settings():
    """Defaults, then the ini file that HELLO_CONFIG names, then HELLO_* variables."""
    ini = configparser.ConfigParser(interpolation=None)
    ini.read_dict({"hello": DEFAULTS})
    if "HELLO_CONFIG" in os.environ:
        with open(os.environ["HELLO_CONFIG"], encoding="utf-8") as file:
            ini.read_file(file)
    for name in DEFAULTS:
        if f"HELLO_{name.upper()}" in os.environ:
            ini["hello"][name] = os.environ[f"HELLO_{name.upper()}"]
    return ini["hello"]


def create_app():
    """Make the application; a missing or broken ini file is an error here and now."""
    app = Flask(__name__)
    config = settings()
    greeting, allow_kill = config["greeting"], config.getboolean("allow_kill")
    started = time.time()

    @app.route("/")
    def hello():
        return f"{greeting}\n"

    @app.route("/health")
    def health():
        return "ok\n"

    @app.route("/pid")
    def pid():
        return {"pid": os.getpid(), "parent": os.getppid(), "started": started}

    @app.route("/slow")
    def slow():
        time.sleep(min(float(request.args.get("seconds", 1)), 60))
        return "sorry to keep you waiting\n"

    if allow_kill:

        @app.route("/kill")
        def kill():
            os.kill(os.getpid(), signal.SIGKILL)

    return app
