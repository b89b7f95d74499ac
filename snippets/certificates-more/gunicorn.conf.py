"""Only for those with a certificate of ours that is not on the list of the revoked."""

import os
import ssl

bind = "127.0.0.1:5003"
workers = 2
certfile = os.environ["CREDENTIALS_DIRECTORY"] + "/tls.crt"
keyfile = os.environ["CREDENTIALS_DIRECTORY"] + "/tls.key"
ca_certs = "/etc/tls/roots.crt"
cert_reqs = ssl.CERT_REQUIRED


def ssl_context(_config, default):
    context = default()
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    context.load_verify_locations("/etc/tls/revoked.crl")
    return context
