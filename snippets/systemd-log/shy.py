"""shy: says a word on each of its two outputs, and then works on in silence."""

import sys
import time

print("a word on standard output")
print("a word on standard error", file=sys.stderr)
time.sleep(600)
