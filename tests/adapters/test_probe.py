"""The probe over the wire: Host and SNI of the public name, a certificate for it, and every way to fail in words."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from local.edge.certificates import Authority
from norikae.adapters.http import probe
from norikae.adapters.http.probe import HttpProbe
from norikae.gates.probe_port import Answer

HOST = "billing.example.com"


class Balancer:
    """A server on loopback that notes what it was asked for."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        asked = self.asked = []  # type: list[tuple[str, str, str]]
        self.status, self.headers, self.silent = 200, {"Server": "nginx"}, threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:  # noqa: N805 - the name is http.server's; self is the balancer here
                asked.append((handler.headers["Host"], handler.path, handler.headers["User-Agent"]))
                if self.silent.is_set():
                    return
                handler.send_response_only(self.status)
                for name, value in self.headers.items():
                    handler.send_header(name, value)
                handler.send_header("Content-Length", "2")
                handler.end_headers()
                handler.wfile.write(b"ok")

            def log_message(handler, *_: object) -> None:  # noqa: N805 - as above
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def authority() -> Authority:
    return Authority(seed=7)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[Balancer]:
    balancer = Balancer()
    monkeypatch.setattr(probe, "HTTP", balancer.port)
    yield balancer
    balancer.close()


def secure_for(authority: Authority, *names: str) -> Balancer:
    """A balancer with a certificate for some names."""
    return Balancer(authority.context(names))


@pytest.fixture
def trusting(authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The machine trusts the authority and no other."""
    file = tmp_path / "ca.pem"
    file.write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


def test_the_public_name_is_asked_for_at_the_address_of_the_balancer(plain: Balancer) -> None:
    assert HttpProbe().get("127.0.0.1", HOST, "/healthz", tls=False) == Answer(200, server="nginx")
    assert plain.asked == [(HOST, "/healthz", "norikae-probe")]


def test_a_redirect_is_an_answer_and_not_followed(plain: Balancer) -> None:
    plain.status, plain.headers = 301, {"Server": "awselb/2.0", "Location": "https://elsewhere.example.com/"}
    assert HttpProbe().get("127.0.0.1", HOST, "/", tls=False) == Answer(301, server="awselb/2.0")
    assert len(plain.asked) == 1


@pytest.mark.usefixtures("trusting")
def test_tls_is_spoken_for_the_public_name(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    balancer = secure_for(authority, "*.example.com")
    monkeypatch.setattr(probe, "HTTPS", balancer.port)
    assert HttpProbe().get("localhost", HOST, "/", tls=True).status == 200
    balancer.close()


@pytest.mark.usefixtures("trusting")
def test_a_certificate_for_another_name_is_no_answer(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    balancer = secure_for(authority, "shop.example.org")
    monkeypatch.setattr(probe, "HTTPS", balancer.port)
    answer = HttpProbe().get("localhost", HOST, "/", tls=True)
    assert answer.status == 0
    assert answer.reason == "hostname 'billing.example.com' doesn't match 'shop.example.org'"
    assert balancer.asked == []
    balancer.close()


def test_a_certificate_that_nobody_trusts_is_no_answer(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    balancer = secure_for(authority, HOST)
    monkeypatch.setattr(probe, "HTTPS", balancer.port)
    assert "certificate verify failed" in HttpProbe().get("localhost", HOST, "/", tls=True).reason
    balancer.close()


def test_a_closed_port_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setattr(probe, "HTTP", free.getsockname()[1])
    assert HttpProbe().get("127.0.0.1", HOST, "/", tls=False) == Answer(0, "it refuses the connection")


def test_silence_is_not_waited_for_long(plain: Balancer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "READ_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setattr(probe, "HTTP", deaf.getsockname()[1])
        assert HttpProbe().get("127.0.0.1", HOST, "/", tls=False).reason.startswith("no answer within")
    assert plain.asked == []


def test_a_connection_that_ends_without_an_answer_is_no_answer(plain: Balancer) -> None:
    plain.silent.set()
    answer = HttpProbe().get("127.0.0.1", HOST, "/", tls=False)
    assert (answer.status, "closed connection" in answer.reason) == (0, True)


def test_a_name_that_does_not_exist_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    answer = HttpProbe().get("gone.elb.amazonaws.com", HOST, "/", tls=False)
    assert answer == Answer(0, "its name cannot be resolved")
