"""The bytes between browsers and rooms: messages (JSON) and frames (binary), version 1.

Nothing here opens a socket. The docstrings of `messages` and `frames` are the contract that
other programs may rely on; `tests/golden` holds bytes that every implementation must agree on.
"""
