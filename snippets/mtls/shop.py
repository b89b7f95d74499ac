"""shop: asks hello, and shows who it is."""

import os
import ssl
import urllib.request

from flask import Flask

papers = os.environ["CREDENTIALS_DIRECTORY"]
context = ssl.create_default_context(cafile=f"{papers}/root.crt")
context.load_cert_chain(f"{papers}/shop.crt", f"{papers}/shop.key")
app = Flask(__name__)


@app.route("/")
def shop():
    url = os.environ["SHOP_ASKS"]
    with urllib.request.urlopen(url, context=context, timeout=20) as answer:
        return "hello says: " + answer.read().decode()
