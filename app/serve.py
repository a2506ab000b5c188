"""`main.py serve`: the server process, a child of the supervisor.

The gevent hub runs on the main thread and nothing is monkey-patched: models compute in native
threads, which would become greenlets otherwise.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial

import gevent
import gevent.event
import gevent.hub
import msgspec

from app.compute.keys import KeyFileError, Keys, checked, read
from app.engines.base import WATCH_S, Engine
from app.engines.local import LocalEngine
from app.engines.remote import RemoteEngine
from app.first_model import UnfitError, listed, prepare
from app.launch import EXIT_OK, EXIT_USAGE, Launch, follow, receive, say
from app.settings import Settings
from app.web import access
from app.web.handler import HttpServer, listen
from app.web.hub import watch_on
from app.web.identity import Identity
from app.web.limits import Attempts
from app.web.lobby import Lobby
from app.web.routes import application
from app.web.session import Reception

log = logging.getLogger(__name__)

SWITCH_S = 0.001
"""How long a thread may keep the interpreter while others wait: the hub must not wait long."""
WARM_UP_S = 4.0
"""READY waits this long for kernels and plans; the first time ever they may take longer."""
LAST_BYTES_S = 0.3


def run() -> int:
    """Serve until told to stop. Returns the exit code."""
    # Control-C is the supervisor's affair; a server that is killed alone, however gently, returns.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    launch = receive()
    settings = msgspec.convert(launch.settings, Settings)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    for ours in ("app", "models"):
        logging.getLogger(ours).setLevel(settings.log_level.upper())
    try:
        keys = _keys(settings)
        # Which models a compute server has is seen when it is there.
        model = settings.model if settings.remote else listed(settings.model, settings.params)
    except (UnfitError, KeyFileError) as fault:
        return _refuse(str(fault))
    settings = msgspec.structs.replace(settings, model=model)
    try:
        listener = listen("0.0.0.0" if settings.lan else "127.0.0.1", settings.port)  # noqa: S104
    except OSError as error:
        return _refuse(f"port {settings.port} cannot be used: {error.strerror}")
    sys.setswitchinterval(SWITCH_S)
    Server(launch, settings, keys, listener).run()
    return EXIT_OK


def _refuse(text: str) -> int:
    sys.stderr.write(f"vortarium: {text}\n")
    return EXIT_USAGE


def _keys(settings: Settings) -> Keys | None:
    """The keys for the compute server. Raises KeyFileError."""
    if settings.key is None:
        return None
    keys = read(settings.key)
    if settings.server_key is not None:
        keys = msgspec.structs.replace(keys, peers=(checked(settings.server_key, "--server-key"),))
    if not keys.peers:
        raise KeyFileError(f"{settings.key} names no server; give --server-key")
    return keys


def _local(hub: gevent.hub.Hub, settings: Settings) -> LocalEngine:
    return LocalEngine(hub.loop.run_callback_threadsafe, settings.fps, settings.params)


def _remote(
    hub: gevent.hub.Hub, settings: Settings, endpoint: str, keys: Keys | None
) -> RemoteEngine:
    return RemoteEngine(
        endpoint,
        _local(hub, settings),
        model=settings.model,
        params=settings.params,
        fallback=settings.fallback,
        keys=keys,
        watch=watch_on(hub),
        call_soon=hub.loop.run_callback_threadsafe,
    )


class Server:
    """Everything a server process has, wired."""

    def __init__(
        self, launch: Launch, settings: Settings, keys: Keys | None, listener: object
    ) -> None:
        hub = gevent.hub.get_hub()
        identity = Identity(launch.secret)
        self._engine: Engine = _local(hub, settings)
        self._prepare: Callable[[], None] = partial(prepare, settings.model, settings.params)
        if settings.remote is not None:
            remote = _remote(hub, settings, settings.remote, keys)
            self._engine, self._prepare = remote, remote.meet
        self._lobby = Lobby(self._engine, identity, settings.model)
        self._over = gevent.event.Event()
        reception = Reception(
            lobby=self._lobby,
            identity=identity,
            kiosk_token=launch.kiosk_token,
            join_code=launch.join_code,
            codes=Attempts(),
            pins=Attempts(),
            all_pins=Attempts(allowed=20),
        )
        gate = access.Access(access.host_names(settings.lan))
        self._http = HttpServer(listener, application(reception, self.stop), gate)  # type: ignore[arg-type]
        self._hub = hub
        self._settings = settings
        self._launch = launch

    def run(self) -> None:
        """Until `stop` or the supervisor's end."""
        follow(self._stop_from_elsewhere)
        keeper = gevent.spawn(self._look_after)
        self._http.start()
        self._warm_up()
        port = self._http.server_port
        say("MODEL", self._settings.model)
        say("READY", f"http://127.0.0.1:{port}/")
        if self._settings.lan:
            say("LAN", f"http://{access.lan_address()}:{port}/ {self._launch.join_code}")
        self._over.wait()
        self._lobby.close()
        gevent.sleep(LAST_BYTES_S)
        self._http.stop(timeout=LAST_BYTES_S)
        keeper.kill(block=False)
        self._engine.close()

    def _warm_up(self) -> None:
        """Let the first visitor find everything loaded, unless that takes too long."""
        warm = gevent.event.Event()

        def load() -> None:
            try:
                self._prepare()
            finally:
                self._hub.loop.run_callback_threadsafe(warm.set)

        threading.Thread(target=load, name="warm-up", daemon=True).start()
        gevent.wait([warm, self._over], timeout=WARM_UP_S, count=1)

    def _look_after(self) -> None:
        while True:
            gevent.sleep(WATCH_S)
            self._engine.look_after()

    def _stop_from_elsewhere(self) -> None:
        self._hub.loop.run_callback_threadsafe(self.stop)

    def stop(self) -> None:
        """End soon; answers under way still go out."""
        self._over.set()
