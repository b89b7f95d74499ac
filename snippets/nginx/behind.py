"""behind: hellokill behind a proxy. It can say whom it takes you for."""

import os
import time

from flask import request
from hellokill import create_app as plain
from werkzeug.middleware.proxy_fix import ProxyFix


def create_app():
    app = plain()

    @app.route("/who")
    def who():
        return f"{request.remote_addr or 'nobody'} asks for {request.url}\n"

    @app.post("/order")
    def order():
        time.sleep(3)
        return "tea is served\n"

    proxies = int(os.environ.get("HELLO_PROXIES", "0"))
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)
    return app
