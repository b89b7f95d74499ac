"""slow: a visitor who sends a letter a second, until somebody hangs up."""

import socket
import sys

line = socket.create_connection((sys.argv[1], int(sys.argv[2])))
line.settimeout(1)
print("a letter a second", flush=True)
for letter in b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Tale: " + b"and then " * 99:
    try:
        line.sendall(bytes([letter]))
        answer = line.recv(1000)
    except TimeoutError:
        continue
    except ConnectionError:
        answer = b""
    status = answer.partition(b"\r\n")[0].decode() or "without a word"
    print(f"they hung up: {status}")
    break
