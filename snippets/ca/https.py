"""Say hello over TLS, with the certificate and the key that systemd handed over."""

import os
import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "14")
        self.end_headers()
        self.wfile.write(b"hello, secret\n")


tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
folder = os.environ["CREDENTIALS_DIRECTORY"]
tls.load_cert_chain(f"{folder}/crt", f"{folder}/key")
server = HTTPServer(("127.0.0.1", 5443), Hello)
server.socket = tls.wrap_socket(server.socket, server_side=True)
server.serve_forever()
