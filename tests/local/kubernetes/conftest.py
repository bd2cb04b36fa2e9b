"""A cluster's API server with a clock that the test moves."""

import pytest

from local.kubernetes import ApiServer
from tests.local.kubernetes.shop import Clock, server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> ApiServer:
    """A Kubernetes 1.33 cluster with a namespace ``shop``."""
    api = server(clock=clock)
    api.create("namespaces", {"metadata": {"name": "shop"}})
    return api
