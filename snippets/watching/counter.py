"""counter: counts calls in a database, and says how it is."""

import os
import sqlite3
from contextlib import closing

from flask import Flask

app = Flask(__name__)
FILE = os.path.join(os.environ.get("STATE_DIRECTORY", "."), "counter.db")


def database():
    """Open the database; mode=rw makes no new one where there is none."""
    return closing(sqlite3.connect(f"file:{FILE}?mode=rw", uri=True, timeout=1))


@app.route("/count")
def count():
    with database() as db, db:
        db.execute("insert into calls values (datetime('now'))")
        return f"{db.execute('select count(*) from calls').fetchone()[0]}\n"


@app.route("/live")
def live():
    return "alive\n"


@app.route("/ready")
def ready():
    try:
        with database() as db:
            db.execute("select 1 from calls").fetchone()
    except sqlite3.Error as problem:
        return f"not ready: {problem}\n", 503
    return "ready\n"


if __name__ == "__main__":  # once, before any worker: ExecStartPre=
    with closing(sqlite3.connect(FILE)) as db, db:
        db.execute("create table if not exists calls (moment)")
