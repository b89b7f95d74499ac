"""A machine with SQLite: it says where the secret is, and where the database."""

import os
from pathlib import Path

from .base import *  # noqa: F403

SECRET_KEY = Path(os.environ["CREDENTIALS_DIRECTORY"], "secret-key").read_text().strip()
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(os.environ["STATE_DIRECTORY"], "db.sqlite3"),
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL",  # readers don't wait for writers
            "transaction_mode": "IMMEDIATE",  # a writer waits in line, and doesn't fail
            "timeout": 20,  # seconds it waits there
        },
    }
}
