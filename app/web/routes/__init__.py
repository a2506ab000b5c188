"""Every HTTP route, by what it serves."""
