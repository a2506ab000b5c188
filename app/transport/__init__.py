"""Bytes between programs: addresses, keys, sockets, connections, flow control, token buckets."""
