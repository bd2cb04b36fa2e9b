"""Mode hub over the wire: a central Argo CD deploys to green, which it enters by EKS."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
import yaml

from local.cluster.git import GitRepositories, Repository
from local.kubernetes import User
from local.kubernetes.endpoint import serve
from local.world import World
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.argocd.account import DECLARATIONS
from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.ensure import Around, ensure_argo_cd
from norikae.argocd.home import home_of
from norikae.argocd.hub import ensure_forgotten
from norikae.argocd.manifests import target_manifests
from norikae.argocd.sync import SyncRun
from norikae.argocd.waves import sync_applications, sync_platform
from norikae.cluster.eks_port import Cluster
from norikae.cluster.rbac import for_namespace
from norikae.environment import Hub
from norikae.errors import RefusedError
from stacks.environment_file import load
from tests.adapters.kubernetes.test_argocd import CHILD, INSTALL, gitops
from tests.unit.argocd.test_install import FakeSecrets
from tests.unit.fakes.demo import REPOSITORY, demo_environment
from tests.unit.fakes.eks import FakeEks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from norikae.upgrade.progress import Progress

GREEN, HUB = "demo-1-35-a", "hub"
GROUPS = ("norikae:hub", "norikae:sync", "norikae:compare")
USERS = {group: User(group, (group, "system:authenticated")) for group in GROUPS}
RBAC = list(yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8")))
ROLE = "arn:aws:iam::123456789012:role/argocd"
PLATFORM = ("{cluster}-dns",)
OF_HUB = (
    CHILD.replace("  name: %(name)s\n", '  name: "{{ .Values.cluster }}-%(name)s"\n', 1)
    .replace("    server: https://kubernetes.default.svc\n", '    name: "{{ .Values.cluster }}"\n')
)  # fmt: skip


def files(*names: str) -> dict[str, str]:
    """Applications whose names begin with their cluster's, and which go there."""
    children = {f"clusters/templates/{name}.yaml": OF_HUB % {"name": name, "repository": REPOSITORY} for name in names}
    return gitops(*names) | children


class Central:
    """A hub with Argo CD, green without anything, and norikae's client of the hub."""

    def __init__(self) -> None:
        self.repository = Repository(files("dns", "web"))
        self.revision = self.repository.resolve("main")
        self.world = World(load(Path("environments/demo.yaml")), GitRepositories({REPOSITORY: self.repository}))
        for name, admins in ((HUB, []), (GREEN, [ROLE])):
            self.world.eks.adopt(name, "1.35", role_arn=ROLE, subnets=[], admins=admins)
            for number in range(3):
                self.world.clusters[name].controllers.add_node(f"{name}-{number}")
        self.hub, self.green = self.world.clusters[HUB].controllers, self.world.clusters[GREEN].controllers
        for obj in sorted(INSTALL, key=lambda one: one["kind"] not in {"Namespace", "CustomResourceDefinition"}):
            self.hub.api.apply(obj, manager="owner")
        for config_map, data in DECLARATIONS.items():
            self.hub.api.patch("configmaps", config_map, "argocd", {"data": data}, manager="owner")
        self.world.kernel.run(90)
        token = self.hub.argocd.server.accounts.create_token("norikae", "of-the-owner", 0)
        self.secrets = FakeSecrets(hub={"token": token})
        for obj in for_namespace(RBAC, "argocd"):
            self.hub.api.apply(obj, manager="adopt")
        self.endpoint = serve(self.hub.api, lock=self.world.kernel.lock, authenticate=USERS.get)
        self.client = self.member_of("norikae:hub")
        argocd = msgspec.structs.replace(
            demo_environment().argocd, mode="hub", root="{cluster}", platform=PLATFORM, hub=Hub(HUB, ROLE, "hub")
        )
        self.environment = msgspec.structs.replace(demo_environment(), argocd=argocd)
        self.home = home_of(argocd, GREEN)

    def member_of(self, group: str) -> KubernetesClient:
        """A client with the rights of one of norikae's groups in the hub, and no others."""
        return KubernetesClient(endpoint=self.endpoint.url, ca_pem=self.endpoint.ca_pem, token=lambda: group)

    def until_ready(self, look: Callable[[], Progress], looks: int = 40) -> list[str]:
        waited: list[str] = []
        for _ in range(looks):
            progress = look()
            if progress.ready:
                return waited
            waited.append(progress.waiting_for)
            self.world.kernel.run(progress.retry_after_seconds)
        raise AssertionError(waited)

    def ensure(self) -> list[str]:
        endpoint = self.world.clusters[GREEN].endpoint
        ca = base64.b64encode(endpoint.ca_pem.encode()).decode()
        eks = FakeEks(Cluster(GREEN, "ACTIVE", "1.35", endpoint=endpoint.url, ca=ca))
        around = Around(eks, lambda: self.secrets, lambda: INSTALL, self.world.kernel.now())
        argocd = self.environment.argocd
        return self.until_ready(lambda: ensure_argo_cd(self.client, argocd, self.home, self.revision, around))

    def sync(self) -> None:
        run = SyncRun("run-1", 1, self.revision, since=self.world.kernel.now())

        def of(waves: Callable[..., Progress]) -> None:
            now, client = self.world.kernel.now, self.member_of("norikae:sync")
            self.until_ready(lambda: waves(client, self.environment, self.home, run, lambda _: True, now()))

        of(sync_platform)
        of(sync_applications)


@pytest.fixture
def central() -> Iterator[Central]:
    built = Central()
    yield built
    built.endpoint.close()
    built.world.close()


def test_the_hub_deploys_to_green_and_nothing_is_installed_there(central: Central) -> None:
    central.ensure()
    central.sync()
    for name in ("dns", "web"):
        app = central.hub.api.get(APPLICATIONS, f"{GREEN}-{name}", "argocd")
        assert app["status"]["health"]["status"] == "Healthy"
        assert len(central.green.ready_pods(name, {"app": f"{GREEN}-{name}"})) == 2
        assert central.hub.ready_pods(name, {"app": f"{GREEN}-{name}"}) == []
    assert "argocd" not in {one["metadata"]["name"] for one in central.green.api.list("namespaces")}


def test_what_git_has_for_green_can_be_asked_of_the_hub(central: Central) -> None:
    central.ensure()
    comparer = central.member_of("norikae:compare")
    rendered = target_manifests(comparer, central.environment.argocd, GREEN, central.revision)
    assert sorted(obj["metadata"]["name"] for obj in rendered) == [f"{GREEN}-dns", f"{GREEN}-web"]


def test_a_token_that_the_hub_does_not_take_is_said(central: Central) -> None:
    central.secrets.values["hub"]["token"] = "eyJ.e30.x"
    with pytest.raises(AssertionError, match="argocd-server to take the token of norikae's account"):
        central.ensure()


def test_a_role_that_green_does_not_admit_fails_the_sync_in_argo_cds_words(central: Central) -> None:
    central.ensure()
    del central.world.eks.clusters[GREEN].entries[ROLE]
    with pytest.raises(RefusedError, match="the server has asked for the client to provide credentials"):
        central.sync()


def test_the_hub_forgets_green_and_what_it_deployed_stays(central: Central) -> None:
    central.ensure()
    central.sync()
    argocd = central.environment.argocd
    central.until_ready(lambda: ensure_forgotten(central.client, argocd, central.home))
    central.world.kernel.run(60)
    assert central.hub.api.list(APPLICATIONS, "argocd") == []
    kinds = [one["metadata"]["name"] for one in central.hub.api.list("secrets", "argocd")]
    assert f"norikae-{GREEN}" not in kinds
    assert len(central.green.ready_pods("web", {"app": f"{GREEN}-web"})) == 2


def test_a_member_of_the_hubs_group_reads_no_secret_but_the_token(central: Central) -> None:
    central.ensure()
    assert central.client.get("secrets", "norikae-argocd-token", "argocd") is not None
    for attempt in (
        lambda: central.client.get("secrets", "argocd-secret", "argocd"),
        lambda: central.client.get("secrets", f"norikae-{GREEN}", "argocd"),
        lambda: central.client.list("secrets", "argocd"),
        lambda: central.client.patch("secrets", "argocd-secret", "argocd", {"data": {}}),
    ):
        with pytest.raises(RefusedError, match="forbidden"):
            attempt()
