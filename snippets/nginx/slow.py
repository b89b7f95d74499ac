"""slow: visitors on a bad line, who send their request at a letter a second.

slow.py /run/hello.sock 2      two of them, at a socket
slow.py 127.0.0.1:80 2         two of them, at a port
"""

import signal
import socket
import sys
import time


def connect(place):
    """Return a new connection to a path or to host:port."""
    if not place.startswith("/"):
        host, _, port = place.partition(":")
        return socket.create_connection((host, int(port)))
    line = socket.socket(socket.AF_UNIX)
    line.connect(place)
    return line


signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a word
lines = [connect(sys.argv[1]) for _ in range(int(sys.argv[2]))]
print(f"{len(lines)} visitors, a letter a second", flush=True)
for letter in "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":
    for line in lines:
        line.sendall(letter.encode())
    time.sleep(1)
