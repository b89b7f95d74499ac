"""Reading a page as a program: lexers, transcript, expected output, the walk.

This package knows nothing of systemd or FreeBSD; it asks ``tests.machines`` for a machine.
"""
