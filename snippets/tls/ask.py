"""ask: a visit with a token. ask.py URL ROOT.crt, or ask.py URL blindly."""

import ssl
import sys
import urllib.error
import urllib.request

url, root = sys.argv[1:]
if root == "blindly":
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
else:
    context = ssl.create_default_context(cafile=root)
request = urllib.request.Request(url, headers={"Authorization": "Bearer sesame"})
try:
    with urllib.request.urlopen(request, context=context, timeout=30) as answer:
        print(answer.read().decode(), end="")
except urllib.error.URLError as problem:
    sys.exit(f"nothing sent: {problem.reason}")
