"""Server-side apply: fields have owners, and owners disagree out loud."""

from hypothesis import given
from hypothesis import strategies as st

from local.kubernetes import ApiServer
from local.kubernetes.fields import from_fields_v1, to_fields_v1
from tests.local.kubernetes.shop import Clock, Json, config, definition, deployment, refused, server, widget

DEPLOYMENTS = "deployments.apps"
WIDGETS = "widgets.example.com"
CRDS = "customresourcedefinitions.apiextensions.k8s.io"


def managers(obj: Json) -> dict[tuple[str, str], Json]:
    return {(entry["manager"], entry["operation"]): entry for entry in obj["metadata"]["managedFields"]}


def containers(obj: Json) -> list[Json]:
    found: list[Json] = obj["spec"]["template"]["spec"]["containers"]
    return found


def test_applying_an_object_that_is_not_there_creates_it(api: ApiServer) -> None:
    applied = api.apply(deployment(), manager="norikae")
    entry = managers(applied)["norikae", "Apply"]
    assert applied["metadata"]["generation"] == 1
    assert (entry["apiVersion"], entry["fieldsType"], entry["time"]) == ("apps/v1", "FieldsV1", "2026-11-24T12:00:00Z")
    assert entry["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:containers"] == {
        'k:{"name":"web"}': {
            ".": {},
            "f:image": {},
            "f:name": {},
            "f:ports": {'k:{"containerPort":8080,"protocol":"TCP"}': {".": {}, "f:containerPort": {}}},
        }
    }
    assert entry["fieldsV1"]["f:spec"]["f:selector"] == {}, "selectors are atomic"


def test_applying_the_same_again_writes_nothing(api: ApiServer, clock: Clock) -> None:
    before = api.apply(deployment(), manager="norikae")
    clock.seconds += 60
    assert api.apply(deployment(), manager="norikae") == before


def test_a_field_that_is_no_longer_applied_goes(api: ApiServer) -> None:
    wanted = deployment()
    wanted["metadata"]["annotations"] = {"norikae.dev/app": "web"}
    containers(wanted)[0]["env"] = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    containers(wanted).append({"name": "side", "image": "side:1"})
    api.apply(wanted, manager="norikae")
    left = deployment()
    containers(left)[0]["env"] = [{"name": "B", "value": "2"}]
    applied = api.apply(left, manager="norikae")
    assert containers(applied) == containers(left)
    assert "annotations" not in applied["metadata"]


def test_what_somebody_else_put_stays(api: ApiServer) -> None:
    api.apply(deployment(), manager="norikae")
    side = {"name": "side", "image": "side:1"}
    body = {"spec": {"template": {"spec": {"containers": [side]}}}, "metadata": {"annotations": {"a.io/b": "c"}}}
    api.patch(DEPLOYMENTS, "web", "shop", body, kind="strategic", manager="mesh")
    applied = api.apply(deployment(image="web:2"), manager="norikae")
    assert [each["image"] for each in containers(applied)] == ["web:2", "side:1"]
    assert applied["metadata"]["annotations"] == {"a.io/b": "c"}


def test_refuses_apply_of_a_field_that_another_manager_changed(api: ApiServer) -> None:
    api.apply(deployment(), manager="norikae")
    api.patch(DEPLOYMENTS, "web", "shop", {"spec": {"replicas": 9}}, manager="hpa")
    with refused() as refusal:
        api.apply(deployment(), manager="norikae")
    message = 'Apply failed with 1 conflict: conflict with "hpa" using apps/v1: .spec.replicas'
    assert refusal.said == (409, "Conflict", message)
    assert refusal.error.details["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "hpa" using apps/v1', "field": ".spec.replicas"}
    ]
    assert api.get(DEPLOYMENTS, "web", "shop")["spec"]["replicas"] == 9


def test_several_conflicts_are_told_by_manager(api: ApiServer) -> None:
    api.apply(deployment(), manager="norikae")
    api.patch(DEPLOYMENTS, "web", "shop", {"spec": {"replicas": 9}}, manager="hpa")
    changed = deployment(image="web:9")
    changed["spec"].pop("replicas")
    api.apply(changed, manager="argocd", force=True)
    with refused() as refusal:
        api.apply(deployment(), manager="norikae")
    assert refusal.error.message == (
        "Apply failed with 2 conflicts: "
        'conflicts with "argocd":\n- .spec.template.spec.containers[name="web"].image\n'
        'conflicts with "hpa" using apps/v1:\n- .spec.replicas'
    )


def test_force_takes_the_field_over(api: ApiServer) -> None:
    api.apply(deployment(), manager="norikae")
    api.patch(DEPLOYMENTS, "web", "shop", {"spec": {"replicas": 9}}, manager="hpa")
    applied = api.apply(deployment(), manager="norikae", force=True)
    assert applied["spec"]["replicas"] == 2
    assert list(managers(applied)) == [("norikae", "Apply")], "the other owned nothing else"


def test_two_managers_with_the_same_value_share_the_field(api: ApiServer) -> None:
    api.apply(config(), manager="one")
    api.apply(config(), manager="two")
    api.apply(config(size="3"), manager="one")
    assert api.get("configmaps", "settings", "shop")["data"] == {"colour": "blue", "size": "3"}
    with refused() as refusal:
        api.apply(config(colour="red"), manager="one")
    assert refusal.error.details["causes"][0]["field"] == ".data.colour"


def test_a_plain_write_takes_its_fields_from_the_applier(api: ApiServer) -> None:
    api.apply(config(colour="blue", size="3"), manager="norikae")
    written = api.patch("configmaps", "settings", "shop", {"data": {"size": "4"}}, manager="kubectl-edit")
    assert managers(written)["norikae", "Apply"]["fieldsV1"] == {"f:data": {"f:colour": {}}}
    assert managers(written)["kubectl-edit", "Update"]["fieldsV1"] == {"f:data": {"f:size": {}}}


def test_the_managers_of_the_status_are_their_own(api: ApiServer) -> None:
    api.apply(deployment(), manager="norikae")
    written = api.patch(DEPLOYMENTS, "web", "shop", {"status": {"replicas": 2}}, subresource="status", manager="kcm")
    entry = managers(written)["kcm", "Update"]
    assert (entry["subresource"], entry["fieldsV1"]) == ("status", {"f:status": {"f:replicas": {}}})


def test_a_status_applied_on_the_main_endpoint_is_not_owned(api: ApiServer) -> None:
    applied = api.apply(deployment() | {"status": {"replicas": 9}}, manager="norikae")
    again = api.apply(deployment(image="web:2") | {"status": {"replicas": 9}}, manager="norikae")
    assert "status" not in applied
    assert "f:status" not in managers(again)["norikae", "Apply"]["fieldsV1"]


def test_the_status_can_be_applied_on_its_subresource(api: ApiServer) -> None:
    api.apply(deployment(), manager="norikae")
    applied = api.apply(deployment(replicas=9) | {"status": {"replicas": 2}}, manager="kcm", subresource="status")
    assert (applied["status"], applied["spec"]["replicas"]) == ({"replicas": 2}, 2)


def test_finalizers_are_a_set_with_an_owner_for_each(api: ApiServer) -> None:
    wanted = config()
    wanted["metadata"]["finalizers"] = ["a.io/mine"]
    api.apply(wanted, manager="norikae")
    api.patch(
        "configmaps",
        "settings",
        "shop",
        [{"op": "add", "path": "/metadata/finalizers/-", "value": "b.io/theirs"}],
        kind="json",
    )
    assert api.apply(config(), manager="norikae")["metadata"]["finalizers"] == ["b.io/theirs"]


def test_a_dry_run_of_apply_shows_the_result_and_keeps_the_object(api: ApiServer) -> None:
    before = api.apply(config(), manager="norikae")
    shown = api.apply(config(colour="green"), manager="norikae", dry_run=True)
    assert shown["data"] == {"colour": "green"}
    assert api.get("configmaps", "settings", "shop") == before


def test_an_older_resource_version_is_a_precondition_of_apply(api: ApiServer) -> None:
    old = api.apply(config(), manager="norikae")["metadata"]["resourceVersion"]
    api.patch("configmaps", "settings", "shop", {"data": {"size": "3"}})
    wanted = config(colour="green")
    wanted["metadata"]["resourceVersion"] = old
    with refused() as refusal:
        api.apply(wanted, manager="norikae")
    assert refusal.said[:2] == (409, "Conflict")


def test_lists_of_custom_resources_are_atomic_unless_their_schema_says_otherwise(api: ApiServer) -> None:
    items = {"type": "object", "properties": {"name": {"type": "string"}}}
    keyed = {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": items}
    names = {"type": "array", "x-kubernetes-list-type": "set"}
    schema = {"properties": {"spec": {"properties": {"keyed": keyed, "names": names, "plain": {"type": "array"}}}}}
    api.create(CRDS, definition(schema=schema))
    api.apply(widget(keyed=[{"name": "a"}], names=["a"], plain=[1]), manager="one")
    applied = api.apply(widget(keyed=[{"name": "b"}], names=["b"]), manager="two")
    assert applied["spec"] == {"keyed": [{"name": "a"}, {"name": "b"}], "names": ["a", "b"], "plain": [1]}
    with refused() as refusal:
        api.apply(widget(plain=[1, 2]), manager="two")
    assert refusal.error.details["causes"][0]["field"] == ".spec.plain"


def test_managed_fields_can_be_reset(api: ApiServer) -> None:
    api.apply(config(), manager="norikae")
    reset = api.patch("configmaps", "settings", "shop", {"metadata": {"managedFields": [{}]}})
    assert reset["metadata"].get("managedFields", []) == []


def test_an_entry_of_managed_fields_can_be_taken_away(api: ApiServer) -> None:
    api.create("configmaps", config(), manager="norikae")
    both = api.apply(config(), manager="argocd-controller")
    left = [one for one in both["metadata"]["managedFields"] if one["manager"] != "norikae"]
    after = api.patch("configmaps", "settings", "shop", {"metadata": {"managedFields": left}}, manager="kubectl")
    assert {name for name, _ in managers(after)} == {"argocd-controller"}


CONTENT = st.recursive(
    st.integers(0, 2) | st.sampled_from(["", "a"]) | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
SPECS = st.dictionaries(st.sampled_from("abc"), CONTENT, min_size=1, max_size=3)


def with_widgets() -> ApiServer:
    api = server()
    api.create("namespaces", {"metadata": {"name": "shop"}})
    api.create(CRDS, definition())
    return api


@given(first=SPECS, second=SPECS)
def test_a_lone_manager_gets_exactly_what_it_applies(first: Json, second: Json) -> None:
    api = with_widgets()
    api.apply(widget(**first), manager="norikae")
    applied = api.apply(widget(**second), manager="norikae")
    assert applied["spec"] == second
    assert api.apply(widget(**second), manager="norikae") == applied


@given(mine=SPECS, theirs=SPECS)
def test_what_is_forced_is_there_and_the_rest_of_the_other_stays(mine: Json, theirs: Json) -> None:
    api = with_widgets()
    api.apply(widget(**theirs), manager="other")
    applied = api.apply(widget(**mine), manager="norikae", force=True)["spec"]
    assert all(name in applied for name in {*mine, *theirs})
    assert all(applied[name] == value for name, value in mine.items() if not isinstance(value, dict))
    assert all(applied[name] == value for name, value in theirs.items() if name not in mine)


@given(st.sets(st.lists(st.sampled_from(["f:a", "f:b", 'k:{"name":"a"}']), min_size=1, max_size=4).map(tuple)))
def test_a_set_of_fields_survives_being_written_down(paths: set[tuple[str, ...]]) -> None:
    assert from_fields_v1(to_fields_v1(paths)) == paths
