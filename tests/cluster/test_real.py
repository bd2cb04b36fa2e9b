"""Whether any of these stories was told to a real API server."""

from __future__ import annotations

import pytest

from tests.cluster.conftest import REAL, Cluster


def test_the_stories_are_told_to_a_real_api_server(cluster: Cluster) -> None:
    if not REAL:
        pytest.skip("KUBECONFIG is not set: NOTHING here was tried against a real API server (CONTRIBUTING.md, Tests)")
    assert cluster.admin.is_ready()
