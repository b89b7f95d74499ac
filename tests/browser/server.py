"""A web server for the built site, as frugal as the ones that will serve it: gzip.

python -m tests.browser.server DIR [PORT]   serves until it is stopped
"""

from __future__ import annotations

import gzip
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ADDRESS = "127.0.0.1"
PACKED = {".html", ".css", ".js", ".svg", ".txt", ".xml", ".json"}


@lru_cache(maxsize=256)
def pack(path: Path, changed: float) -> bytes:
    """Return a file, compressed as a web server would; `changed` is its time."""
    return gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)


class Handler(SimpleHTTPRequestHandler):
    """Files of one folder; text is compressed for a client that takes it."""

    protocol_version = "HTTP/1.1"  # connections are kept, as everywhere
    extensions_map = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
    }

    def do_GET(self) -> None:
        """Send a compressed file, or leave it to the server of the library."""
        path = Path(self.translate_path(self.path))
        if self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        takes = "gzip" in self.headers.get("Accept-Encoding", "")
        if path.suffix not in PACKED or not takes or not path.is_file():
            return super().do_GET()
        body = pack(path, path.stat().st_mtime)
        kind = self.guess_type(str(path))
        text = kind.startswith("text/")
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def serve(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve `folder` on loopback while the block runs; give its address."""
    handler = partial(Handler, directory=str(folder))
    server = ThreadingHTTPServer((ADDRESS, port), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{ADDRESS}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    with serve(Path(sys.argv[1]), int((sys.argv[2:] or ["0"])[0])) as address:
        print(address, flush=True)
        threading.Event().wait()
