"""What budgets let go, compared with what the eviction API answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.drain.allowance import Allowance, is_stuck, selects
from norikae.drain.budget import Budget, Expression, Selector
from norikae.drain.pod import Pod

WEB = {"app": "web", "tier": "front"}


def pod(name: str = "web-1", **more: Any) -> Pod:
    known: dict[str, Any] = {"namespace": "shop", "labels": WEB}
    return Pod(name=name, uid=name, node="node-1", owner="ReplicaSet", **{**known, **more})


def budget(name: str = "web", **more: Any) -> Budget:
    known: dict[str, Any] = {
        "selector": Selector({"app": "web"}),
        "allowed": 1,
        "healthy": 3,
        "desired": 2,
        "expected": 3,
    }
    return Budget(namespace="shop", name=name, **{**known, **more})


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (None, False),
        (Selector(), True),
        (Selector({"app": "web"}), True),
        (Selector({"app": "api"}), False),
        (Selector({"app": "web"}, (Expression("tier", "Exists"),)), True),
        (Selector({"app": "web"}, (Expression("tier", "DoesNotExist"),)), False),
        (Selector({}, (Expression("app", "In", ("api", "web")),)), True),
        (Selector({}, (Expression("app", "In", ("api",)),)), False),
        (Selector({}, (Expression("app", "NotIn", ("api",)),)), True),
        (Selector({}, (Expression("app", "NotIn", ("web",)),)), False),
        (Selector({}, (Expression("zone", "NotIn", ("a",)),)), True),
        (Selector({}, (Expression("zone", "In", ("a",)),)), False),
        (Selector({}, (Expression("zone", "DoesNotExist"),)), True),
        (Selector({}, (Expression("zone", "Exists"),)), False),
    ],
)
def test_a_selector_selects_as_kubernetes_says(selector: Selector | None, *, expected: bool) -> None:
    assert selects(selector, WEB) is expected


@pytest.mark.parametrize(
    ("why", "budgets", "more", "said"),
    [
        ("no budget", [], {}, "granted"),
        ("a budget of others", [budget(selector=Selector({"app": "api"}))], {}, "granted"),
        ("a budget of another namespace", [budget()], {"namespace": "bank"}, "granted"),
        ("an allowance", [budget()], {}, "granted"),
        ("spent, others come back", [budget(allowed=0, healthy=2)], {}, "later"),
        ("spent a moment ago, not counted yet", [budget(allowed=0)], {}, "later"),
        ("not seen by its controller", [budget(seen=False)], {}, "later"),
        ("maxUnavailable 0", [budget(allowed=0, desired=3)], {}, "never"),
        ("minAvailable above the replicas", [budget(allowed=0, desired=5)], {}, "never"),
        ("two budgets", [budget(), budget("front", selector=Selector({"tier": "front"}))], {}, "never"),
        ("two budgets, pending", [budget(), budget("front")], {"phase": "Pending"}, "granted"),
        ("spent, pending", [budget(allowed=0)], {"phase": "Pending"}, "granted"),
        ("spent, ended", [budget(allowed=0, desired=3)], {"phase": "Succeeded"}, "granted"),
        ("unhealthy, others suffice", [budget(allowed=0, healthy=2)], {"ready": False}, "granted"),
        ("unhealthy, others do not suffice", [budget(allowed=0, healthy=1)], {"ready": False}, "later"),
        (
            "unhealthy, always allowed",
            [budget(allowed=0, healthy=1, evicts_unhealthy=True)],
            {"ready": False},
            "granted",
        ),
        ("unhealthy, nothing desired", [budget(allowed=0, healthy=0, desired=0)], {"ready": False}, "later"),
    ],
)
def test_whether_a_pod_may_go(why: str, budgets: list[Budget], more: dict[str, Any], said: str) -> None:
    assert Allowance(budgets).take(pod(**more)).said == said, why


def test_a_budget_that_refused_is_left_alone() -> None:
    assert Allowance([budget(allowed=2)], resting={"shop/web"}).take(pod()).said == "later"


def test_an_unhealthy_pod_costs_no_allowance() -> None:
    allowance = Allowance([budget(healthy=2, allowed=1)])
    assert [allowance.take(pod(f"web-{n}", ready=n != 1)).said for n in (1, 2, 3)] == ["granted", "granted", "later"]


def test_a_refusal_names_the_budgets() -> None:
    assert Allowance([budget(allowed=0, desired=3)]).take(pod()).budgets == ("shop/web",)
    assert Allowance([budget(), budget("all", selector=Selector())]).take(pod()).budgets == ("shop/all", "shop/web")


@given(allowed=st.integers(0, 6), pods=st.integers(0, 12))
def test_no_more_is_granted_than_is_allowed(allowed: int, pods: int) -> None:
    allowance = Allowance([budget(allowed=allowed, healthy=12, desired=12 - allowed, expected=12)])
    granted = sum(allowance.take(pod(f"web-{n}")).said == "granted" for n in range(pods))
    assert granted == min(allowed, pods)


def test_a_budget_without_pods_keeps_nothing() -> None:
    assert not is_stuck(budget(allowed=0, healthy=0, desired=0, expected=0))
