"""guarded: hellokill, which also reads letters, up to a limit if it has one."""

import os

from flask import request
from hellokill import create_app as plain


def create_app():
    app = plain()
    if "HELLO_LIMIT" in os.environ:
        app.config["MAX_CONTENT_LENGTH"] = int(os.environ["HELLO_LIMIT"])

    @app.post("/letter")
    def letter():
        return f"{len(request.get_data())} bytes read\n"

    return app
