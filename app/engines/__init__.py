"""The ways from a web server to a room: a thread here, a process, or another machine."""
