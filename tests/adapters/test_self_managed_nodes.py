"""Self-managed nodes over the wire: what norikae asks for is what a machine needs to join."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from local.joining import node_config
from tests.adapters.building import GREEN, SYSTEM, WORKER, BuildingSite

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = f"{GREEN.name}-worker"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[BuildingSite]:
    built = BuildingSite()
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: built.kernel.utcnow().replace(tzinfo=None))
    yield built
    built.close()


def test_green_grows_with_both_kinds_of_groups(site: BuildingSite) -> None:
    waited = site.until_ready(site.look)
    print(waited)
    nodes = site.connect(GREEN.name).list("nodes")
    assert len(nodes) == SYSTEM["min_size"] + WORKER["min_size"]
