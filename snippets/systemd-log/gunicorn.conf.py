"""Settings of gunicorn: a name for each request, and a log made for journald."""

import re
import sys
import uuid

import journal

workers = 2
access_log_format = "end %(r)s: %(s)s, %(B)s bytes, %(M)s ms"
logconfig_dict = {
    "formatters": {"journal": {"()": journal.Formatter}},
    "handlers": {"journal": {"class": "logging.StreamHandler", "formatter": "journal"}},
    "root": {"level": "INFO", "handlers": ["journal"]},
    "loggers": {
        "gunicorn.error": {"handlers": ["journal"]},
        "gunicorn.access": {"handlers": ["journal"]},
    },
}


def pre_request(worker, req):
    """Keep the visitor's id if it is a decent one, else make one; say what begins."""
    given = dict(req.headers).get("X-REQUEST-ID", "")
    name = given if re.fullmatch("[A-Za-z0-9-]{8,64}", given) else uuid.uuid4().hex
    others = [header for header in req.headers if header[0] != "X-REQUEST-ID"]
    req.headers = [*others, ("X-REQUEST-ID", name)]
    journal.request_id.set(name)
    worker.log.info("begin %s %s", req.method, req.uri)


def post_request(worker, req, environ, resp):
    """Forget the id, unless an error is on its way that will be logged with it."""
    if not sys.exc_info()[0]:
        journal.request_id.set("-")
