"""Handlers get the world of a test instead of AWS, and their log can be read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers import invocation
from norikae import wiring
from tests.unit.fakes.ports import FakePorts

Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def into(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakePorts], FakePorts]:
    """Let the next invocation find this world."""

    def put(ports: FakePorts) -> FakePorts:
        monkeypatch.setattr(wiring, "ports", lambda: ports)
        return ports

    return put


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    """The lines that were logged so far."""
    written = io.StringIO()
    monkeypatch.setattr(invocation.logger.handlers[0], "stream", written)
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]
