"""A WSGI application in one function: it stands in for a site."""


def application(environ, start_response):
    body = b"read the docs\n"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
