"""journal: words for journald, each line with its priority and its request."""

import contextvars
import logging

PRIORITY = {"DEBUG": 7, "INFO": 6, "WARNING": 4, "ERROR": 3, "CRITICAL": 2}
# A visitor's control characters become harmless text; tab and newline stay.
HARMLESS = {n: f"\\x{n:02x}" for n in {*range(32), *range(127, 160)} - {9, 10}}

request_id = contextvars.ContextVar("request_id", default="-")


class Formatter(logging.Formatter):
    """Begins each line of a record alike: <priority>, then the request's id."""

    def format(self, record):
        start = f"<{PRIORITY.get(record.levelname, 5)}>{request_id.get()} "
        text = super().format(record).translate(HARMLESS)
        return start + text.replace("\n", "\n" + start)
