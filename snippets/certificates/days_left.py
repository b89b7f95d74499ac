"""days_left: how long the certificates that are *served* have to live.

    python3 days_left.py root.crt hello.internal:5003 hello.internal:5007

Exit status: 0 all is well, 1 one has fewer than 14 days (or LEAST, in the environment),
or can't be trusted at all.
"""

import os
import socket
import ssl
import sys
import time


def days_left(name, port, context):
    """Return the days until the certificate at that address ends, or an OSError."""
    plain = socket.create_connection((name, port), timeout=10)
    with context.wrap_socket(plain, server_hostname=name) as connection:
        certificate = connection.getpeercert()
    return (ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()) / 86400


def main(root, *addresses):
    """Print a line for each address."""
    context, status = ssl.create_default_context(cafile=root), 0
    least = int(os.environ.get("LEAST", "14"))
    for address in addresses:
        try:
            days = round(days_left(*address.split(":"), context))
        except OSError as problem:  # the errors of TLS are OSErrors
            print(f"{address}: {problem}")
            status = 1
        else:
            print(f"{address}: {days} days")
            status = 1 if days < least else status
    return status


sys.exit(main(*sys.argv[1:]))
