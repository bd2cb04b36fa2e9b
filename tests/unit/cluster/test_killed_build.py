"""A build that dies at any of its calls, before or after the effect, goes on to the same cluster and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from norikae.cluster.eks_port import Cluster
from norikae.cluster.green import ClusterRoles, GreenCluster, ensure_green
from norikae.cluster.site import Site
from norikae.errors import ConflictError
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.deadly import Deadly, Killed
from tests.unit.fakes.demo import demo_environment, node
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.identity import BLUE_ISSUER, GREEN_ISSUER, PODS, FakeIdentity, admitting, policy, role
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.orphans import FakeOrphans

if TYPE_CHECKING:
    from norikae.upgrade.progress import Progress

BLUE, GREEN = "demo-1-33", GreenCluster("demo-1-35-a", "1.35", "run-1", "demo-1-33")
BUILDER, READER = role("builder"), role("reader")
ROLES = ClusterRoles(
    role("cluster"),
    role("node"),
    "arn:aws:iam::123456789012:instance-profile/node",
    access={"norikae:read": [READER, BUILDER], "norikae:admin": [BUILDER]},
)
RBAC: list[dict[str, Any]] = list(yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8")))[
    :4
]
GROUPS = [
    {"name": "system", "kind": "managed", "instances": ["m7g.large"]},
    {"name": "worker", "kind": "self-managed", "instances": ["m7g.large"], "min_size": 2},
]


class Build:
    """One build in memory, whose process dies at one call.

    Args:
        deadly: the ordinal of the call; none of them when it is negative.
        when: whether the process dies ``before`` or ``after`` the effect of the call.
    """

    def __init__(self, deadly: int = -1, when: str = "before") -> None:
        self.environment = demo_environment(
            node_groups=GROUPS,
            irsa_roles=[role("chat")],
            pod_identity=[{"namespace": "files", "service_account": "upload", "role": role("files")}],
        )
        self.eks = FakeEks(Cluster(BLUE, "1.33", "ACTIVE", issuer=BLUE_ISSUER))
        self.compute, self.api = FakeCompute(), FakeKubernetes()
        self.identity = FakeIdentity(
            {role("chat"): policy(admitting(BLUE_ISSUER, "chat:api")), role("files"): policy(PODS)}
        )
        self.calls: list[str] = []
        self._deadly, self._when = deadly, when
        parts = (Deadly(part, self._moment) for part in (self.eks, self.compute, self.identity, self.api))
        eks, compute, identity, api = parts
        self.site: Any = Site(eks, compute, identity, lambda _: api, FakeOrphans())

    def _moment(self, name: str, moment: str) -> None:
        if moment == "before":
            self.calls.append(name)
        if len(self.calls) - 1 == self._deadly and moment == self._when:
            self._deadly = -1
            raise Killed(name)

    def look(self) -> Progress:
        return ensure_green(self.site, self.environment, GREEN, ROLES, RBAC)

    def run(self) -> int:
        """Look until green is ready, again after a death or a conflict; how often the process died."""
        deaths = 0
        for _ in range(60):
            try:
                if self.look().ready:
                    return deaths
            except Killed:
                deaths += 1
            except ConflictError:
                continue
            self._time_passes()
        raise AssertionError(self.calls)

    def _time_passes(self) -> None:
        self.eks.settle()
        self.compute.settle()
        if GREEN.name in self.eks.clusters:
            self.eks.clusters[GREEN.name] = replace(self.eks.clusters[GREEN.name], issuer=GREEN_ISSUER)
        for key in self.compute.machines:
            self.api.put({**node(key), "spec": {"providerID": f"aws:///ap-northeast-1a/{key}"}})

    def asked(self) -> list[str]:
        """Everything that was asked for and had an effect."""
        return [*self.eks.asked, *self.compute.asked, *self.identity.asked]

    def result(self) -> tuple[object, ...]:
        """What there is in the end."""
        return (
            sorted(self.eks.clusters),
            {name: sorted(groups) for name, groups in self.eks.groups.items()},
            {name: sorted(addons) for name, addons in self.eks.added.items()},
            self.eks.entries,
            self.compute.templates,
            self.compute.made,
            self.identity.policies,
            self.identity.known,
            self.identity.associated,
            sorted(self.api.objects),
        )


def calls_of_a_build() -> list[str]:
    build = Build()
    assert build.run() == 0
    return build.calls


CALLS = calls_of_a_build()
WHOLE = Build()
WHOLE.run()


def test_a_build_makes_every_kind_of_call() -> None:
    kinds = {"create_cluster", "create_access_entry", "associate_policy", "apply", "create_addon", "create_node_group"}
    kinds |= {"create_launch_template", "create_scaling_group", "associate", "create_provider", "replace_trust_policy"}
    assert kinds <= set(CALLS)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("deadly", range(len(CALLS)), ids=[f"{n}-{name}" for n, name in enumerate(CALLS)])
def test_a_build_that_died_goes_on_to_the_same_cluster(deadly: int, when: str) -> None:
    build = Build(deadly, when)
    assert build.run() == 1
    assert build.result() == WHOLE.result()
    assert len(build.asked()) == len(set(build.asked())), "something was asked for twice"
    assert sorted(build.asked()) == sorted(WHOLE.asked())
