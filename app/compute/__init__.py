"""The compute server: rooms behind one ROUTER socket, for web servers and other programs."""
