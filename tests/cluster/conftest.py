"""The same stories against two API servers: the embedded world's, and whichever ``KUBECONFIG`` names.

Use a cluster that you can throw away: definitions, ClusterRoles and a namespace are made in it and taken away again.
One that has norikae's rights already is refused.
"""

from __future__ import annotations

import base64
import os
import random
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from local.kubernetes import ApiServer, User, serve
from local.kubernetes.tokens import TokenIssuer
from norikae.argocd.applications import APPLICATIONS
from norikae.cluster.rbac import for_namespace
from tests.cluster.kubeconfig import Access, UnusableError, read_kubeconfig
from tests.cluster.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

ADMIN = User("admin", ("system:masters",))
CRDS = "customresourcedefinitions.apiextensions.k8s.io"
ROLES = "clusterroles.rbac.authorization.k8s.io"
BINDINGS = "clusterrolebindings.rbac.authorization.k8s.io"
REAL = os.environ.get("KUBECONFIG", "")


@dataclass
class Cluster:
    """A cluster with a namespace of the tests' own.

    Args:
        access: its kubeconfig.
        namespace: where everything of a test goes; deleted at the end.
    """

    access: Access
    namespace: str
    made: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.admin = Visitor(self.access)

    def member(self, group: str) -> Visitor:
        """The client of somebody in one of norikae's groups."""
        return Visitor(self.access, group)

    def config_map(self, name: str, **data: str) -> dict[str, Any]:
        metadata = {"name": name, "namespace": self.namespace, "labels": {"app": name}}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}

    def rights(self) -> list[dict[str, Any]]:
        """The shipped rights, with this namespace as Argo CD's."""
        text = Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8")
        return for_namespace(list(yaml.safe_load_all(text)), self.namespace)

    def define(self, *kinds: str) -> None:
        """Argo CD's definitions from the demo's install manifest, as far as they are not there."""
        text = Path("environments/demo/argocd.yaml").read_text(encoding="utf-8")
        for obj in yaml.safe_load_all(text):
            if obj and obj["kind"] == "CustomResourceDefinition" and obj["spec"]["names"]["kind"] in kinds:
                name = obj["metadata"]["name"]
                if self.admin.get(CRDS, name) is None:
                    self.admin.apply(obj)
                    self.made.append((CRDS, name))

    def clean(self) -> None:
        """Take everything away again that was made."""
        for resource, name in reversed(self.made):
            self.admin.delete(resource, name)
        self.admin.delete("namespaces", self.namespace)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A kubeconfig of an API server of the embedded world."""
    token = secrets.token_hex(16)
    api = ApiServer(name="world", version="1.35", now=lambda: 1_795_482_000.0, random=random.Random(1))  # noqa: S311 - repeatable
    api.token_issuer = TokenIssuer("https://oidc.example.com/id/WORLD", random.Random(2))  # noqa: S311 - repeatable
    endpoint = serve(api, lock=threading.Lock(), authenticate={token: ADMIN}.get)
    ca = base64.b64encode(endpoint.ca_pem.encode()).decode()
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "world",
        "contexts": [{"name": "world", "context": {"cluster": "world", "user": "admin"}}],
        "clusters": [{"name": "world", "cluster": {"server": endpoint.url, "certificate-authority-data": ca}}],
        "users": [{"name": "admin", "user": {"token": token}}],
    }
    path = tmp_path_factory.mktemp("world") / "kubeconfig"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    yield path
    endpoint.close()


@pytest.fixture(scope="module", params=["world", "KUBECONFIG"] if REAL else ["world"])
def cluster(request: pytest.FixtureRequest, world: Path) -> Iterator[Cluster]:
    """One of the two clusters, as its administrator."""
    path = world if request.param == "world" else Path(REAL.split(os.pathsep)[0])
    try:
        found = Cluster(read_kubeconfig(path), f"norikae-test-{secrets.token_hex(4)}")
    except UnusableError as error:
        pytest.fail(str(error))
    if found.admin.get(ROLES, "norikae-read") is not None:
        pytest.fail(f"{path}: norikae serves this cluster (ClusterRole norikae-read); name one that you can throw away")
    found.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": found.namespace}})
    yield found
    found.clean()


@pytest.fixture
def applications(cluster: Cluster) -> str:
    """The resource of Argo CD's applications, served."""
    cluster.define("Application", "AppProject", "ApplicationSet")
    return APPLICATIONS
