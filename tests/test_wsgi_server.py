"""The small WSGI server: PEP 3333 to its application, and patience with its clients."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.ports import reserved_port

SNIPPETS = Path(__file__).parents[1] / "snippets"
MIB = 1024 * 1024

# Applications, good and bad, a path for each. `strict` has the referee in front.
SUBJECT = '''
import sys
from wsgiref.validate import validator

closed = 0


class Body:
    """Two pieces, and perhaps an accident between them; it counts its close()."""

    def __init__(self, accident):
        self.pieces = iter([b"one ", RuntimeError if accident else b"two"])

    def __iter__(self):
        return self

    def __next__(self):
        piece = next(self.pieces)
        if piece is RuntimeError:
            raise RuntimeError("between two pieces")
        return piece

    def close(self):
        global closed
        closed += 1


def lazy(start_response):
    yield b""
    start_response("200 OK", [])
    yield b"lazy"


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/exit":
        sys.exit(3)
    if path == "/file":
        open("/no/such/file")
    if path == "/timeout":
        raise TimeoutError("the database is asleep")
    if path == "/refused":
        raise ConnectionRefusedError("the database is gone")
    if path == "/never":
        return [b"no start_response"]
    if path == "/lazy":
        return lazy(start_response)
    write = start_response("200 OK", [])
    if path == "/write":
        write(b"first ")
        return [b"then"]
    if path == "/twice":
        start_response("200 OK", [])
    if path in ("/sorry", "/sorry-late"):
        if path == "/sorry-late":
            write(b"too late")
        try:
            raise RuntimeError("on second thoughts")
        except RuntimeError:
            start_response("503 Sorry", [], sys.exc_info())
        return [b"sorry"]
    if path in ("/body", "/accident"):
        return Body(path == "/accident")
    if path == "/closed":
        return [str(closed).encode()]
    if path == "/big":
        return [bytes(1000) for _ in range(20000)]
    return []


def told(environ, start_response):
    names = ["REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE"]
    names += ["CONTENT_LENGTH", "HTTP_X_TEA", "SERVER_PROTOCOL", "REMOTE_ADDR"]
    lines = [f"{name}={environ.get(name)}" for name in names]
    lines += ["body=" + environ["wsgi.input"].read(100).decode()]
    text = "\\n".join(lines).encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))]
    start_response("200 OK", headers)
    return [text]


strict = validator(told)
'''

# Not the real ten seconds: a test has less patience than the server.
HASTY = "import server; server.PATIENCE = 1; server.main()"


class Server(NamedTuple):
    """A server that runs: its port, its process, and the file with its stderr."""

    port: int
    process: subprocess.Popen[str]
    log: Path

    def says(self) -> str:
        """Return all that it has written to stderr."""
        return self.log.read_text("utf-8")


@contextmanager
def serving(folder: Path, app: str, *how: str) -> Iterator[Server]:
    """Run the server as a reader does, and kill it at the end."""
    (folder / "subject.py").write_text(SUBJECT, encoding="utf-8")
    log = folder / f"{app}.log"
    paths = f"{SNIPPETS / 'hello'}:{SNIPPETS / 'wsgi'}"
    command = [sys.executable, *(how or [str(SNIPPETS / "wsgi/server.py")]), app]
    with reserved_port() as port, log.open("w") as stderr:
        process = subprocess.Popen(
            ["timeout", "--foreground", "120", *command, "--port", str(port)],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": paths},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            assert process.stdout is not None
            address = f"http://127.0.0.1:{port}"
            line = process.stdout.readline()
            assert line == f"Serving {app} on {address}\n", log.read_text("utf-8")
            yield Server(port, process, log)
        finally:
            process.terminate()  # timeout passes a SIGTERM on; it can't pass a KILL
            process.wait()
            process.stdout.close()


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("hello"), "hello:app") as server:
        yield server


@pytest.fixture(scope="module")
def refereed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("refereed"), "refereed:app") as server:
        yield server


@pytest.fixture
def subject(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, "subject:app") as server:
        yield server


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hasty")
    with serving(folder, "hello:app", "-c", HASTY) as server:
        yield server


def call(server: Server, request: bytes) -> bytes:
    """Send bytes and "no more from me"; return all that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        return everything(client)


def everything(client: socket.socket) -> bytes:
    """Return what comes until the server closes the connection."""
    return b"".join(iter(lambda: client.recv(65536), b""))


def get(server: Server, path: str) -> bytes:
    """Return the answer to a good request, head and body."""
    return call(server, f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())


def assert_serves(server: Server) -> None:
    """Assert that the next good request gets its answer."""
    answer = get(server, "/")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\nConnection: close\r\n\r\nhello World\n")


def post(length: str, body: bytes = b"") -> bytes:
    """Return a request that claims `length`."""
    return f"POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode() + body


MALFORMED = {
    "no request line": (b"\r\n\r\n", 400),
    "two words": (b"GET /\r\n\r\n", 400),
    "no path": (b"GET tea HTTP/1.1\r\n\r\n", 400),
    "garbage": (bytes(range(128, 256)) + b"\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "half a head": (b"GET / HTTP/1.1\r\nHost: te", 400),
    "another protocol": (b"GET / HTTP/2.0\r\n\r\n", 505),
    "a header of 1 MiB": (b"GET / HTTP/1.1\r\nA: " + b"a" * MIB + b"\r\n\r\n", 431),
    "1 MiB of headers": (b"GET / HTTP/1.1\r\n" + b"A: a\r\n" * (MIB // 6), 431),
    "1 MiB, and no end of line": (b"G" * MIB, 431),
    "a header without a colon": (b"GET / HTTP/1.1\r\nHost\r\n\r\n", 400),
    "a blank before the colon": (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    "a header that goes on": (b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400),
    "in pieces": (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
    "a body too short": (post("5", b"tea"), 400),
    "a body too long": (post(str(1024 * MIB)), 413),
    "a negative length": (post("-5", b"tea"), 400),
    "a length that is no number": (post("five", b"tea"), 400),
    "a length with a plus": (post("+3", b"tea"), 400),
    "an empty length": (post("", b"tea"), 400),
    "a length in Thai": (post("\u0e53", b"tea"), 400),
    "a length of 5000 digits": (post("9" * 5000, b"tea"), 413),
    "two lengths": (post("3\r\nContent-Length: 4", b"tea"), 400),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_requests_get_an_error(hello: Server, name: str) -> None:
    request, status = MALFORMED[name]
    before = hello.says()
    head, _, body = call(hello, request).partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 %d \w" % status, head), head
    assert body.startswith(b"%d " % status)
    assert hello.says() == before
    assert_serves(hello)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\n\r\n"])
@pytest.mark.parametrize("rude", [False, True])
def test_clients_that_go_away(hello: Server, sent: bytes, rude: bool) -> None:
    before = hello.says()
    client = socket.create_connection(("127.0.0.1", hello.port), timeout=30)
    client.sendall(sent)
    if rude:  # close() sends a reset: socket(7), SO_LINGER
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    assert_serves(hello)
    assert hello.says() == before


def test_a_client_that_hangs_up_on_a_long_answer(subject: Server) -> None:
    client = socket.create_connection(("127.0.0.1", subject.port), timeout=30)
    client.sendall(b"GET /big HTTP/1.1\r\n\r\n")
    assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    assert get(subject, "/body").endswith(b"one two")
    assert "Traceback" not in subject.says()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: ", post("5", b"te")])
def test_a_client_that_waits_is_shown_the_door(hasty: Server, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=30) as client:
        client.sendall(sent)
        assert everything(client).startswith(b"HTTP/1.1 408 ")
    assert_serves(hasty)


def test_a_client_that_drips_is_shown_the_door(hasty: Server) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=30) as client:
        client.settimeout(0.1)  # between two drops
        answer = b""
        deadline = time.monotonic() + 30
        while not answer and time.monotonic() < deadline:
            client.sendall(b"G")
            try:
                answer = client.recv(1000)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert_serves(hasty)


def test_the_application_is_told_everything(tmp_path: Path) -> None:
    with serving(tmp_path, "subject:strict") as server:
        link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers = {"X-Tea": "green", "x-tea": "black", "Content-Type": "a/b"}
        link.request("POST", "/a%20b%C3%A9?q=%20", b"milk", headers)
        lines = link.getresponse().read().decode().splitlines()
        link.close()
        assert lines == [
            "REQUEST_METHOD=POST",
            "PATH_INFO=/a b\u00c3\u00a9",  # bytes as latin-1: PEP 3333 wants it so
            "QUERY_STRING=q=%20",
            "CONTENT_TYPE=a/b",
            "CONTENT_LENGTH=4",
            "HTTP_X_TEA=green,black",
            "SERVER_PROTOCOL=HTTP/1.1",
            "REMOTE_ADDR=127.0.0.1",
            "body=milk",
        ]
        assert server.says() == ""


def test_the_referee_has_no_complaint(refereed: Server) -> None:
    assert get(refereed, "/").endswith(b"\r\n\r\nhello World\n")
    assert get(refereed, "/tea").startswith(b"HTTP/1.1 418 ")
    assert get(refereed, "/nowhere").startswith(b"HTTP/1.1 404 ")
    assert call(refereed, post("3", b"tea")).startswith(b"HTTP/1.1 405 ")
    assert "Traceback" not in refereed.says()


def test_head_gets_the_head_alone(refereed: Server) -> None:
    head = call(refereed, b"HEAD / HTTP/1.1\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nContent-Length: 12\r\n" in head
    assert head.endswith(b"\r\n\r\n")
    assert head.count(b"\r\n\r\n") == 1


def test_head_is_kept_from_an_application_that_sends_a_body(subject: Server) -> None:
    assert get(subject, "/body").endswith(b"one two")
    for path in ("/body", "/write"):
        head = call(subject, f"HEAD {path} HTTP/1.1\r\n\r\n".encode())
        assert head == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


def test_middleware_changes_the_answer_and_logs(refereed: Server) -> None:
    request = b"GET /tea HTTP/1.1\r\nX-Request-Id: tea-42\r\n\r\n"
    answer = call(refereed, request)
    assert re.search(rb"\r\nX-Time: \d+\.\d ms\r\n", answer)
    assert b"\r\nX-Request-Id: tea-42\r\n" in answer
    assert "\ntea-42 GET /tea 418 I'M A TEAPOT\n" in "\n" + refereed.says()


@pytest.mark.parametrize("brought", [b"", b"a b", b"tea\x00", b"x" * 65, b"\xe9t\xe9"])
def test_a_mad_request_id_is_replaced(refereed: Server, brought: bytes) -> None:
    request = b"GET / HTTP/1.1\r\nX-Request-Id: %b\r\n\r\n" % brought
    assert re.search(rb"\r\nX-Request-Id: [0-9a-f]{32}\r\n", call(refereed, request))


PEP_3333 = {
    "/": (b"200 OK", b""),  # an empty answer has a head
    "/write": (b"200 OK", b"first then"),
    "/lazy": (b"200 OK", b"lazy"),
    "/body": (b"200 OK", b"one two"),
    "/sorry": (b"503 Sorry", b"sorry"),
    # Nothing can be taken back once it is sent: the connection just ends.
    "/sorry-late": (b"200 OK", b"too late"),
    "/accident": (b"200 OK", b"one "),
}


@pytest.mark.parametrize("path", PEP_3333)
def test_start_response_write_and_pieces(subject: Server, path: str) -> None:
    status, wanted = PEP_3333[path]
    head, _, body = get(subject, path).partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [b"HTTP/1.1 " + status, b"Connection: close"]
    assert body == wanted
    assert ("Traceback" in subject.says()) is (path in ("/sorry-late", "/accident"))


def test_pieces_are_closed_also_after_an_accident(subject: Server) -> None:
    get(subject, "/body")
    get(subject, "/accident")
    assert get(subject, "/closed").endswith(b"\r\n\r\n2")


FAULTS = {
    "/never": "AssertionError",
    "/twice": "AssertionError",
    "/file": "FileNotFoundError",
    "/timeout": "TimeoutError: the database is asleep",
    "/refused": "ConnectionRefusedError: the database is gone",
}


@pytest.mark.parametrize("path", FAULTS)
def test_faults_of_the_application(subject: Server, path: str) -> None:
    assert get(subject, path).startswith(b"HTTP/1.1 500 ")
    assert FAULTS[path] in subject.says()
    assert get(subject, "/body").endswith(b"one two")


def test_an_application_that_exits_takes_the_server_with_it(subject: Server) -> None:
    assert get(subject, "/exit") == b""
    assert subject.process.wait(30) == 3


def test_ctrl_c_is_a_clean_end(subject: Server) -> None:
    get(subject, "/")
    subject.process.send_signal(signal.SIGINT)
    assert subject.process.communicate(timeout=30)[0] == "Goodbye\n"
    assert subject.process.returncode == 0
    assert subject.says() == ""
