"""The storm of the demo: who cannot be kept whole, and what has to be so after it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local.demo.storm import Reclaimed, Seen, exposed
from local.demo.storm_checks import storm_checks
from local.kernel import Kernel
from local.kubernetes.api import ApiServer
from norikae.traffic.applications import Application, IngressRef

GOES, STAYS = "ip-10-0-0-1.compute.internal", "ip-10-0-0-2.compute.internal"
SHOP = Application(
    "shop", "", ("shop.example.com",), (IngressRef("web", "shop", "", (), ("shop",)),), 0, None, None, None, ()
)


def cluster(*nodes: str, allowed: int | None = None) -> ApiServer:
    """A cluster in which each pod of the shop is on one of the nodes; with a budget that allows so many to go."""
    api = ApiServer(name="blue", version="1.33", now=lambda: 0.0, random=Kernel().stream("api"))
    api.create("namespaces", {"metadata": {"name": "web"}})
    selector = {"app": "shop"}
    ports = [{"port": 80}]
    api.create(
        "services", {"metadata": {"name": "shop", "namespace": "web"}, "spec": {"selector": selector, "ports": ports}}
    )
    for number, node in enumerate(nodes):
        meta = {"name": f"shop-{number}", "namespace": "web", "labels": selector}
        made = api.create(
            "pods", {"metadata": meta, "spec": {"nodeName": node, "containers": [{"name": "a", "image": "a"}]}}
        )
        made["status"] = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        api.update_status("pods", made)
    if allowed is not None:
        meta = {"name": "shop", "namespace": "web"}
        spec = {"maxUnavailable": allowed, "selector": {"matchLabels": selector}}
        made = api.create("poddisruptionbudgets.policy", {"metadata": meta, "spec": spec})
        made["status"] = {"disruptionsAllowed": allowed, "currentHealthy": 2, "desiredHealthy": 1, "expectedPods": 2}
        api.update_status("poddisruptionbudgets.policy", made)
    return api


@pytest.mark.parametrize(
    ("nodes", "allowed", "why"),
    [
        ((GOES,), 1, "its only pod"),
        ((GOES, GOES), None, "no budget keeps some"),
        ((GOES, GOES), 0, "its budget lets none of them go"),
        ((GOES, GOES), 1, ""),
        ((GOES, STAYS), None, ""),
        ((STAYS,), None, ""),
    ],
    ids=["one-pod", "no-budget", "a-stuck-budget", "one-after-the-other", "a-pod-elsewhere", "untouched"],
)
def test_only_who_cannot_be_kept_whole_is_excused(nodes: tuple[str, ...], allowed: int | None, why: str) -> None:
    found = exposed(cluster(*nodes, allowed=allowed), [SHOP], {GOES})
    assert list(found) == (["shop"] if why else [])
    assert why in found.get("shop", "")


def seen(*nodes: Reclaimed, **changed: Any) -> Seen:
    """Two of three machines went, and everything was as it has to be."""
    two = nodes or (node("one"), node("two"))
    told = [(one.instance, f"{one.instance}-1", state) for one in two for state in ("begun", "drained")]
    return replace(Seen(at_weight="shop at 25 %", spot=3, nodes=list(two), told=told), **changed)


def node(name: str, **changed: Any) -> Reclaimed:
    whole = Reclaimed(name=f"{name}.internal", instance=f"i-{name}", marked=2.0, evicted=3.0, empty=40.0, ended=120.0)
    return replace(whole, **changed)


def broken(after: Seen) -> list[str]:
    return [one.name for one in storm_checks(after) if not one.holds]


MIDDLE = "EC2 took most of blue's spot machines in the middle of a shift"
MARKED = "every node took no new pods before its first eviction"
EMPTIED = "every node was empty before its machine ended, or people know what was lost"
ONCE = "every node was one episode, each stage told once"
OVER = "no claim and no mark outlived the machines"


def test_a_storm_that_nobody_noticed_is_as_it_has_to_be() -> None:
    assert broken(seen()) == []


@pytest.mark.parametrize(
    ("after", "wrong"),
    [
        (Seen(), [MIDDLE, MARKED, EMPTIED, ONCE, OVER]),
        (seen(spot=5), [MIDDLE]),
        (seen(node("one"), node("two", ended=None)), [MIDDLE]),
        (seen(node("one"), node("two", marked=4.0)), [MARKED]),
        (seen(node("one"), node("two", marked=None)), [MARKED]),
        (seen(node("one"), node("two", empty=None, lost=("web/shop-1",))), [EMPTIED]),
        (seen(node("one"), node("two", lost=("web/shop-1",)), named={"web/shop-1"}), []),
        (seen(told=[("i-one", "a", "begun"), ("i-one", "a", "begun"), ("i-two", "b", "begun")]), [ONCE]),
        (seen(told=[("i-one", "a", "begun"), ("i-one", "b", "begun"), ("i-two", "c", "begun")]), [ONCE]),
        (seen(told=[("i-one", "a", "begun")]), [ONCE]),
        (seen(claims_open=["one.internal"]), [OVER]),
        (seen(marks_left=["one.internal"]), [OVER]),
    ],
    ids=[
        *("never-broke-out", "too-few", "never-ended", "marked-late", "never-marked", "lost-untold", "lost-and-told"),
        *("told-twice", "two-episodes", "told-nothing", "a-claim-left", "a-mark-left"),
    ],
)
def test_each_check_refuses_what_it_is_for(after: Seen, wrong: list[str]) -> None:
    assert broken(after) == wrong
