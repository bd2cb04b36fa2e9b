"""Green is verified when nodes, add-ons, applications and load balancers are all there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster.eks_port import Addon
from norikae.cluster.verify import unmet, verify_green
from tests.unit.fakes.demo import NOW, OTHER_SHA, SHA, application, demo_environment, ingress, node, unsynced
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.kubernetes import FakeKubernetes

if TYPE_CHECKING:
    from norikae.upgrade.progress import Progress

NAME = "demo-1-35-a"


def green_world() -> tuple[FakeEks, FakeKubernetes]:
    eks = FakeEks()
    for addon in demo_environment().clusters.addons:
        eks.added.setdefault(NAME, {})[addon] = Addon(addon, "v1", "ACTIVE")
    api = FakeKubernetes(
        *(node(name) for name in ("a", "b", "c")),
        application("root", children=("web",)),
        application("web"),
        ingress("web", "web.demo.example.com", hostname="web-1.elb.amazonaws.com"),
    )
    return eks, api


def look(eks: FakeEks, api: FakeKubernetes) -> Progress:
    return verify_green(eks, api, demo_environment(), NAME, SHA, NOW)


def test_a_complete_green_is_verified() -> None:
    assert look(*green_world()).ready


def test_everything_that_is_unmet_is_said_at_once() -> None:
    eks, api = green_world()
    api.put(node("b", ready=False))
    del api.objects["nodes", None, "c"]
    del eks.added[NAME]["coredns"]
    eks.break_addon(NAME, "vpc-cni", "CREATING")
    api.put(unsynced("web"))
    api.put(ingress("web", "web.demo.example.com"))
    found = unmet(eks, api, demo_environment(), NAME, SHA, NOW)
    assert found[:4] == (
        "node b is not Ready",
        "2 of at least 3 nodes have joined",
        "add-on vpc-cni is CREATING",
        "add-on coredns is missing",
    )
    assert found[4].startswith("application web: it was never synced")
    assert found[5] == "Ingress shop/web has no load balancer yet"
    assert look(eks, api).waiting_for.endswith("and 1 more")


def test_another_commit_than_the_pinned_one_is_not_verified() -> None:
    eks, api = green_world()
    assert "instead of" in verify_green(eks, api, demo_environment(), NAME, OTHER_SHA, NOW).waiting_for


def test_a_child_that_does_not_exist_is_not_verified() -> None:
    eks, api = green_world()
    del api.objects["applications.argoproj.io", "argocd", "web"]
    assert look(eks, api).waiting_for == "application web does not exist"


def test_a_green_that_nobody_wants_to_shift_to_is_not_verified() -> None:
    eks, api = green_world()
    del api.objects["ingresses.networking.k8s.io", "shop", "web"]
    assert look(eks, api).waiting_for == "no Ingress is annotated norikae.dev/shift"
