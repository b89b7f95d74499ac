"""tell: a listener for supervisord; it posts what became of which program.

Standard output is the line to supervisord: nothing else may be printed there.
"""

import sys
import urllib.request

from supervisor import childutils

while True:
    headers, payload = childutils.listener.wait()
    program = childutils.get_headers(payload)["processname"]
    text = f"{program}: {headers['eventname']}"
    try:
        urllib.request.urlopen(sys.argv[1], text.encode(), timeout=10)
    except OSError as problem:
        print(f"{text}, and nobody to tell: {problem}", file=sys.stderr, flush=True)
    childutils.listener.ok()
