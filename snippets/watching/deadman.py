"""deadman: complain when a heartbeat stops. It belongs on another machine.

deadman.py 8099 150      port, and how many seconds without a beat are too many
"""

import http.server
import sys
import time

port, patience = int(sys.argv[1]), float(sys.argv[2])


class Beat(http.server.BaseHTTPRequestHandler):
    timeout = 5  # seconds for somebody who connects and says nothing

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.last = time.monotonic()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Keep quiet about the beats themselves."""


class Switch(http.server.ThreadingHTTPServer):
    last, silent = time.monotonic(), False

    def service_actions(self):
        """Look, twice a second: serve_forever() calls this."""
        if self.silent != (time.monotonic() - self.last > patience):
            self.silent = not self.silent
            # Here goes the message to your pager, chat room or mail.
            print("no heartbeat" if self.silent else "it beats again", flush=True)


Switch(("127.0.0.1", port), Beat).serve_forever()
