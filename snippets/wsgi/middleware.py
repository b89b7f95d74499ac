"""Middleware: functions that take an application and return one."""

import re
import sys
import time
import uuid

from hello import app as hello


def with_log(app):
    """Write a line for each request."""

    def logged(environ, start_response):
        def start(status, headers, exc_info=None):
            method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
            number = environ.get("request_id", "-")
            print(f"{number} {method} {path} {status}", file=sys.stderr)
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return logged


def with_time(app):
    """Say in a header how long the application took to begin its answer."""

    def timed(environ, start_response):
        began = time.perf_counter()

        def start(status, headers, exc_info=None):
            took = (time.perf_counter() - began) * 1000
            headers = [*headers, ("X-Time", f"{took:.1f} ms")]
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return timed


def with_id(app):
    """Give each request an id, or keep the one it brings, and send it back."""

    def numbered(environ, start_response):
        brought = environ.get("HTTP_X_REQUEST_ID", "")
        sane = re.fullmatch(r"[A-Za-z0-9-]{1,64}", brought)
        environ["request_id"] = brought if sane else uuid.uuid4().hex

        def start(status, headers, exc_info=None):
            headers = [*headers, ("X-Request-Id", environ["request_id"])]
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return numbered


app = with_id(with_log(with_time(hello)))
