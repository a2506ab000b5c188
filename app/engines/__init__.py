"""The ways from a web server to a room: a thread here, later a process or machine elsewhere."""
