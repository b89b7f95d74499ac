"""slow: hello, with the two seconds of imports that a grown application has."""

import time

from flask import Flask

time.sleep(2)
app = Flask(__name__)
print("the application is loaded", flush=True)


@app.route("/health")
def health():
    return "ok\n"


if __name__ == "__main__":
    app.run(port=5003)
