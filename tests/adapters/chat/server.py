"""A chat's API on loopback: it speaks TLS for the chat's names, and notes what it was sent."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """One request."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, dict[str, str], bytes]


class Server:
    """Answers as the test says."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Answer | None] = lambda _: (200, {}, b"{}")
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.headers["Host"].split(":")[0], self.path, headers, body)
                server.asked.append(asked)
                answer = server.answer(asked)
                if answer is None:
                    self.close_connection = True
                    return
                status, more, told = answer
                self.send_response_only(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            do_PUT = do_POST  # noqa: N815 - the names are http.server's

            def log_message(self, *_: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def says(self, status: int, body: Any, **headers: str) -> None:
        """Every request is answered so."""
        told = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answer = lambda _: (status, {name.replace("_", "-"): value for name, value in headers.items()}, told)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def serving(tls: ssl.SSLContext) -> Iterator[Server]:
    """A server until the context ends."""
    server = Server(tls)
    try:
        yield server
    finally:
        server.close()
