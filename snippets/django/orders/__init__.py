"""The tea room's orders. Every process loads this file first, so it has the clock."""

import time

started = time.time()
