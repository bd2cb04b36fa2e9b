"""The extension beside a function: a server on loopback that wants the token, and answers as GetSecretValue does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SLACK = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:norikae/slack-AbCdEf"
CHATWORK = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:norikae/chatwork-GhIjKl"
TOKEN = "IQoJb3JpZ2luX2VjE=="
Reply = Callable[[BaseHTTPRequestHandler], None]


class Beside:
    """What the extension knows, what it was asked, and what it says instead of an answer."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.secrets: dict[str, Any] = {}
        self.asked: list[str] = []
        self.instead: Reply | None = None

    @property
    def variables(self) -> dict[str, str]:
        """The variables of a function beside it."""
        return {
            "NORIKAE_CHATS": json.dumps({"slack": SLACK, "chatwork": CHATWORK}),
            "AWS_SESSION_TOKEN": TOKEN,
            "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(self.port),
        }

    def answer(self, request: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        """401 without the token, 400 for what is not there, or the secret."""
        url = urlsplit(request.path)
        name = parse_qs(url.query).get("secretId", [""])[0]
        self.asked.append(name)
        if request.headers.get("X-Aws-Parameters-Secrets-Token") != TOKEN:
            return 401, b"unauthorized"
        if url.path != "/secretsmanager/get" or name not in self.secrets:
            return 400, b"an unexpected error occurred while executing request"
        return 200, json.dumps({"ARN": name, "Name": "norikae", "SecretString": self.secrets[name]}).encode()


@contextmanager
def beside() -> Iterator[Beside]:
    """It serves while the test runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if extension.instead is not None:
                extension.instead(self)
                return
            status, body = extension.answer(self)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    extension = Beside(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield extension
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
