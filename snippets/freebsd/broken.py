"""hello, divided by zero."""

app = 1 / 0
