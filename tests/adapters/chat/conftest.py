"""Slack and Chatwork are on loopback, with certificates for their own names."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.edge.certificates import Authority
from norikae.adapters.chat import wire

from .server import Server, serving

NAMES = ("slack.com", "hooks.slack.com", "api.chatwork.com")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(seed=7)


@pytest.fixture
def api(authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """What the chats' names lead to; the machine trusts its authority and no other."""
    file = tmp_path / "ca.pem"
    file.write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    known = socket.getaddrinfo

    def lead(host: Any, *more: Any, **options: Any) -> Any:
        if host not in (*NAMES, "127.0.0.1"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known("127.0.0.1", *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lead)
    with serving(authority.context(NAMES)) as server:
        monkeypatch.setattr(wire, "PORT", server.port)
        yield server
