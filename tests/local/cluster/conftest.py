import pytest

from local.cluster.cluster import KubernetesCluster
from local.kernel import Kernel
from tests.local.cluster.building import Argo, cluster_named, config_map, web


@pytest.fixture
def kernel() -> Kernel:
    return Kernel(seed=7)


@pytest.fixture
def cluster(kernel: Kernel) -> KubernetesCluster:
    """A cluster of three ready nodes."""
    return cluster_named(kernel, "demo-1-33")


@pytest.fixture
def argo(kernel: Kernel) -> Argo:
    """A cluster with Argo CD and a repository with the application ``shop``: a Deployment and a ConfigMap."""
    return Argo(kernel, {"shop/web.yaml": web(), "shop/settings.yaml": config_map("settings", colour="blue")})
