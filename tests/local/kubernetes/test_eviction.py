"""Evictions: a disruption budget is spent, never overdrawn."""

from local.kubernetes import ApiServer
from tests.local.kubernetes.shop import Json, pod, refused

BUDGETS = "poddisruptionbudgets.policy"
MESSAGE = "Cannot evict pod as it would violate the pod's disruption budget."


def running(api: ApiServer, name: str = "web-1", *, ready: bool = True) -> None:
    api.create("pods", pod(name))
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    status = {"status": {"phase": "Running", "conditions": conditions}}
    api.patch("pods", name, "shop", status, subresource="status")


def budget(api: ApiServer, name: str = "web", *, allowed: int = 1, healthy: int = 3, **spec: object) -> None:
    selector = spec.pop("selector", {"matchLabels": {"app": "web"}})
    api.create(BUDGETS, {"metadata": {"name": name, "namespace": "shop"}, "spec": {"selector": selector, **spec}})
    status = {"disruptionsAllowed": allowed, "currentHealthy": healthy, "desiredHealthy": 2, "observedGeneration": 1}
    api.patch(BUDGETS, name, "shop", {"status": status}, subresource="status")


def is_leaving(api: ApiServer, name: str = "web-1") -> bool:
    return "deletionTimestamp" in api.get("pods", name, "shop")["metadata"]


def status_of(api: ApiServer, name: str = "web") -> Json:
    found: Json = api.get(BUDGETS, name, "shop")["status"]
    return found


def test_a_pod_without_a_budget_is_evicted(api: ApiServer) -> None:
    running(api)
    api.evict("web-1", "shop")
    assert is_leaving(api)


def test_an_eviction_spends_the_budget(api: ApiServer) -> None:
    running(api)
    budget(api)
    api.evict("web-1", "shop")
    assert is_leaving(api)
    assert status_of(api)["disruptionsAllowed"] == 0
    assert status_of(api)["disruptedPods"] == {"web-1": "2026-11-24T12:00:00Z"}
    condition = status_of(api)["conditions"][0]
    assert (condition["type"], condition["status"], condition["reason"]) == (
        "DisruptionAllowed",
        "False",
        "InsufficientPods",
    )


def test_refuses_eviction_that_the_budget_does_not_allow(api: ApiServer) -> None:
    running(api)
    budget(api, allowed=0, healthy=2)
    with refused() as refusal:
        api.evict("web-1", "shop")
    assert refusal.said == (429, "TooManyRequests", MESSAGE)
    cause = {
        "reason": "DisruptionBudget",
        "message": "The disruption budget web needs 2 healthy pods and has 2 currently",
    }
    assert refusal.error.details["causes"] == [cause]
    assert refusal.error.retry_after is None, "the real server suggests no delay for a spent budget"
    assert not is_leaving(api)


def test_refuses_eviction_while_the_budget_was_not_seen_by_its_controller(api: ApiServer) -> None:
    running(api)
    budget(api)
    api.patch(BUDGETS, "web", "shop", {"spec": {"minAvailable": 1}})
    with refused() as refusal:
        api.evict("web-1", "shop")
    assert refusal.said == (429, "TooManyRequests", MESSAGE)
    cause = refusal.error.details["causes"][0]["message"]
    assert cause == "The disruption budget web is still being processed by the server."
    assert (refusal.error.retry_after, refusal.error.details["retryAfterSeconds"]) == (10, 10)


def test_refuses_eviction_of_a_pod_with_two_budgets(api: ApiServer) -> None:
    running(api)
    budget(api)
    budget(api, "second", selector={})
    with refused() as refusal:
        api.evict("web-1", "shop")
    why = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    assert refusal.said == (500, "", why)
    assert not is_leaving(api)


def test_refuses_eviction_against_a_negative_allowance(api: ApiServer) -> None:
    running(api)
    budget(api, allowed=-1)
    with refused() as refusal:
        api.evict("web-1", "shop")
    assert refusal.said[:2] == (403, "Forbidden")


def test_refuses_eviction_of_a_pod_that_was_replaced(api: ApiServer) -> None:
    running(api)
    budget(api)
    with refused() as refusal:
        api.evict("web-1", "shop", preconditions={"uid": "another"})
    assert refusal.said[:2] == (409, "Conflict")
    assert status_of(api)["disruptionsAllowed"] == 1


def test_refuses_eviction_of_a_pod_that_is_not_there(api: ApiServer) -> None:
    with refused() as refusal:
        api.evict("web-1", "shop")
    assert refusal.said == (404, "NotFound", 'pods "web-1" not found')


def test_a_dry_run_asks_the_budget_and_spends_nothing(api: ApiServer) -> None:
    running(api)
    budget(api)
    api.evict("web-1", "shop", dry_run=True)
    assert (status_of(api)["disruptionsAllowed"], is_leaving(api)) == (1, False)
    api.patch(BUDGETS, "web", "shop", {"status": {"disruptionsAllowed": 0}}, subresource="status")
    with refused() as refusal:
        api.evict("web-1", "shop", dry_run=True)
    assert refusal.error.code == 429


def test_pending_finished_and_leaving_pods_need_no_budget(api: ApiServer) -> None:
    budget(api, allowed=0)
    for name, phase in (("a", "Pending"), ("b", "Succeeded"), ("c", "Failed"), ("d", "Running")):
        running(api, name)
        api.patch("pods", name, "shop", {"status": {"phase": phase}}, subresource="status")
    api.delete("pods", "d", "shop")
    for name in "abcd":
        api.evict(name, "shop", grace_seconds=0)
    assert api.list("pods", "shop") == []


def test_a_pod_that_is_not_ready_may_go_while_the_budget_is_met(api: ApiServer) -> None:
    running(api, ready=False)
    budget(api, allowed=0, healthy=2)
    api.evict("web-1", "shop")
    assert is_leaving(api)
    assert status_of(api)["disruptionsAllowed"] == 0


def test_a_pod_that_is_not_ready_must_stay_when_the_budget_is_not_met(api: ApiServer) -> None:
    running(api, ready=False)
    budget(api, allowed=0, healthy=1)
    with refused() as refusal:
        api.evict("web-1", "shop")
    assert refusal.error.code == 429


def test_the_policy_always_allow_lets_every_unready_pod_go(api: ApiServer) -> None:
    running(api, ready=False)
    budget(api, allowed=0, healthy=1, unhealthyPodEvictionPolicy="AlwaysAllow")
    api.evict("web-1", "shop")
    assert is_leaving(api)
