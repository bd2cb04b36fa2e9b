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
    uid = api.get("pods", "web-1", "shop")["metadata"]["uid"]
    told = f"the UID in the precondition (another) does not match the UID in record ({uid})"
    assert refusal.said[:2] == (409, "Conflict")
    assert told in refusal.error.message
    assert not is_leaving(api)
    assert status_of(api)["disruptionsAllowed"] == 0, "the budget was spent before anybody looked at the pod"


def test_an_eviction_says_in_the_pod_why_it_goes(api: ApiServer) -> None:
    running(api)
    api.evict("web-1", "shop", preconditions={"uid": api.get("pods", "web-1", "shop")["metadata"]["uid"]})
    pod = api.get("pods", "web-1", "shop")
    reasons = {each["type"]: each.get("reason") for each in pod["status"]["conditions"]}
    assert reasons == {"Ready": None, "DisruptionTarget": "EvictionByEvictionAPI"}


def test_an_eviction_gives_the_grace_period_that_it_names(api: ApiServer) -> None:
    running(api)
    api.evict("web-1", "shop", grace_seconds=5)
    meta = api.get("pods", "web-1", "shop")["metadata"]
    assert (meta["deletionGracePeriodSeconds"], meta["deletionTimestamp"]) == (5, "2026-11-24T12:00:05Z")


def test_pods_of_a_namespace_that_terminates_are_evicted_like_others(api: ApiServer) -> None:
    running(api)
    budget(api)
    api.delete("namespaces", "shop")
    api.evict("web-1", "shop")
    assert is_leaving(api)


def test_refuses_eviction_while_too_many_are_not_confirmed(api: ApiServer) -> None:
    running(api)
    budget(api)
    disrupted = {f"gone-{number}": "2026-11-24T12:00:00Z" for number in range(2001)}
    api.patch(BUDGETS, "web", "shop", {"status": {"disruptedPods": disrupted}}, subresource="status")
    with refused() as refusal:
        api.evict("web-1", "shop")
    why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
    assert refusal.said == (403, "Forbidden", f'poddisruptionbudget.policy "web" is forbidden: {why}')


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
