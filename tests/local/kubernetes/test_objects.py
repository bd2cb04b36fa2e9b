"""The life of an object: made, replaced, marked for deletion, gone."""

import pytest

from local.kubernetes import ApiServer
from tests.local.kubernetes.shop import Clock, Json, config, definition, deployment, pod, refused, server, widget

DEPLOYMENTS = "deployments.apps"


def test_a_new_object_gets_what_the_server_owns(api: ApiServer) -> None:
    meta = api.create(DEPLOYMENTS, deployment())["metadata"]
    assert meta["creationTimestamp"] == "2026-11-24T12:00:00Z"
    assert meta["generation"] == 1
    assert len(meta["uid"]) == 36
    assert meta["resourceVersion"] == str(api.store.revision)


def test_what_comes_back_is_a_copy(api: ApiServer) -> None:
    api.create("configmaps", config())
    api.get("configmaps", "settings", "shop")["data"]["colour"] = "green"
    api.list("configmaps", "shop")[0]["data"]["colour"] = "green"
    assert api.get("configmaps", "settings", "shop")["data"] == {"colour": "blue"}


def test_the_server_keeps_its_own_copy_of_what_it_is_given(api: ApiServer) -> None:
    given = config()
    api.create("configmaps", given)
    given["data"]["colour"] = "green"
    assert api.get("configmaps", "settings", "shop")["data"] == {"colour": "blue"}


def test_the_same_calls_give_the_same_cluster() -> None:
    def cluster() -> list[Json]:
        api = server()
        for _ in range(3):
            api.create("pods", {**pod(), "metadata": {"generateName": "web-"}}, namespace="default")
        return api.list("pods")

    assert cluster() == cluster()


def test_generated_names_end_with_five_letters(api: ApiServer) -> None:
    names = [
        api.create("pods", {**pod(), "metadata": {"generateName": "web-"}}, namespace="shop")["metadata"]["name"]
        for _ in range(20)
    ]
    assert len(set(names)) == 20
    assert all(name.startswith("web-") and len(name) == 9 for name in names)


def test_every_write_takes_the_next_revision(api: ApiServer) -> None:
    first = int(api.create("configmaps", config("a"))["metadata"]["resourceVersion"])
    second = int(api.create("configmaps", config("b"))["metadata"]["resourceVersion"])
    assert second == first + 1


def test_a_write_that_changes_nothing_stores_nothing(api: ApiServer) -> None:
    before = api.create("configmaps", config())
    after = api.patch("configmaps", "settings", "shop", {"data": {"colour": "blue"}})
    assert after == before


def test_the_generation_counts_changes_of_the_spec_alone(api: ApiServer) -> None:
    api.create(DEPLOYMENTS, deployment())
    labelled = api.patch(DEPLOYMENTS, "web", "shop", {"metadata": {"labels": {"tier": "front"}}})
    scaled = api.patch(DEPLOYMENTS, "web", "shop", {"spec": {"replicas": 5}})
    ready = api.patch(DEPLOYMENTS, "web", "shop", {"status": {"replicas": 5}}, subresource="status")
    assert [each["metadata"]["generation"] for each in (labelled, scaled, ready)] == [1, 2, 2]


def test_status_is_written_only_through_its_subresource(api: ApiServer) -> None:
    born = api.create(DEPLOYMENTS, deployment() | {"status": {"replicas": 9}})
    assert "status" not in born
    api.update_status(DEPLOYMENTS, {**born, "spec": {"replicas": 9}, "status": {"replicas": 2}})
    stored = api.patch(DEPLOYMENTS, "web", "shop", {"status": {"replicas": 7}, "spec": {"replicas": 3}})
    assert (stored["status"]["replicas"], stored["spec"]["replicas"]) == (2, 3)


def test_a_node_may_come_with_its_status_and_a_pod_begins_pending(api: ApiServer) -> None:
    node = api.create("nodes", {"metadata": {"name": "node-1"}, "status": {"capacity": {"cpu": "4"}}})
    born = api.create("pods", pod() | {"status": {"phase": "Running"}})
    assert node["status"]["capacity"] == {"cpu": "4"}
    assert born["status"] == {"phase": "Pending"}


def test_a_dry_run_answers_as_if_and_stores_nothing(api: ApiServer) -> None:
    events: list[str] = []
    api.create("configmaps", config())
    api.subscribe(lambda kind, *_: events.append(kind))
    revision = api.store.revision
    assert api.create("configmaps", config("other"), dry_run=True)["metadata"]["name"] == "other"
    patched = api.patch("configmaps", "settings", "shop", {"data": {"colour": "green"}}, dry_run=True)
    api.delete("configmaps", "settings", "shop", dry_run=True)
    assert patched["data"] == {"colour": "green"}
    assert api.get("configmaps", "settings", "shop")["data"] == {"colour": "blue"}
    assert (api.store.revision, events) == (revision, [])


def test_subscribers_hear_of_every_change_with_a_copy_of_their_own(api: ApiServer) -> None:
    heard: list[tuple[str, str, str]] = []

    def spoil(kind: str, resource: str, obj: Json) -> None:
        heard.append((kind, resource, obj["metadata"]["name"]))
        obj.clear()

    api.subscribe(spoil)
    api.create("configmaps", config())
    api.patch("configmaps", "settings", "shop", {"data": {"colour": "green"}})
    api.delete("configmaps", "settings", "shop")
    assert heard == [(kind, "configmaps", "settings") for kind in ("ADDED", "MODIFIED", "DELETED")]


def test_an_object_with_finalizers_stays_until_the_last_one_is_gone(api: ApiServer, clock: Clock) -> None:
    api.create("configmaps", config() | {"metadata": {"name": "held", "namespace": "shop", "finalizers": ["a.io/b"]}})
    clock.seconds += 60
    api.delete("configmaps", "held", "shop")
    assert api.get("configmaps", "held", "shop")["metadata"]["deletionTimestamp"] == "2026-11-24T12:01:00Z"
    api.patch("configmaps", "held", "shop", {"metadata": {"finalizers": None}})
    assert api.list("configmaps", "shop") == []


def test_the_propagation_policy_leaves_its_finalizer_for_the_collector(api: ApiServer) -> None:
    for name, policy in (("a", "Foreground"), ("b", "Orphan")):
        api.create("configmaps", config(name))
        api.delete("configmaps", name, "shop", propagation=policy)
    finalizers = [each["metadata"]["finalizers"] for each in api.list("configmaps", "shop")]
    assert finalizers == [["foregroundDeletion"], ["orphan"]]


def test_a_pod_on_a_node_stays_until_its_kubelet_lets_it_go(api: ApiServer) -> None:
    api.create("pods", pod())
    api.delete("pods", "web-1", "shop")
    meta = api.get("pods", "web-1", "shop")["metadata"]
    assert (meta["deletionTimestamp"], meta["deletionGracePeriodSeconds"]) == ("2026-11-24T12:00:30Z", 30)
    api.delete("pods", "web-1", "shop", grace_seconds=0)
    assert api.list("pods", "shop") == []


def test_a_pod_without_a_node_goes_at_once(api: ApiServer) -> None:
    api.create("pods", pod(node=""))
    api.delete("pods", "web-1", "shop")
    assert api.list("pods", "shop") == []


def test_a_namespace_stays_until_it_is_finalized(api: ApiServer) -> None:
    api.delete("namespaces", "shop")
    assert api.get("namespaces", "shop")["status"]["phase"] == "Terminating"
    api.finalize("shop")
    assert "shop" not in [each["metadata"]["name"] for each in api.list("namespaces")]


def test_a_namespace_carries_its_name_as_a_label(api: ApiServer) -> None:
    found = api.list("namespaces", labels="kubernetes.io/metadata.name=shop")
    assert [each["metadata"]["name"] for each in found] == ["shop"]


def test_who_reads_and_then_writes_is_told_when_somebody_was_faster(api: ApiServer) -> None:
    mine = api.create("configmaps", config())
    api.patch("configmaps", "settings", "shop", {"data": {"colour": "green"}})
    with refused() as refusal:
        api.update("configmaps", mine | {"data": {"colour": "red"}})
    assert refusal.said[:2] == (409, "Conflict")
    with refused() as refusal:
        api.patch("configmaps", "settings", "shop", {"metadata": {"resourceVersion": "1"}, "data": {"colour": "red"}})
    assert refusal.said[:2] == (409, "Conflict")


def test_an_unconditional_update_replaces_the_object(api: ApiServer) -> None:
    api.create("configmaps", config())
    assert api.update("configmaps", config(size="3"))["data"] == {"size": "3"}


@pytest.mark.parametrize("field", ["uid", "creationTimestamp", "generation"])
def test_system_fields_cannot_be_written(api: ApiServer, field: str) -> None:
    before = api.create(DEPLOYMENTS, deployment())["metadata"][field]
    body = {"metadata": {field: None}, "spec": {"paused": True}}
    after = api.patch(DEPLOYMENTS, "web", "shop", body)["metadata"][field]
    assert after == (2 if field == "generation" else before)


def test_mappings_and_tuples_are_taken_as_json(api: ApiServer) -> None:
    given = config()
    given["metadata"]["finalizers"] = ("a.io/b",)
    assert api.create("configmaps", given)["metadata"]["finalizers"] == ["a.io/b"]
    with pytest.raises(TypeError, match="object has no form"):
        api.create("configmaps", config("b") | {"data": object()})


def test_a_custom_object_counts_every_change_of_its_content(api: ApiServer) -> None:
    api.create("customresourcedefinitions.apiextensions.k8s.io", definition(status=False))
    api.create("widgets.example.com", widget())
    written = api.patch("widgets.example.com", "one", "shop", {"status": {"ready": True}})
    assert (written["status"], written["metadata"]["generation"]) == ({"ready": True}, 2)


def test_true_is_not_one(api: ApiServer) -> None:
    api.create("customresourcedefinitions.apiextensions.k8s.io", definition())
    api.apply(widget(hold=1), manager="norikae")
    assert api.apply(widget(hold=True), manager="norikae")["spec"]["hold"] is True
    assert api.get("widgets.example.com", "one", "shop")["spec"]["hold"] is True


def test_a_later_deletion_of_a_pod_may_only_shorten_its_grace(api: ApiServer, clock: Clock) -> None:
    api.create("pods", pod())
    api.delete("pods", "web-1", "shop", grace_seconds=60)
    clock.seconds += 10
    for longer in (None, 90):
        meta = api.delete("pods", "web-1", "shop", grace_seconds=longer)["metadata"]
        assert (meta["deletionTimestamp"], meta["deletionGracePeriodSeconds"]) == ("2026-11-24T12:01:00Z", 60)
    meta = api.delete("pods", "web-1", "shop", grace_seconds=20)["metadata"]
    assert (meta["deletionTimestamp"], meta["deletionGracePeriodSeconds"]) == ("2026-11-24T12:00:20Z", 20)
    api.delete("pods", "web-1", "shop", grace_seconds=0)
    assert api.list("pods") == []


def test_a_negative_grace_is_a_second(api: ApiServer) -> None:
    api.create("pods", pod())
    assert api.delete("pods", "web-1", "shop", grace_seconds=-5)["metadata"]["deletionGracePeriodSeconds"] == 1
