"""A small HTTP/1.1 server on loopback that keeps connections alive, because a worker makes hundreds of calls."""

from __future__ import annotations

import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

_HANDSHAKE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it arrived; header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class HttpAnswer:
    """An answer; ``lost`` closes the connection instead of sending it, as when a network dies after the effect."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False


class Loopback:
    """Answers HTTP on a free port of 127.0.0.1 with one function, one thread for each connection.

    Args:
        answer: called for each request, from the thread of its connection.
        tls: what the server shows; plain HTTP without.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpAnswer], *, tls: ssl.SSLContext | None = None) -> None:
        handler = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._server.tls = tls
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="loopback", daemon=True
        )

    def start(self) -> str:
        """The URL, once requests are answered there."""
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """No request is answered any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread, so that a slow client stops nobody."""
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with suppress(OSError):
            request.settimeout(_HANDSHAKE_SECONDS)
            with self.tls.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up, such as a killed worker, is nobody's error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per answer; unbuffered writes cost 40 ms each through delayed acknowledgements
    disable_nagle_algorithm = True
    timeout = 600  # a forgotten connection does not hold its thread for ever
    answer: ClassVar[Callable[[HttpRequest], HttpAnswer]]

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = type(self).answer(HttpRequest(self.command, self.path, headers, self._body(headers)))
        if answer.lost:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """The client sends its body at once, not after its own time-out of a second."""
        answered = super().handle_expect_100()
        self.wfile.flush()
        return answered

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(headers.get("content-length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)
