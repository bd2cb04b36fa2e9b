"""An API server on the wire, and clients of it: the admin, and whoever a token names."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

import pytest

from local.kubernetes import ApiServer, User
from local.kubernetes.endpoint import serve
from norikae.adapters.kubernetes.client import KubernetesClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.kubernetes.endpoint import Endpoint

TOKENS = {
    "admin": User("admin", ("system:masters", "system:authenticated")),
    "reader": User("reader", ("norikae:read", "system:authenticated")),
    "restarter": User("restarter", ("norikae:restart", "system:authenticated")),
    "carrier": User("carrier", ("norikae:secrets", "norikae:restart", "system:authenticated")),
    "syncer": User("syncer", ("norikae:sync", "system:authenticated")),
    "comparer": User("comparer", ("norikae:compare", "system:authenticated")),
    "verifier": User("verifier", ("norikae:verify", "system:authenticated")),
    "hander": User("hander", ("norikae:hand-off", "system:authenticated")),
    "scaler": User("scaler", ("norikae:scale", "system:authenticated")),
    "decommissioner": User("decommissioner", ("norikae:decommission", "system:authenticated")),
}


@pytest.fixture
def server() -> ApiServer:
    return ApiServer(name="demo-1-35-a", version="1.35", now=lambda: 1_795_482_000.0, random=random.Random(1))  # noqa: S311 - repeatable


@pytest.fixture
def endpoint(server: ApiServer) -> Iterator[Endpoint]:
    served = serve(server, lock=threading.Lock(), authenticate=TOKENS.get)
    yield served
    served.close()


@pytest.fixture
def as_user(endpoint: Endpoint) -> Callable[[str], KubernetesClient]:
    """A client that comes with this user's token."""

    def connected(user: str) -> KubernetesClient:
        return KubernetesClient(endpoint=endpoint.url, ca_pem=endpoint.ca_pem, token=lambda: user)

    return connected


@pytest.fixture
def client(as_user: Callable[[str], KubernetesClient]) -> KubernetesClient:
    return as_user("admin")
