"""The API server on the wire: HTTPS on loopback, HTTP/1.1 with keep-alive, each request under the world's lock."""

import contextlib
import logging
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from local.kubernetes import certificates
from local.kubernetes.errors import ApiError
from local.kubernetes.routes import Route
from local.kubernetes.users import User
from local.kubernetes.verbs import Authenticate, Verbs
from local.kubernetes.watching import Watch
from local.kubernetes.wire import Answer, Request

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer

_IDLE_SECONDS = 120
_log = logging.getLogger(__name__)


class Traffic(Protocol):
    """Who sees a server's requests come and go, in the connection's own thread and without the world's lock."""

    def arrives(self, request: Request) -> None:
        """A request is there; it is answered when this returns."""

    def answered(self, request: Request, answer: Answer, seconds: float) -> None:
        """It is answered now, so many seconds of real time later; whoever has the answer can rely on this call."""


@dataclass(frozen=True)
class Endpoint:
    """Where a cluster's API answers, and the authority (PEM) that vouches for it."""

    url: str
    ca_pem: str
    close: Callable[[], None]


def serve(
    api: "ApiServer",
    *,
    lock: threading.Lock,
    authenticate: Authenticate,
    on_request: Callable[[User, Route], None] | None = None,
    traffic: Traffic | None = None,
) -> Endpoint:
    """Serve an API server on a free port of 127.0.0.1 until the endpoint is closed.

    Args:
        api: the server.
        lock: held while a request is answered, and not while a watch waits.
        authenticate: the user of a bearer token, or None (401); called under the lock.
        traffic: sees each request come and go.
        on_request: called under the lock with each authenticated request; an ``ApiError`` it raises is the answer.
    """
    issued = certificates.issue(api.name, api.random)
    server = _Server(_context(issued), Verbs(api, authenticate, on_request), lock, traffic)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name=f"kubernetes {api.name}", daemon=True)
    thread.start()

    def close() -> None:
        server.shutdown()
        server.hang_up()
        server.server_close()
        thread.join()

    return Endpoint(f"https://127.0.0.1:{server.server_address[1]}", issued.ca, close)


def _context(issued: certificates.Certificates) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:  # the ssl module reads keys from files only
        path = Path(folder) / "server.pem"
        path.touch(mode=0o600)
        path.write_text(issued.key + issued.chain)
        context.load_cert_chain(path)
    return context


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # not joined: who closes the endpoint may hold the lock that a request waits for
    request_queue_size = 128

    def __init__(self, context: ssl.SSLContext, verbs: Verbs, lock: threading.Lock, traffic: Traffic | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context, self.verbs, self.lock, self.traffic = context, verbs, lock, traffic
        self.closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()

    def hang_up(self) -> None:
        """End what clients keep open, so that no thread is left behind."""
        self.closing.set()
        with self._guard:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread, so that a slow client stops nobody."""
        request.settimeout(_IDLE_SECONDS)
        with contextlib.suppress(OSError):
            secured = self.context.wrap_socket(request, server_side=True)
            with self._guard:
                self._connections.add(secured)
            try:
                if not self.closing.is_set():
                    super().finish_request(secured, client_address)
            finally:
                with self._guard:
                    self._connections.discard(secured)
                secured.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing; who wants to know gives ``on_request``."""

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        headers = {name.title(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        traffic, began = self.server.traffic, time.monotonic()
        if traffic is not None:
            traffic.arrives(request)
        with self.server.lock:
            answer = self._answer(request)
        if traffic is not None:
            traffic.answered(request, answer, time.monotonic() - began)
        if answer.is_lost:
            self._reset()
        elif isinstance(answer.content, Watch):
            self._stream(answer.content)
        else:
            self._send(answer)

    def _reset(self) -> None:
        """End the connection with a TCP reset: nobody lingers for what was not sent."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _answer(self, request: Request) -> Answer:
        try:
            return self.server.verbs.answer(request)
        except Exception as error:  # noqa: BLE001 - a fault of the simulator must reach the client as 500, not as EOF
            _log.exception("%s %s", request.method, request.target)
            fault = ApiError(500, "InternalError", f"Internal error occurred: {error!r}")
            return Answer(500, fault.status())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - the names are http.server's

    def _send(self, answer: Answer) -> None:
        text = isinstance(answer.content, str)
        body = answer.content.encode() if text else msgspec.json.encode(answer.content)
        self.send_response(answer.code)
        self.send_header("Content-Type", "text/plain; charset=utf-8" if text else "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _stream(self, watch: Watch) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        until = time.monotonic() + watch.seconds
        try:
            for event in watch.events():
                if event is not None:
                    line = msgspec.json.encode(event) + b"\n"
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(line), line))
                    self.wfile.flush()
                if self.server.closing.is_set() or time.monotonic() > until:
                    break
            self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()
        finally:
            with self.server.lock:
                watch.close()
