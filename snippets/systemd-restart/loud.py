"""loud: the same application; it says so by an exception."""

raise RuntimeError("nothing to do")
