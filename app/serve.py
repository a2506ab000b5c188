"""`main.py serve`: the server process, a child of the supervisor.

The gevent hub runs on the main thread and nothing is monkey-patched: models compute in native
threads, which would become greenlets otherwise.
"""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
import sys
import threading
from functools import partial

import gevent
import gevent.event
import gevent.hub
import msgspec

from app.engine_factory import EngineChoice, choose_engine
from app.engines.base import SWITCH_S, WATCH_S
from app.engines.fft_planner import study_later
from app.engines.startup_model import UnfitError
from app.paths import data_dir
from app.process.launch import EXIT_OK, EXIT_USAGE, Launch, on_parent_exit, receive, report
from app.process.log_file import begin_logging
from app.process.log_tail import LogTail
from app.reload_wait import once_mended
from app.settings.exhibit import Settings
from app.startup_checks import Fit, check_exhibit
from app.transport.token_bucket import Attempts
from app.web.auth.join_codes import JoinCodes
from app.web.auth.pin_check import Pins
from app.web.auth.tokens import Identity
from app.web.http import access
from app.web.http.gevent_hub import watch_on
from app.web.http.handler import HttpServer, listeners
from app.web.http.mdns import Announcer
from app.web.rooms.idle_monitor import IdlePolicy
from app.web.rooms.invitations import Invitations
from app.web.rooms.room_registry import RoomRegistry
from app.web.rooms.saved_state import SavedState
from app.web.rooms.session import SessionContext
from app.web.routes.application import application
from app.web.routes.operator import Console
from app.web.routes.picture_store import PictureStore
from app.web.routes.uploads import Uploads

log = logging.getLogger(__name__)

WARM_UP_S = 4.0
"""READY waits this long for kernels and plans; the first time ever they may take longer."""
LAST_BYTES_S = 0.3


def run() -> int:
    """Serve until told to stop. Returns the exit code."""
    # Control-C is the supervisor's affair; a server that is killed alone, however gently, returns.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    launch = receive()
    settings = msgspec.convert(launch.settings, Settings)
    begin_logging(settings.log_level)
    tail = LogTail()
    logging.getLogger().addHandler(tail)
    try:
        hub = gevent.hub.get_hub()
        found = _fit(settings)
        if found is None:
            return EXIT_OK
        place = choose_engine(settings, found, watch_on(hub), hub.loop.run_callback_threadsafe)
    except UnfitError as fault:
        return _refuse(str(fault))
    try:
        sockets = listeners(settings.address, settings.port)
    except OSError as error:
        return _refuse(
            f"port {settings.port} of {settings.address} cannot be used: {error.strerror}"
        )
    sys.setswitchinterval(SWITCH_S)
    return ExhibitServer(launch, settings, place, sockets, tail).run()


def _fit(settings: Settings) -> Fit | None:
    """What the settings name; None if the supervisor ends before a user's file is mended."""
    over = threading.Event()
    if settings.reload:
        on_parent_exit(over.set)
    return once_mended(partial(check_exhibit, settings), settings.reload, over)


def _refuse(text: str) -> int:
    sys.stderr.write(f"vortarium: {text}\n")
    return EXIT_USAGE


def _gate(settings: Settings) -> access.Access:
    public = settings.public_url
    proxy_names = [*settings.host_names, *([public.host] if public else [])]
    return access.Access(
        access.host_names(settings.lan, proxy_names),
        settings.proxies,
        proxy_names,
        public.origin if public else "",
    )


class ExhibitServer:
    """Everything a server process has, wired."""

    def __init__(
        self,
        launch: Launch,
        settings: Settings,
        place: EngineChoice,
        sockets: list[socket.socket],
        tail: LogTail,
    ) -> None:
        identity = Identity(launch.secret)
        self._place = place
        codes = JoinCodes(launch.secret, 60 * settings.code_minutes)
        self._invitations = Invitations(
            codes,
            lambda: self._registry.web_rooms.values(),
            settings.base_path,
            settings.host_names,
            settings.public_url,
            lambda way: report("LAN", f"{way.base}/ {way.code}"),
        )
        self._memory = SavedState(launch.secret, sockets[0].getsockname()[1])
        self._registry = RoomRegistry(
            place.engine, identity, place.model, self._memory, settings.chat, settings.max_visitors,
            self._invitations.show,
            IdlePolicy(settings.idle_s, settings.countdown_s) if settings.idle_s else None,
        )  # fmt: skip
        self._over = gevent.event.Event()
        context = SessionContext(
            registry=self._registry,
            identity=identity,
            kiosk_token=launch.kiosk_token,
            join_codes=codes,
            invitations=self._invitations,
            feed_token=settings.feed_token or launch.feed_token,
            guesses=Attempts(),
            pins=Pins(),
        )
        gate = _gate(settings)
        store = PictureStore(
            data_dir() / "pictures",
            settings.upload_create,
            settings.upload_overwrite,
            settings.upload_keep,
        )
        uploads = Uploads(self._registry, identity, settings, store)
        console = Console(
            self._registry, identity, context.pins, self._invitations, tail, self.stop
        )
        site = application(context, self.stop, settings, uploads, console)
        self._sites = [
            HttpServer(listener, site, gate, settings.base_path, uploads.admit)
            for listener in sockets
        ]
        self._exit_code = EXIT_OK
        self._hub = gevent.hub.get_hub()
        self._settings = settings

    def run(self) -> int:
        """Until `stop` or the supervisor's end; the exit code."""
        on_parent_exit(self._stop_from_elsewhere)
        keeper = gevent.spawn(self._poll)
        rememberer = gevent.spawn(self._memory.keep, lambda: self._registry.web_rooms)
        for server in self._sites:
            server.start()
        self._warm_up()
        port = self._sites[0].server_port
        assert port is not None
        report("MODEL", self._place.model)
        base = self._settings.base_path
        report("READY", f"http://127.0.0.1:{port}{base}/")
        announcer, host = self._invite(port)
        if self._place.engine.near:
            study_later(self._settings.params)
        self._over.wait()
        self._registry.close()
        gevent.sleep(LAST_BYTES_S)
        for server in self._sites:
            server.stop(timeout=LAST_BYTES_S)
        gevent.killall([keeper, rememberer, host], block=False)
        if announcer is not None:
            announcer.stop()
        self._place.engine.close()
        return self._exit_code

    def _invite(self, port: int) -> tuple[Announcer | None, gevent.Greenlet[..., None]]:
        """Let guests know the way in, and how it changes, from now on."""
        if not self._settings.lan:
            return None, gevent.spawn(self._invitations.keep_up, None, lambda _address: None)

        def named(name: str) -> None:
            call = f"{name}:{port}" if name else ""
            self._hub.loop.run_callback_threadsafe(self._invitations.call, call)

        announcer = Announcer(port, self._settings.base_path, named)
        return announcer, gevent.spawn(
            self._invitations.keep_up, port, announcer.move, self._only_address()
        )

    def _only_address(self) -> str:
        """The one that guests can use; "" for all of this machine's."""
        address = self._settings.address
        return "" if ipaddress.ip_address(address).is_unspecified else address

    def _warm_up(self) -> None:
        """Let the first visitor find everything loaded, unless that takes too long."""
        warm = gevent.event.Event()

        def load() -> None:
            try:
                self._place.prepare()
            finally:
                self._hub.loop.run_callback_threadsafe(warm.set)

        threading.Thread(target=load, name="warm-up", daemon=True).start()
        gevent.wait([warm, self._over], timeout=WARM_UP_S, count=1)

    def _poll(self) -> None:
        """Tell the supervisor that hub and rooms are alive, for as long as they are.

        `poll` replaces every thread that shows no beat; should it fail, the silence that
        follows gets the whole process replaced.
        """
        while True:
            gevent.sleep(WATCH_S)
            self._place.engine.poll()
            report("ALIVE")

    def _stop_from_elsewhere(self) -> None:
        self._hub.loop.run_callback_threadsafe(self.stop)

    def stop(self, exit_code: int = EXIT_OK) -> None:
        """End soon, by `exit_code`; answers under way still go out."""
        self._exit_code = exit_code
        self._over.set()
