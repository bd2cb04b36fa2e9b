"""A decommission that dies at any of its calls, before or after the effect, ends with the same nothing of blue.

And with everything of green, and of others, as it was.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from norikae.cluster import trust
from norikae.cluster.compute_port import Instance, Leftovers, NewLaunchTemplate, ScalingGroup
from norikae.cluster.eks_port import Addon, Cluster, NodeGroup
from norikae.cluster.identity_port import Provider
from norikae.upgrade.decommission import decommission_blue
from norikae.upgrade.no_return import GuardedDns
from norikae.upgrade.state import PhaseItem
from tests.unit.fakes.deadly import Deadly, Killed
from tests.unit.fakes.demo import application, demo_environment, ingress
from tests.unit.fakes.identity import BLUE_ISSUER, GREEN_ISSUER, FakeIdentity, admitting, policy, role
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.story import BLUE, GREEN, HOST, RUN, WRITER, Story

PARTS = ("dns", "table", "eks", "compute", "identity", "orphans")
CASCADE = "resources-finalizer.argocd.argoproj.io"
CLUSTERS = {BLUE: BLUE_ISSUER, GREEN: GREEN_ISSUER}


def controller(kind: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": "argocd"}, "spec": {"replicas": 1}}


def held(kind: str, name: str, finalizer: str, **spec: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": "shop", "finalizers": [finalizer]}, "spec": spec}


def inside() -> FakeKubernetes:
    """What is in a cluster: Argo CD with an application, and all that holds load balancers."""
    app = application("web")
    app["metadata"]["finalizers"] = [CASCADE]
    app["spec"]["syncPolicy"]["automated"] = {"selfHeal": True}
    return FakeKubernetes(
        controller("Deployment", "argocd-applicationset-controller"),
        controller("StatefulSet", "argocd-application-controller"),
        app,
        ingress("web", HOST, finalizers=("ingress.k8s.aws/resources",)),
        held("Service", "gateway", "service.k8s.aws/resources", type="LoadBalancer"),
        held("Service", "web", "kept.example.com/by-others", type="ClusterIP"),
    )


class Teardown:
    """One decommission in memory, whose process dies at one call.

    Args:
        deadly: the ordinal of the call; none of them when it is negative.
        when: whether the process dies ``before`` or ``after`` the effect of the call.
    """

    def __init__(self, deadly: int = -1, when: str = "before") -> None:
        self.story = Story("A", "AAAA")
        self.world: Any = self.story.ports
        self.world.environment = demo_environment(irsa_roles=[role("chat")])
        self.story.soaked()
        for cluster in CLUSTERS:
            self._build(cluster)
        sids = {cluster: trust.sid_of("ap-northeast-1", cluster) for cluster in CLUSTERS}
        statements = [admitting(issuer, "chat:api", sid=sids[cluster]) for cluster, issuer in CLUSTERS.items()]
        self.world.identity = FakeIdentity({role("chat"): policy(*statements)})
        for cluster, issuer in CLUSTERS.items():
            arn = trust.provider_arn(role("chat"), issuer)
            tags = {"norikae:environment": "demo", "norikae:cluster": cluster}
            host = issuer.removeprefix("https://")
            self.world.identity.known[arn] = Provider(arn, host, frozenset({trust.AUDIENCE}), tags)
        self.world.compute.left = Leftovers(volumes=("vol-1",))
        dns: Any = GuardedDns(self.story.ports.dns, self.story.ports.table)
        self.world.dns = dns
        self.parts = {name: getattr(self.world, name) for name in PARTS}
        self.apis = dict(self.world.apis)
        self.calls: list[str] = []
        self._deadly, self._when = deadly, when
        for name, part in self.parts.items():
            setattr(self.world, name, Deadly(part, self._moment))
        self.world.apis[BLUE] = self._deadly_api()

    def _deadly_api(self) -> Any:
        return Deadly(self.apis[BLUE], self._moment)

    def _build(self, cluster: str) -> None:
        """A cluster with one of everything, whose controller leaves one of everything behind."""
        eks, compute = self.world.eks, self.world.compute
        tags = {"norikae:environment": "demo"}
        eks.clusters[cluster] = Cluster(cluster, "1.35", "ACTIVE", tags, deletion_protection=True)
        eks.groups[cluster] = {"worker": NodeGroup("worker", "ACTIVE")}
        eks.added[cluster] = {"vpc-cni": Addon("vpc-cni", "v1", "ACTIVE")}
        name = f"{cluster}-nodes"
        compute.own(ScalingGroup(name, 1, instances=(f"i-{name}-0",)), cluster)
        compute.machines[f"i-{name}-0"] = Instance(f"i-{name}-0", "running", name)
        marks = {f"kubernetes.io/cluster/{cluster}": "owned", **tags}
        compute.templates[name] = NewLaunchTemplate(name, "ami", "profile", (), "", 20, marks, {}, "token")
        self.world.orphans.leave(cluster)
        for obj in inside().objects.values():
            self.world.kubernetes(cluster).put(obj)

    def _moment(self, name: str, moment: str) -> None:
        if moment == "before":
            self.calls.append(name)
        if len(self.calls) - 1 == self._deadly and moment == self._when:
            self._deadly = -1
            raise Killed(name)

    def run(self) -> int:
        """Look until blue is gone, again after a death; how often the process died."""
        deaths = 0
        for _ in range(80):
            try:
                if decommission_blue(self.world, WRITER)["next"] == "go-on":
                    return deaths
            except Killed:
                deaths += 1
            self.parts["eks"].settle()
            self.parts["compute"].settle()
            self.apis[BLUE].drop_finalizers()
            self.world.now += 30
        raise AssertionError(self.calls)

    def asked(self) -> list[str]:
        """Everything that was asked for and had an effect."""
        return [line for name in ("eks", "compute", "identity", "orphans") for line in self.parts[name].asked]

    def result(self) -> tuple[object, ...]:
        """What there is in the end."""
        eks, compute, identity, orphans = (self.parts[name] for name in ("eks", "compute", "identity", "orphans"))
        phase = self.parts["table"].read(RUN, "PHASE", PhaseItem)
        return (
            sorted(eks.clusters),
            {name: sorted(groups) for name, groups in eks.groups.items()},
            {name: sorted(addons) for name, addons in eks.added.items()},
            sorted(compute.groups),
            sorted(compute.templates),
            sorted(compute.machines),
            identity.policies,
            sorted(identity.known),
            (orphans.balancers, orphans.groups, orphans.walls),
            self.parts["dns"].records([HOST]),
            {key: obj["spec"] for key, obj in self.apis[BLUE].objects.items()},
            self.apis[GREEN].writes,
            phase.point_of_no_return,
        )


def calls_of_a_teardown() -> list[str]:
    teardown = Teardown()
    assert teardown.run() == 0
    return teardown.calls


CALLS = calls_of_a_teardown()
WHOLE = Teardown()
WHOLE.run()


def test_a_teardown_makes_every_kind_of_call() -> None:
    kinds = {"change", "patch", "delete", "delete_node_group", "delete_scaling_group", "delete_launch_template"}
    kinds |= {"delete_addon", "set_deletion_protection", "delete_cluster", "replace_trust_policy", "delete_provider"}
    kinds |= {"delete_load_balancer", "delete_target_group", "delete_security_group", "leftovers", "write", "log"}
    assert kinds <= set(CALLS)


def test_nothing_of_blue_is_left_and_everything_of_green_is() -> None:
    eks, compute, identity, orphans = (WHOLE.parts[name] for name in ("eks", "compute", "identity", "orphans"))
    assert (sorted(eks.clusters), sorted(compute.groups)) == ([GREEN], [f"{GREEN}-nodes"])
    assert (sorted(compute.templates), sorted(compute.machines)) == ([f"{GREEN}-nodes"], [f"i-{GREEN}-nodes-0"])
    assert [one.tags["norikae:cluster"] for one in identity.known.values()] == [GREEN]
    (statement,) = identity.policies[role("chat")]["Statement"]
    assert statement["Sid"] == trust.sid_of("ap-northeast-1", GREEN)
    assert set(orphans.balancers.values()) | set(orphans.groups.values()) | set(orphans.walls.values()) == {GREEN}
    assert {record.set_identifier for record in WHOLE.parts["dns"].records([HOST])} == {GREEN}
    assert WHOLE.apis[GREEN].writes == []


def test_the_parts_of_blue_go_in_the_order_that_leaves_no_orphan() -> None:
    order = [
        *("patch statefulsets.apps argocd-application-controller", "patch applications.argoproj.io web"),
        *("delete ingresses.networking.k8s.io shop/web", "delete services shop/gateway"),
    ]
    writes = WHOLE.apis[BLUE].writes
    assert [writes.index(line) for line in order] == sorted(writes.index(line) for line in order)
    order = ["delete node group worker", "delete add-on vpc-cni", f"deletion protection of {BLUE} off"]
    assert WHOLE.parts["eks"].asked == [*order, f"delete cluster {BLUE}"]
    names = ["change", "delete", "delete_node_group", "delete_scaling_group", "delete_addon", "delete_cluster"]
    names += ["replace_trust_policy", "delete_provider", "delete_load_balancer", "delete_security_group"]
    first = [CALLS.index(name) for name in names]
    assert first == sorted(first)
    assert CALLS.index("patch") < CALLS.index("change"), "Argo CD is frozen before a record goes"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("deadly", range(len(CALLS)), ids=[f"{n}-{name}" for n, name in enumerate(CALLS)])
def test_a_teardown_that_died_ends_with_the_same_nothing(deadly: int, when: str) -> None:
    teardown = Teardown(deadly, when)
    assert teardown.run() == 1
    assert teardown.result() == WHOLE.result()
    assert Counter(teardown.asked()) == Counter(WHOLE.asked()), "something was asked for twice, or not at all"
