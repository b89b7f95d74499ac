"""hello that counts its visits, in a file that outlives it."""

import os
from pathlib import Path

from hello import app

FILE = Path(os.environ["STATE_DIRECTORY"], "visits")


@app.route("/visits")
def visits():
    """Count one more. Where many come at once, use a database."""
    count = int(FILE.read_text()) if FILE.exists() else 0
    FILE.write_text(f"{count + 1}\n")
    return FILE.read_text()
