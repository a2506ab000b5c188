"""What browsers talk to: HTTP routes, WebSockets, viewers. Runs on the gevent hub."""
