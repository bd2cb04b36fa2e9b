"""Lists: selectors, pages that stay consistent, and watches."""

import time

import pytest

from local.kubernetes import ApiServer
from local.kubernetes.routes import route
from local.kubernetes.selectors import matches
from local.kubernetes.store import Store
from local.kubernetes.watching import Watch
from tests.local.kubernetes.shop import Json, config, pod, refused


@pytest.fixture
def fleet(api: ApiServer) -> ApiServer:
    """Pods a to d: on two nodes, in two tiers, one of them in another namespace."""
    api.create("pods", pod("a", labels={"app": "web", "tier": "front"}))
    api.create("pods", pod("b", node="node-2", labels={"app": "web"}))
    api.create("pods", pod("c", labels={"app": "jobs", "tier": "back"}))
    api.create("pods", {**pod(), "metadata": {"name": "d", "labels": {}}}, namespace="default")
    return api


def names(found: list[Json]) -> str:
    return "".join(each["metadata"]["name"] for each in found)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", "dabc"),
        ("app=web", "ab"),
        ("app==web,tier=front", "a"),
        ("app!=web", "dc"),
        ("tier", "ac"),
        ("!tier", "db"),
        ("app in (web, jobs)", "abc"),
        ("app notin (web)", "dc"),
        ("app in (web,jobs),tier!=back", "ab"),
    ],
)
def test_label_selectors(fleet: ApiServer, selector: str, expected: str) -> None:
    assert names(fleet.list("pods", labels=selector)) == expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("spec.nodeName=node-1", "dac"),
        ("spec.nodeName!=node-1", "b"),
        ("metadata.name=b", "b"),
        ("metadata.namespace=default", "d"),
        ("status.phase=Pending,spec.nodeName=node-2", "b"),
    ],
)
def test_field_selectors(fleet: ApiServer, selector: str, expected: str) -> None:
    assert names(fleet.list("pods", fields=selector)) == expected


def test_lists_may_be_of_one_namespace(fleet: ApiServer) -> None:
    assert names(fleet.list("pods", "shop")) == "abc"


def test_selector_objects_of_budgets_and_workloads() -> None:
    labels = {"app": "web", "tier": "front"}
    expressions = [
        {"key": "app", "operator": "In", "values": ["web"]},
        {"key": "app", "operator": "NotIn", "values": ["jobs"]},
        {"key": "tier", "operator": "Exists"},
        {"key": "hold", "operator": "DoesNotExist"},
    ]
    assert matches({"matchLabels": {"app": "web"}, "matchExpressions": expressions}, labels)
    assert matches({}, labels)
    assert not matches(None, labels)
    assert not matches({"matchLabels": {"app": "jobs"}}, labels)


def test_pages_together_are_the_whole_list(fleet: ApiServer) -> None:
    first = fleet.page("pods", limit=3)
    second = fleet.page("pods", limit=3, token=first.token)
    assert (names(first.items), first.remaining, names(second.items), second.token) == ("dab", 1, "c", "")


def test_later_pages_show_the_list_as_it_was(fleet: ApiServer) -> None:
    first = fleet.page("pods", limit=2)
    fleet.create("pods", pod("bb"))
    fleet.delete("pods", "c", "shop", grace_seconds=0)
    fleet.patch("pods", "b", "shop", {"metadata": {"labels": {"app": "changed"}}})
    rest = fleet.page("pods", token=first.token)
    assert names(rest.items) == "bc"
    assert rest.items[0]["metadata"]["labels"]["app"] == "web"
    assert rest.revision == first.revision


def test_refuses_page_whose_history_is_forgotten(fleet: ApiServer) -> None:
    first = fleet.page("pods", limit=2)
    fleet.create("configmaps", config())
    fleet.store.forget()
    with refused() as refusal:
        fleet.page("pods", token=first.token)
    assert refusal.said[:2] == (410, "Expired")
    token = refusal.error.status()["metadata"]["continue"]
    assert names(fleet.page("pods", token=token).items) == "bc", "the token in the answer goes on inconsistently"


def test_refuses_continue_token_that_cannot_be_read(fleet: ApiServer) -> None:
    with refused() as refusal:
        fleet.page("pods", token="???")
    assert refusal.said[:2] == (400, "BadRequest")


def test_the_store_forgets_its_oldest_changes() -> None:
    store = Store(history=2)
    for number in range(4):
        store.put("configmaps", ("shop", f"c{number}"), {"metadata": {}})
    assert (store.revision, store.forgotten) == (4, 2)


def test_hundreds_of_objects_are_listed_in_moments(api: ApiServer) -> None:
    for number in range(300):
        api.create("pods", pod(f"web-{number}"))
    api.list("pods")
    fastest = min(_seconds(api) for _ in range(5))
    assert fastest < 0.05, "measured 2 ms; the bound is loose because other work shares the machine"


def _seconds(api: ApiServer) -> float:
    begin = time.perf_counter()
    assert len(api.list("pods", "shop", labels="app=web")) == 300
    return time.perf_counter() - begin


def watch(api: ApiServer, query: str) -> Watch:
    return Watch(api, api.catalog.named("pods"), route("GET", f"/api/v1/namespaces/shop/pods?watch=1&{query}"))


def seen(watching: Watch) -> list[tuple[str, str]]:
    watching.close()
    return [(event["type"], event["object"]["metadata"]["name"]) for event in watching.events() if event]


def test_a_watch_begins_with_what_is_there(fleet: ApiServer) -> None:
    assert seen(watch(fleet, "labelSelector=app%3Dweb")) == [("ADDED", "a"), ("ADDED", "b")]


def test_a_watch_from_a_revision_misses_nothing(fleet: ApiServer) -> None:
    revision = fleet.store.revision
    fleet.create("pods", pod("e"))
    watching = watch(fleet, f"resourceVersion={revision}")
    fleet.delete("pods", "e", "shop", grace_seconds=0)
    fleet.create("configmaps", config())
    assert seen(watching) == [("ADDED", "e"), ("DELETED", "e")]


def test_an_object_that_starts_or_stops_to_match_comes_and_goes(fleet: ApiServer) -> None:
    watching = watch(fleet, f"resourceVersion={fleet.store.revision}&labelSelector=tier%3Dfront")
    for tier in ("front", "front", "back"):
        body = {"metadata": {"labels": {"tier": tier}, "annotations": {"n": tier + str(fleet.store.revision)}}}
        fleet.patch("pods", "b", "shop", body)
    assert seen(watching) == [("ADDED", "b"), ("MODIFIED", "b"), ("DELETED", "b")]


def test_a_closed_watch_hears_nothing_more(fleet: ApiServer) -> None:
    watching = watch(fleet, f"resourceVersion={fleet.store.revision}")
    watching.close()
    fleet.create("pods", pod("e"))
    assert seen(watching) == []


def test_refuses_watch_whose_history_is_forgotten(fleet: ApiServer) -> None:
    revision = fleet.store.revision
    fleet.create("configmaps", config())
    fleet.store.forget()
    events = [event for event in watch(fleet, f"resourceVersion={revision}").events() if event]
    assert [event["type"] for event in events] == ["ERROR"]
    status = events[0]["object"]
    assert (status["code"], status["reason"]) == (410, "Expired")
    assert status["message"] == f"too old resource version: {revision} ({revision + 1})"


def test_refuses_field_selector_that_the_resource_does_not_have(fleet: ApiServer) -> None:
    with refused() as refusal:
        fleet.list("pods", fields="spec.hostNetwork=true")
    assert refusal.said == (400, "BadRequest", "field label not supported: spec.hostNetwork")
    with refused() as refusal:
        fleet.list("pods", fields="spec.nodeName")
    assert refusal.error.code == 400


def test_refuses_label_selector_that_cannot_be_read(fleet: ApiServer) -> None:
    with refused() as refusal:
        fleet.list("pods", labels="app in web")
    assert refusal.said[:2] == (400, "BadRequest")
    with refused() as refusal:
        matches({"matchExpressions": [{"key": "a", "operator": "Near"}]}, {})
    assert refusal.error.code == 400


def test_a_page_of_a_node_is_found_among_thousands_and_stays_consistent(api: ApiServer) -> None:
    for number in range(6):
        api.create("pods", pod(f"p{number}", node=f"node-{number % 2}"))
    first = api.page("pods", fields="spec.nodeName=node-0", limit=2)
    api.delete("pods", "p4", "shop", grace_seconds=0)
    api.create("pods", pod("p5b", node="node-0"))
    rest = api.page("pods", fields="spec.nodeName=node-0", limit=2, token=first.token)
    assert [each["metadata"]["name"] for each in (*first.items, *rest.items)] == ["p0", "p2", "p4"]
    now = [each["metadata"]["name"] for each in api.list("pods", fields="spec.nodeName=node-0,status.phase!=Failed")]
    assert now == ["p0", "p2", "p5b"]
