"""hook: stands for your pager, chat room or mail; it prints what somebody posts."""

import http.server


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        print(self.rfile.read(length).decode(), flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Keep quiet about the requests themselves."""


http.server.ThreadingHTTPServer(("127.0.0.1", 8099), Hook).serve_forever()
