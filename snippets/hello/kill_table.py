"""kill_table: try each way to die under each server, and print what came of it.

Run it beside hello-with-kill.py, with the Python of a virtual environment that has the
servers. Each cell is a server of its own, started fresh:

    what the client saw, what became of the process

"cut" is a connection that ended without an answer. "lives on" means that the same
process answers the next request, "new worker" that another one does.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

BIN = os.path.dirname(sys.executable)
# A name with hyphens can't stand behind `import`, and waitress-serve refuses it.
APP = "from importlib import import_module; app = import_module('hello-with-kill').app;"
FLASK = APP + "app.run(port={})"
WAITRESS = APP + "import waitress; waitress.serve(app, listen='127.0.0.1:{}')"
SERVERS = {
    "Flask's own": [sys.executable, "-c", FLASK],
    "gunicorn sync": ["gunicorn", "--no-control-socket", "--bind=127.0.0.1:{}"],
    "gunicorn gthread": ["gunicorn", "--no-control-socket", "--bind=127.0.0.1:{}"],
    "waitress": [sys.executable, "-c", WAITRESS],
    "uWSGI": ["uwsgi", "--http-socket=127.0.0.1:{}", "--master", "--die-on-term"],
}
SERVERS["gunicorn sync"] += ["hello-with-kill:app"]
SERVERS["gunicorn gthread"] += ["--threads=4", "hello-with-kill:app"]
SERVERS["uWSGI"] += ["--wsgi-file=hello-with-kill.py", "--callable=app"]
WAYS = {
    "sys.exit()": "exit",
    "os._exit(1)": "os_exit",
    "os._exit(3)": "os_exit_3",
    "an exception": "exception",
    "SIGTERM itself": "term",
    "SIGKILL itself": "kill",
    "SIGTERM parent": "term_parent",
}
PATIENCE = 4  # seconds until "it lives on" is believed


def ask(port, path):
    """Return status and body of one request on a connection of its own."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, answer.read()
    finally:
        link.close()


def pid_of(port):
    """Return the pid that answers, or None."""
    try:
        return json.loads(ask(port, "/pid")[1])["pid"]
    except (OSError, http.client.HTTPException, ValueError):
        return None


def wait_for(port):
    """Return the pid that answers, once one does."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if pid := pid_of(port):
            return pid
        time.sleep(0.05)
    raise SystemExit(f"nothing answers on port {port}: is every server installed?")


def fate(server, port, before):
    """Return what became of the process that was `before`."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            time.sleep(0.5)
            if pid_of(port) == before:
                return "orphaned"
            return f"ends, {server.returncode}"
        time.sleep(0.05)
    after = pid_of(port)
    if after == before:
        return "lives on"
    return "new worker" if after else "silent"


def cell(words, port, way):
    """Start a server, ask it to die in that `way`, and end what is left of it."""
    words = [word.format(port) for word in words]
    if not os.path.isabs(words[0]):
        words[0] = os.path.join(BIN, words[0])
    # The shell is there to be the parent that gets the SIGTERM.
    server = subprocess.Popen(
        ["sh", "-c", '"$@"; exit $?', "-", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        before = wait_for(port)
        try:
            seen = str(ask(port, f"/kill/{way}")[0])
        except (OSError, http.client.HTTPException):
            seen = "cut"
        return f"{seen}, {fate(server, port, before)}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def column(name, port):
    """Return every cell of one server."""
    cells = []
    for way in WAYS.values():
        cells.append(cell(SERVERS[name], port, way))
        if sys.stderr.isatty():
            print(".", end="", file=sys.stderr, flush=True)
        while pid_of(port):
            time.sleep(0.05)
    return cells


def main():
    """Try every server at once, each on a port of its own, and print the table."""
    with ThreadPoolExecutor() as pool:
        columns = list(pool.map(column, SERVERS, range(5010, 5010 + len(SERVERS))))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    rows = [
        ["", *SERVERS],
        *([way, *cells] for way, *cells in zip(WAYS, *columns, strict=True)),
    ]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())


if __name__ == "__main__":
    main()
