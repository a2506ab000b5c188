"""pywsgi with deadlines, caps and checked requests; upgrades end in our own WebSocket."""

from __future__ import annotations

import base64
import errno
import io
import logging
import socket
from collections import Counter
from contextlib import suppress
from typing import Any

import gevent
from gevent.pool import Pool
from gevent.pywsgi import Input, WSGIServer
from geventwebsocket.handler import WebSocketHandler

from app.settings.site_options import EVERYWHERE
from app.transport.limits import (
    HEADER_S,
    MAX_CONNECTIONS,
    MAX_CONNECTIONS_PER_ADDRESS,
    MAX_UNREAD_BYTES,
    SEND_S,
    UNREAD_S,
)
from app.web.http.access import PROXIED, Access, is_loopback
from app.web.http.base_path import enter
from app.web.http.body_limits import Admit, BodyLimits, small_bodies
from app.web.http.rejection import Rejection
from app.web.http.websocket import WebSocket

log = logging.getLogger(__name__)

WEBSOCKET_PATH = "/ws"


class HttpHandler(WebSocketHandler):  # type: ignore[misc]
    """One HTTP connection; `server` is an HttpServer."""

    websocket: Any  # set by the library once upgraded, and not before

    def handle_one_request(self) -> Any:
        """Read a request, body and all, within HEADER_S and answer it."""
        self._deadline = gevent.Timeout.start_new(HEADER_S)
        try:
            return super().handle_one_request()
        except gevent.Timeout as late:
            if late is not self._deadline:
                raise
            return None
        finally:
            self._deadline.close()

    def get_environ(self) -> Any:
        """As the library makes it, but for whom a reverse proxy asks."""
        environ = super().get_environ()
        self.server.access.settle(environ)
        return environ

    def run_application(self) -> None:
        """Answer, unless whoever asks through a proxy asks for too much at the same time."""
        if not self.environ[PROXIED]:
            self._answer()
            return
        address = self.environ["REMOTE_ADDR"]
        if not self.server.enter(address):
            self._refuse(Rejection("429 Too Many Requests", "too many at once from one address"))
            return
        try:
            self._answer()
        finally:
            self.server.leave(address)

    def _answer(self) -> None:
        """Refuse what must not reach the application, upgrades included."""
        admitted = self._admission()
        if isinstance(admitted, Rejection):
            self._refuse(admitted)
            return
        try:
            refused = self._take_body(admitted)
            self._deadline.close()
            if refused is None:
                super().run_application()
            else:
                self._refuse(refused)
        finally:
            admitted.done()

    def _refuse(self, refused: Rejection) -> None:
        self._deadline.close()
        self.close_connection = True
        self.wsgi_input = Input(self.rfile, 0)  # or the library would wait for the body's end
        body = f"{refused.text}\n".encode()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
        headers += [("Content-Length", str(len(body))), *refused.headers]
        self.start_response(refused.status, headers)
        self.result = [body]
        self.process_result()
        self._let_finish()

    def _let_finish(self) -> None:
        """Take what the peer still sends, for a while: or it might not get to our answer."""
        length = self.environ.get("CONTENT_LENGTH", "")
        unread = min(int(length), MAX_UNREAD_BYTES) if length.isdecimal() else 0
        enough = OSError("no more of this body is of interest")
        with suppress(OSError), gevent.Timeout(UNREAD_S, enough):
            self.socket.shutdown(socket.SHUT_WR)
            while unread > 0 and (got := self.socket.recv(64 * 1024)):
                unread -= len(got)

    def _admission(self) -> BodyLimits | Rejection:
        why = self.server.access.refusal(self.environ, self.socket.getsockname()[0])
        if why is not None:
            return Rejection("403 Forbidden", why)
        if "HTTP_TRANSFER_ENCODING" in self.environ:
            return Rejection("411 Length Required", "send a Content-Length")
        elsewhere = enter(self.environ, self.server.base_path)
        if elsewhere is not None:
            return elsewhere
        admitted: BodyLimits | Rejection = self.server.admit(self.environ)
        if isinstance(admitted, Rejection):
            return admitted
        length = self.environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > admitted.max_bytes:
            admitted.done()
            return Rejection("413 Content Too Large", f"at most {admitted.max_bytes} bytes")
        return admitted

    def _take_body(self, admitted: BodyLimits) -> Rejection | None:
        """Read the body whole, within the deadline; what is wrong with it, if anything."""
        if admitted.within_s is not None:
            self._deadline.close()
            self._deadline = gevent.Timeout.start_new(admitted.within_s)
        try:
            body = self.wsgi_input.read()
        except gevent.Timeout as late:
            if late is not self._deadline:
                raise
            limit_s = admitted.within_s or HEADER_S
            return Rejection("408 Request Timeout", f"a request must arrive within {limit_s:g} s")
        except OSError:
            return Rejection("400 Bad Request", "the body is cut short")
        self.environ["wsgi.input"] = io.BytesIO(body)
        return None

    def upgrade_websocket(self) -> Any:
        """Only one path speaks WebSocket; elsewhere the request is a plain one."""
        if self.environ.get("PATH_INFO") != WEBSOCKET_PATH:
            return None
        refused = super().upgrade_websocket()
        # The library explains itself in text, which a socket does not take.
        return refused and [part.encode() if isinstance(part, str) else part for part in refused]

    def upgrade_connection(self) -> Any:
        """Shake hands as the library does, then put our own WebSocket in place of its."""
        key = self.environ.get("HTTP_SEC_WEBSOCKET_KEY", "").strip()
        try:
            good = len(base64.b64decode(key, validate=True)) == 16
        except ValueError:
            good = False
        if not good:
            self.start_response("400 Bad Request", [])
            return [b"Sec-WebSocket-Key: 16 bytes in base64 are needed\n"]
        answer = super().upgrade_connection()
        if hasattr(self, "websocket"):
            self.websocket.closed = True  # or it would send a close frame when it is collected
            self.websocket = WebSocket(self.socket, self.rfile)
            self.environ["wsgi.websocket"] = self.websocket
        return answer

    def _sendall(self, data: bytes) -> None:
        """A peer that does not take its response loses it."""
        # By its number the library knows it for the peer's fault, and prints no traceback.
        gone = OSError(errno.EPIPE, "the peer takes nothing any more")
        with gevent.Timeout(SEND_S, gone):
            super()._sendall(data)

    def log_request(self) -> None:
        """Requests are of interest only while looking for a fault."""
        log.debug("%s", self.format_request())


class HttpServer(WSGIServer):
    """Counts connections per address, so that one phone cannot use them all up."""

    def __init__(
        self,
        listener: socket.socket,
        application: Any,
        access: Access,
        base_path: str = "",
        admit: Admit = small_bodies,
    ) -> None:
        """`base_path`: what app.web.http.base_path makes of one. `admit` judges every request."""
        super().__init__(
            listener,
            application,
            spawn=Pool(MAX_CONNECTIONS),
            handler_class=HttpHandler,
            log=None,
            error_log=log,
        )
        self.access = access
        self.base_path = base_path
        self.admit = admit
        self.logger = log
        self._per_address: Counter[str] = Counter()

    def handle(self, sock: Any, address: Any) -> None:
        """Serve one connection, or drop it if its address has too many.

        A believed proxy has many: its visitors' requests are counted in their place.
        """
        peer = str(address[0]) if address else ""
        counted = not (is_loopback(peer) or self.access.is_proxy(peer))
        if counted and not self.enter(peer):
            sock.close()
            return
        try:
            # Small messages matter more here than full packets.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().handle(sock, address)
        finally:
            if counted:
                self.leave(peer)

    def enter(self, address: str) -> bool:
        """Count one more connection, or proxied request, of `address`; False if it has too many."""
        if self._per_address[address] >= MAX_CONNECTIONS_PER_ADDRESS:
            return False
        self._per_address[address] += 1
        return True

    def leave(self, address: str) -> None:
        """One has ended."""
        self._per_address[address] -= 1
        if not self._per_address[address]:
            del self._per_address[address]


def listeners(address: str, port: int) -> list[socket.socket]:
    """Sockets on which `address` and 127.0.0.1, where the window is, are served at one port.

    Raises OSError, for a port in use or an address of another computer above all.
    """
    if address == EVERYWHERE and not _has_ipv6():
        address = "0.0.0.0"  # noqa: S104
    if address in (EVERYWHERE, "0.0.0.0", "127.0.0.1"):  # noqa: S104
        return [listen(address, port)]
    here = listen("127.0.0.1", port)
    try:
        return [here, listen(address, here.getsockname()[1])]
    except OSError:
        here.close()
        raise


def _has_ipv6() -> bool:
    """Can a socket here have an IPv6 address? A system may know them, and have them turned off."""
    with suppress(OSError):
        listen("::1", 0).close()
        return True
    return False


def listen(host: str, port: int) -> socket.socket:
    """A listening socket for HttpServer. Raises OSError, for a port in use above all."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where REUSEADDR would steal ports
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # on some systems it means IPv6 alone
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != EVERYWHERE))
        sock.bind((host, port))
        sock.listen(256)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock
