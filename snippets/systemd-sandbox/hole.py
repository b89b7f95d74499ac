"""hello, with a hole in it. A dangerous demo: for loopback only, never a server."""

from attempts import table
from hello import app


@app.route("/attempts")
def attempts():
    return table()
