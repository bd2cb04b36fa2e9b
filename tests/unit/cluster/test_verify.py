"""Green is verified when nodes, add-ons, applications and load balancers are all there."""

from __future__ import annotations

from dataclasses import replace

from norikae.argocd.home import home_of
from norikae.cluster.eks_port import Addon
from norikae.cluster.verify import Green, unmet
from norikae.upgrade.progress import counted
from tests.unit.fakes.demo import FINISHED, NOW, OTHER_SHA, SHA, application, demo_environment, ingress, node, unsynced
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.kubernetes import FakeKubernetes

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


def look(eks: FakeEks, api: FakeKubernetes, **changes: object) -> tuple[str, ...]:
    green = Green(NAME, api, home_of(demo_environment().argocd, NAME), api, SHA)
    return unmet(eks, demo_environment(), replace(green, **changes), NOW)  # type: ignore[arg-type]


def test_a_complete_green_is_verified() -> None:
    assert look(*green_world()) == ()


def test_everything_that_is_unmet_is_said_at_once() -> None:
    eks, api = green_world()
    api.put(node("b", ready=False))
    del api.objects["nodes", None, "c"]
    del eks.added[NAME]["coredns"]
    eks.break_addon(NAME, "vpc-cni", "CREATING")
    api.put(unsynced("web"))
    api.put(ingress("web", "web.demo.example.com"))
    found = look(eks, api)
    assert found[:4] == (
        "node b is not Ready",
        "2 of at least 3 nodes have joined",
        "add-on vpc-cni is CREATING",
        "add-on coredns is missing",
    )
    assert found[4].startswith("application web: it was never synced")
    assert found[5] == "Ingress shop/web has no load balancer yet"
    assert counted(found).endswith("and 1 more")


def test_another_commit_than_the_pinned_one_is_not_verified() -> None:
    eks, api = green_world()
    assert all("instead of" in reason for reason in look(eks, api, revision=OTHER_SHA))


def test_after_the_hand_over_any_commit_will_do() -> None:
    assert look(*green_world(), revision="") == ()


def test_what_norikae_suspended_is_no_reason_to_wait() -> None:
    eks, api = green_world()
    cron_job = {"group": "batch", "kind": "CronJob", "namespace": "web", "name": "nightly", "status": "Synced"}
    health = {"status": "Suspended", "lastTransitionTime": FINISHED}
    api.put(application("web", resources=[cron_job], health=health))
    assert look(eks, api) == ("application web: it is Suspended",)
    assert look(eks, api, suspended=frozenset({("cronjobs.batch", "web", "nightly")})) == ()


def test_a_child_that_does_not_exist_is_not_verified() -> None:
    eks, api = green_world()
    del api.objects["applications.argoproj.io", "argocd", "web"]
    assert look(eks, api) == ("application web does not exist",)


def test_a_green_that_nobody_wants_to_shift_to_is_not_verified() -> None:
    eks, api = green_world()
    del api.objects["ingresses.networking.k8s.io", "shop", "web"]
    assert look(eks, api) == ("no Ingress is annotated norikae.dev/shift",)
