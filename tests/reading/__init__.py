"""Reading a page as a program: lexers, transcript, expected output, the walk.

This package knows nothing of systemd or FreeBSD; ``tests.machines`` gives it machines.
"""
