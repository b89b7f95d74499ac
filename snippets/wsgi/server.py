"""A WSGI server small enough to read: one process, one thread, one request at a time.

    python server.py hello:app --port 5003

It knows HTTP/1.1 as far as a client like curl needs, and ends every connection.
"""

import argparse
import importlib
import io
import os
import socket
import sys
import time
import traceback
from urllib.parse import unquote_to_bytes

MOST_HEAD = 65536  # bytes of request line and headers
MOST_BODY = 1024 * 1024  # bytes
PATIENCE = 10.0  # seconds that a client gets to send all of its request
REASONS = {400: "Bad Request", 408: "Request Timeout", 413: "Content Too Large"}
REASONS |= {431: "Request Header Fields Too Large", 500: "Internal Server Error"}
REASONS |= {501: "Not Implemented", 505: "HTTP Version Not Supported"}


class Refused(Exception):
    """A request that gets an error instead of an answer; the argument is its status."""


class HungUp(OSError):
    """The client is gone, or takes nothing any more: there is nobody to tell."""


def receive(client, deadline, most):
    """Return the next bytes, at most `most`; b"" when the client has closed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise Refused(408)
    try:
        client.settimeout(left)
        return client.recv(min(most, 65536))
    except TimeoutError:
        raise Refused(408) from None
    except OSError as problem:
        raise HungUp from problem


def read_request(client):
    """Return request line, headers and body; None if the client just went away."""
    deadline = time.monotonic() + PATIENCE
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) > MOST_HEAD:
            raise Refused(431)
        more = receive(client, deadline, MOST_HEAD)
        if not more:
            if data:
                raise Refused(400)
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    if len(head) > MOST_HEAD:
        raise Refused(431)
    line, *fields = head.decode("latin-1").split("\r\n")
    headers = {}
    for field in fields:
        name, colon, value = field.partition(":")
        if not colon or not name or name != name.strip():
            raise Refused(400)
        name, value = name.lower(), value.strip()
        if name == "content-length" and headers.get(name, value) != value:
            raise Refused(400)
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    if "transfer-encoding" in headers:
        raise Refused(501)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise Refused(400)
    if len(length) > 15 or int(length) > MOST_BODY:
        raise Refused(413)
    while len(body) < int(length):
        more = receive(client, deadline, int(length) - len(body))
        if not more:
            raise Refused(400)
        body += more
    return line, headers, body[: int(length)]


def make_environ(line, headers, body, peer, address):
    """Return the dictionary that PEP 3333 calls environ."""
    words = line.split(" ")
    if len(words) != 3 or not words[0].isalpha() or not words[1].startswith("/"):
        raise Refused(400)
    if words[2] not in ("HTTP/1.0", "HTTP/1.1"):
        raise Refused(505)
    path, _, query = words[1].partition("?")
    environ = {
        "REQUEST_METHOD": words[0],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": address[0],
        "SERVER_PORT": str(address[1]),
        "SERVER_PROTOCOL": words[2],
        "REMOTE_ADDR": peer[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if "content-type" in headers:
        environ["CONTENT_TYPE"] = headers["content-type"]
    for name, value in headers.items():
        if name not in ("content-type", "content-length"):
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ


class Answer:
    """What goes back: it is start_response, and it knows whether the head is sent."""

    def __init__(self, client, with_body):
        self.client, self.with_body = client, with_body
        self.head = None
        self.sent = False

    def start(self, status, headers, exc_info=None):
        """PEP 3333, "The start_response() Callable"."""
        if exc_info and self.sent:
            raise exc_info[1].with_traceback(exc_info[2])
        if self.head and not exc_info:
            raise AssertionError("start_response called twice")
        self.head = (status, list(headers))
        return self.write

    def write(self, data):
        """Send the head, once, and then `data`."""
        if not self.sent:
            if not self.head:
                raise AssertionError("no start_response before the first bytes")
            status, headers = self.head
            lines = [f"HTTP/1.1 {status}", *(f"{n}: {v}" for n, v in headers)]
            lines += ["Connection: close", "", ""]
            self.send("\r\n".join(lines).encode("latin-1"))
            self.sent = True
        if data and self.with_body:
            self.send(data)

    def send(self, data):
        """Send, or raise HungUp: an application may have an OSError of its own."""
        try:
            self.client.settimeout(PATIENCE)
            self.client.sendall(data)
        except OSError as problem:
            raise HungUp from problem


def run(app, environ, answer):
    """Call the application and send what it returns."""
    chunks = app(environ, answer.start)
    try:
        for chunk in chunks:
            if chunk:
                answer.write(chunk)
        answer.write(b"")  # the head of an empty answer
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


def refuse(answer, status):
    """Answer with an error, unless an answer has begun."""
    if not answer.sent:
        text = f"{status} {REASONS[status]}\n".encode()
        answer.head = (text.decode().strip(), [("Content-Length", str(len(text)))])
        answer.write(text)


def serve_one(app, client, peer, address):
    """Serve one connection; whatever goes wrong with it, the next one gets its turn.

    But sys.exit() in the application is taken at its word, and ends the server.
    """
    answer = Answer(client, with_body=True)
    try:
        request = read_request(client)
        if request:
            environ = make_environ(*request, peer, address)
            answer.with_body = environ["REQUEST_METHOD"] != "HEAD"
            run(app, environ, answer)
    except Refused as error:
        refuse(answer, error.args[0])
    except HungUp:
        pass
    except Exception:
        traceback.print_exc()
        refuse(answer, 500)


def part(client):
    """End a connection without cutting off the answer to a client that still sends."""
    client.shutdown(socket.SHUT_WR)
    client.settimeout(0.5)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and client.recv(65536):
        pass


def main():
    """Find the application, listen, serve until Ctrl-C."""
    parser = argparse.ArgumentParser()
    parser.add_argument("app", help="MODULE:NAME, such as hello:app")
    parser.add_argument("--port", type=int, default=5003)
    options = parser.parse_args()
    module, _, name = options.app.partition(":")
    sys.path.insert(0, os.getcwd())
    app = getattr(importlib.import_module(module), name or "app")
    with socket.create_server(("127.0.0.1", options.port), backlog=64) as listener:
        address = listener.getsockname()
        print(f"Serving {options.app} on http://{address[0]}:{address[1]}", flush=True)
        while True:
            client, peer = listener.accept()
            with client:
                try:
                    serve_one(app, client, peer, address)
                    part(client)
                except OSError:
                    pass  # hung up while we answered


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Goodbye")
