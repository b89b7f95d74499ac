"""caller: asks hello over and over, with its token, and counts the answers."""

import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

token = Path(os.environ["CREDENTIALS_DIRECTORY"], "token").read_text().strip()
question = urllib.request.Request(
    "http://127.0.0.1:5003/", headers={"Authorization": f"Bearer {token}"}
)
going_on = [True]
signal.signal(signal.SIGTERM, lambda *_: going_on.clear())
answered = refused = lost = 0
while going_on or not answered + refused + lost:
    try:
        with urllib.request.urlopen(question, timeout=60):
            answered += 1
    except urllib.error.HTTPError:
        refused += 1
    except OSError:
        lost += 1
    time.sleep(0.01)
print(f"{answered} answered, {refused} refused, {lost} lost")
