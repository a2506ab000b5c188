"""What engines need of gevent's hub, for those that know nothing of gevent."""

from __future__ import annotations

from collections.abc import Callable

from gevent.hub import Hub

from app.transport.connection import Watch

READABLE = 1
"""libev's name for a descriptor that can be read."""


def watch_on(hub: Hub) -> Watch:
    """Calls on the hub's thread whenever a descriptor is readable."""

    def watch(descriptor: int, call: Callable[[], None]) -> Callable[[], None]:
        watcher = hub.loop.io(descriptor, READABLE)
        watcher.start(call)

        def stop() -> None:
            watcher.stop()
            watcher.close()

        return stop

    return watch
