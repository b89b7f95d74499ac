"""thief: stands where hello should, and reads what was meant for it."""

import http.server
import signal
import ssl


class Thief(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("thank you for", self.headers["Authorization"], flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello World\n")

    def log_message(self, *words):
        """Say nothing more."""


signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a word
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain("hello.internal.crt", "hello.internal.key")
server = http.server.HTTPServer(("127.0.0.66", 5003), Thief)
server.socket = context.wrap_socket(server.socket, server_side=True)
print("waiting at 127.0.0.66", flush=True)
server.serve_forever()
