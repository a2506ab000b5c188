"""HTTP and WebSocket mechanics on gevent, without knowledge of rooms."""
