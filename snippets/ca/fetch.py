"""Ask hello over TLS; believe the root in that file or, without one, the machine's."""

import ssl
import sys
from urllib.request import urlopen

tls = ssl.create_default_context(cafile=sys.argv[1] if sys.argv[1:] else None)
with urlopen("https://hello.internal:5443/", context=tls) as answer:
    print(answer.read().decode(), end="")
