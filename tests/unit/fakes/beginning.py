"""A world in which blue serves and nothing has begun, and the verbs of a story that builds green."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from norikae.cluster.eks_port import Cluster
from norikae.settings import Settings
from norikae.upgrade.begin import plan_upgrade
from norikae.upgrade.identity import Writer
from norikae.upgrade.plan import Plan
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import PhaseItem
from norikae.upgrade.sync_state import DiffItem, WaveItem
from tests.unit.fakes.argocd import INSTALL, FakeArgoCd
from tests.unit.fakes.demo import NOW, SHA, application, ingress, node, operation_state
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.grounds import FakeInsights
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.ports import FakeBalancers, FakeDns, FakePorts, alias
from tests.unit.fakes.story import APP, BLUE, GREEN, PARENT, RUN

BLUE_TAGS = {"norikae:environment": "demo", "norikae:role": "blue"}
PLATFORM = ("load-balancers", "dns")
SETTINGS = Settings(
    cluster_role="arn:aws:iam::123456789012:role/cluster",
    node_role="arn:aws:iam::123456789012:role/node",
    node_profile="arn:aws:iam::123456789012:instance-profile/node",
    access={"norikae:admin": ("arn:aws:iam::123456789012:role/builder",)},
)
RBAC: list[dict[str, Any]] = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}},
    {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "norikae-read"}},
]


class Beginning:
    """Blue serves some applications, and somebody starts the upgrade machine."""

    def __init__(self, *names: str) -> None:
        self.names = names or (APP,)
        self.eks = FakeEks(Cluster(BLUE, "1.33", "ACTIVE", BLUE_TAGS))
        hosts = {name: f"{name}.example.com" for name in self.names}
        self.ports = FakePorts(
            dns=FakeDns(*(alias(host, BLUE, 100, kind) for host in hosts.values() for kind in ("A", "AAAA"))),
            load_balancers=FakeBalancers(**{BLUE: (2, 2), GREEN: (2, 2)}),
            eks=self.eks,
            settings=SETTINGS,
            insights=FakeInsights(),
            identity=FakeIdentity(),
            files={"rbac": RBAC, "secret-sync": [], "argocd": INSTALL},
            now=NOW,
        )
        self.ports.executions.statuses[PARENT] = "RUNNING"
        ingresses = [ingress(name, host, hostname=f"{BLUE}.elb.example") for name, host in hosts.items()]
        applications = [application("root", children=self.names), *(application(name) for name in self.names)]
        self.blue = self.ports.apis[BLUE] = FakeKubernetes(*applications, *ingresses)
        self.green = FakeArgoCd()
        self.ports.apis[GREEN] = self.green
        self.green.rendered["root", SHA] = []

    def starts(self, request: dict[str, Any] | None = None, *, execution: str = PARENT, attempt: int = 1) -> Writer:
        """Somebody starts an execution; who it is from now on."""
        return Writer.of(plan_upgrade(self.ports, request or {}, execution, f"{RUN}-a{attempt}"))

    def plan(self) -> Plan:
        return read_plan(self.ports.table, RUN).plan

    def phase(self) -> PhaseItem:
        item = self.ports.table.read(RUN, "PHASE", PhaseItem)
        assert item is not None
        return item

    def green_is_built(self) -> None:
        """Green as EKS and Argo CD have it when everything went well."""
        self.eks.clusters[GREEN] = Cluster(GREEN, "1.35", "ACTIVE", {"norikae:environment": "demo"})
        for addon, version in self.eks.newest.items():
            self.eks.create_addon(GREEN, addon, version, "token")
        self.eks.settle()
        for name in ("a", "b", "c"):
            self.green.put(node(name))
        self.green_is_synced()

    def green_is_synced(self, *, attempt: int = 1) -> None:
        """Every application on green was synced by this run, and the controllers gave the Ingresses balancers."""
        done = operation_state("Succeeded", sync_id=f"{RUN}/{attempt}", revision=SHA)
        self.green.put(application("root", children=(*PLATFORM, *self.names), operationState=done))
        for name in (*PLATFORM, *self.names):
            self.green.put(application(name, operationState=done))
        for name in self.names:
            self.green.put(ingress(name, f"{name}.example.com", hostname=f"{GREEN}.elb.example"))

    def wave_is_compared(self, writer: Writer, phase: str, *names: str) -> None:
        """Compare wave has found nothing in a wave that nobody expects."""
        found = DiffItem(
            phase=phase,
            applications=names,
            revision=SHA,
            hash="",
            unexpected=0,
            verdict="expected",
            attempt=writer.attempt,
        )
        self.ports.table.write(writer, WaveItem(phase=phase, applications=names).key, found)

    def blue_is(self, **changes: Any) -> None:
        """EKS describes blue differently."""
        self.eks.clusters[BLUE] = replace(self.eks.clusters[BLUE], **changes)
