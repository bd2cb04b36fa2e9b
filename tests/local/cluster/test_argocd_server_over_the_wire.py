"""norikae's own way to argocd-server: a token that it signs, and manifests through the API server's proxy."""

from collections.abc import Callable, Iterator

import pytest
import yaml

from local.cluster.argocd.application import NAMESPACE
from local.kernel import Kernel
from local.kubernetes import User, serve
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.argocd.account import DECLARATIONS, ensure_token
from norikae.argocd.manifests import target_manifests
from norikae.environment import ArgoCd
from norikae.errors import NorikaeError
from tests.local.cluster.building import INSTALL, PROJECT, URL, Argo

RBAC = PROJECT / "lambdas/manifests/rbac.yaml"
ARGOCD = ArgoCd(install=INSTALL.name, repository=URL, path="shop")
TOKENS = {"admin": User("admin", ("system:masters",)), "compare": User("compare", ("norikae:compare",))}


Clients = Callable[[str], KubernetesClient]


@pytest.fixture
def client(argo: Argo, kernel: Kernel) -> Iterator[Clients]:
    """Argo CD with the account that ``Ensure Argo CD`` declares, and norikae's rights."""
    for obj in yaml.safe_load_all(RBAC.read_text(encoding="utf-8")):
        argo.api.apply(obj, manager="norikae")
    for name, data in DECLARATIONS.items():
        argo.api.patch("configmaps", name, NAMESPACE, {"data": data}, manager="norikae")
    argo.application()
    kernel.run(10)
    endpoint = serve(argo.api, lock=kernel.lock, authenticate=TOKENS.get)
    yield lambda user: KubernetesClient(endpoint=endpoint.url, ca_pem=endpoint.ca_pem, token=lambda: user)
    endpoint.close()


def test_norikae_signs_a_token_that_argocd_takes(argo: Argo, kernel: Kernel, client: Clients) -> None:
    admin = client("admin")
    made = [ensure_token(admin, ARGOCD, "demo-1-33", kernel.now()) for _ in range(2)]
    assert [progress.ready for progress in made] == [False, True]
    before = argo.api.get("secrets", "argocd-secret", NAMESPACE)
    assert ensure_token(admin, ARGOCD, "demo-1-33", kernel.now()).ready
    assert argo.api.get("secrets", "argocd-secret", NAMESPACE) == before


def test_the_group_that_compares_reads_what_a_sync_would_apply_and_no_other_secret(
    argo: Argo, kernel: Kernel, client: Clients
) -> None:
    ensure_token(client("admin"), ARGOCD, "demo-1-33", kernel.now())
    found = target_manifests(client("compare"), ARGOCD, "shop", argo.repository.resolve("main"))
    assert sorted(one["kind"] for one in found) == ["ConfigMap", "Deployment"]
    with pytest.raises(NorikaeError, match=r'secrets "argocd-secret" is forbidden'):
        client("compare").get("secrets", "argocd-secret", NAMESPACE)
