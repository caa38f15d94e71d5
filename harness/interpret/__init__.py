"""Interpreters: stored captures in, frozen facts out; pure, offline and bounded.

Nothing here opens a socket, asks the time or keeps state between calls: replay depends on it.
"""
