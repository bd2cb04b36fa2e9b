"""Manifests that a real cluster refuses are refused here, in its words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.kubernetes import ApiError, ApiServer
from local.kubernetes.rules import RULES
from tests.local.kubernetes.shop import Json, config, definition, deployment, pod, refused, server, widget

DEPLOYMENTS = "deployments.apps"
SERVICE = {"ports": [{"port": 80}]}
BACKEND = {"service": {"name": "web", "port": {"number": 80}}}


def ingress(**path: Any) -> Json:
    whole = {"path": "/", "pathType": "Prefix", "backend": BACKEND} | path
    return {"rules": [{"host": "web.example.com", "http": {"paths": [whole]}}]}


def causes(api: ApiServer, resource: str, spec: Json, name: str = "web") -> list[tuple[str, str]]:
    """The fields of a 422 answer, with what is said of each."""
    with refused() as refusal:
        api.create(resource, {"metadata": {"name": name, "namespace": "shop"}, "spec": spec})
    assert refusal.said[:2] == (422, "Invalid")
    return [(cause["field"], cause["message"]) for cause in refusal.error.details["causes"]]


def test_refuses_fields_that_break_a_rule_all_at_once(api: ApiServer) -> None:
    broken = deployment(replicas=-1)
    broken["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    broken["spec"]["template"]["spec"]["containers"] = [{"name": "web"}]
    with refused() as refusal:
        api.create(DEPLOYMENTS, broken)
    why = (
        'Deployment.apps "web" is invalid: [spec.template.metadata.labels: Invalid value: '
        'map[string]string{"app":"other"}: `selector` does not match template `labels`, spec.replicas: Invalid value: '
        "-1: must be greater than or equal to 0, spec.template.spec.containers[0].image: Required value]"
    )
    assert refusal.said == (422, "Invalid", why)


def test_refuses_change_of_a_selector(api: ApiServer) -> None:
    api.create(DEPLOYMENTS, deployment())
    body = {
        "spec": {
            "selector": {"matchLabels": {"tier": "front"}},
            "template": {"metadata": {"labels": {"tier": "front"}}},
        }
    }
    with refused() as refusal:
        api.patch(DEPLOYMENTS, "web", "shop", body)
    assert refusal.error.code == 422
    assert refusal.error.details["causes"][0]["field"] == "spec.selector"
    assert refusal.error.message.endswith("field is immutable")


@pytest.mark.parametrize(
    ("resource", "spec", "field", "why"),
    [
        (DEPLOYMENTS, {"template": deployment()["spec"]["template"]}, "spec.selector", "Required value"),
        ("pods", {}, "spec.containers", "Required value"),
        ("pods", {"containers": [{"image": "x"}]}, "spec.containers[0].name", "Required value"),
        (
            "pods",
            {"containers": [{"name": "a", "image": "x"}, {"name": "a", "image": "y"}]},
            "spec.containers[1].name",
            'Duplicate value: "a"',
        ),
        ("services", {}, "spec.ports", "Required value"),
        (
            "services",
            {"ports": [{"port": 0}]},
            "spec.ports[0].port",
            "Invalid value: 0: must be between 1 and 65535, inclusive",
        ),
        ("services", {"ports": [{"port": 80}, {"port": 81, "name": "b"}]}, "spec.ports[0].name", "Required value"),
        (
            "ingresses.networking.k8s.io",
            {},
            "spec",
            "Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified",
        ),
        (
            "ingresses.networking.k8s.io",
            ingress(pathType=None),
            "spec.rules[0].http.paths[0].pathType",
            "Required value: pathType must be specified",
        ),
        (
            "ingresses.networking.k8s.io",
            ingress(pathType="Regex"),
            "spec.rules[0].http.paths[0].pathType",
            'Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"',
        ),
        (
            "ingresses.networking.k8s.io",
            ingress(path="shop"),
            "spec.rules[0].http.paths[0].path",
            'Invalid value: "shop": must be an absolute path',
        ),
        (
            "ingresses.networking.k8s.io",
            {"defaultBackend": {"service": {"name": "web"}}},
            "spec.defaultBackend.service.port",
            "Required value: port name or number is required",
        ),
        (
            "poddisruptionbudgets.policy",
            {"minAvailable": 1, "maxUnavailable": 1},
            "spec",
            "Invalid value: minAvailable=1 maxUnavailable=1: minAvailable and maxUnavailable cannot be both set",
        ),
        (
            "horizontalpodautoscalers.autoscaling",
            {"scaleTargetRef": {"kind": "Deployment", "name": "web"}},
            "spec.maxReplicas",
            "Invalid value: 0: must be greater than 0",
        ),
        (
            "horizontalpodautoscalers.autoscaling",
            {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 3, "maxReplicas": 2},
            "spec.maxReplicas",
            "Invalid value: 2: must be greater than or equal to `minReplicas`",
        ),
        (
            "cronjobs.batch",
            {"jobTemplate": {"spec": {"template": {"spec": pod()["spec"]}}}},
            "spec.schedule",
            "Required value",
        ),
    ],
)
def test_refuses_specs_that_break_a_rule(api: ApiServer, resource: str, spec: Json, field: str, why: str) -> None:
    assert causes(api, resource, spec) == [(field, why)]


@pytest.mark.parametrize(
    ("resource", "spec"),
    [
        ("services", SERVICE),
        ("services", {"clusterIP": "None"}),
        ("services", {"type": "ExternalName", "externalName": "example.com"}),
        ("ingresses.networking.k8s.io", ingress()),
        ("ingresses.networking.k8s.io", {"defaultBackend": {"resource": {"kind": "Bucket", "name": "static"}}}),
        ("poddisruptionbudgets.policy", {"minAvailable": "50%"}),
    ],
)
def test_sound_specs_are_taken(api: ApiServer, resource: str, spec: Json) -> None:
    created = api.create(resource, {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec})
    assert created["spec"] == spec


@pytest.mark.parametrize(
    ("resource", "name", "why"),
    [
        ("configmaps", "Shop_Settings", "a lowercase RFC 1123 subdomain must consist of"),
        ("configmaps", "x" * 254, "must be no more than 253 characters"),
        ("services", "1st", "a DNS-1035 label must consist of"),
        ("namespaces", "a.b", "a lowercase RFC 1123 label must consist of"),
        ("roles.rbac.authorization.k8s.io", "a/b", "may not contain '/'"),
        ("roles.rbac.authorization.k8s.io", "..", "may not be '..'"),
    ],
)
def test_refuses_names_that_break_their_rule(api: ApiServer, resource: str, name: str, why: str) -> None:
    namespace = None if resource == "namespaces" else "shop"
    with refused() as refusal:
        api.create(resource, {"metadata": {"name": name}, "spec": SERVICE}, namespace=namespace)
    assert refusal.error.details["causes"][0]["field"] == "metadata.name"
    assert why in refusal.error.message


def test_refuses_object_without_a_name(api: ApiServer) -> None:
    with refused() as refusal:
        api.create("configmaps", {"metadata": {}}, namespace="shop")
    why = 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'
    assert refusal.said == (422, "Invalid", why)


@pytest.mark.parametrize(("value", "why"), [("a b", "a valid label must be"), ("x" * 64, "must be no more than 63")])
def test_refuses_label_values_that_break_their_rule(api: ApiServer, value: str, why: str) -> None:
    labelled = config()
    labelled["metadata"]["labels"] = {"app": value}
    with refused() as refusal:
        api.create("configmaps", labelled)
    assert refusal.error.details["causes"][0]["field"] == "metadata.labels"
    assert why in refusal.error.message


@pytest.mark.parametrize(("value", "told"), [(True, "bool"), (3, "number"), ([], "array"), ({}, "object")])
def test_refuses_text_fields_of_another_type(api: ApiServer, value: object, told: str) -> None:
    annotated = config()
    annotated["metadata"]["annotations"] = {"norikae.dev/shift": value}
    with refused() as refusal:
        api.create("configmaps", annotated)
    why = (
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal '
        f"{told} into Go struct field ObjectMeta.metadata.annotations of type string"
    )
    assert refusal.said == (400, "BadRequest", why)


def test_refuses_change_of_a_role_reference(api: ApiServer) -> None:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    bindings = "rolebindings.rbac.authorization.k8s.io"
    api.create(bindings, {"metadata": {"name": "b", "namespace": "shop"}, "roleRef": reference})
    with refused() as refusal:
        api.patch(bindings, "b", "shop", {"roleRef": {"name": "edit"}})
    assert refusal.error.details["causes"][0]["message"] == (
        'Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"ClusterRole", Name:"edit"}: '
        "cannot change roleRef"
    )
    with refused() as refusal:
        api.create(
            "clusterrolebindings.rbac.authorization.k8s.io",
            {"metadata": {"name": "b"}, "roleRef": reference | {"kind": "Role"}},
        )
    assert refusal.error.details["causes"][0]["field"] == "roleRef.kind"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scope": ""}, "spec.scope"),
        ({"versions": [{"name": "v1", "served": True}]}, "spec.versions[0].storage"),
        ({"group": "other.com"}, "metadata.name"),
        ({"versions": [{"name": "v1", "served": True, "storage": False}]}, "spec.versions"),
    ],
)
def test_refuses_definitions_that_break_a_rule(api: ApiServer, change: Json, field: str) -> None:
    broken = definition()
    broken["spec"] |= change
    with refused() as refusal:
        api.create("customresourcedefinitions.apiextensions.k8s.io", broken)
    assert [cause["field"] for cause in refusal.error.details["causes"]] == [field]


def test_refuses_namespaced_object_without_its_namespace(api: ApiServer) -> None:
    with refused() as refusal:
        api.create("configmaps", {"metadata": {"name": "a"}}, namespace="absent")
    assert refusal.said == (404, "NotFound", 'namespaces "absent" not found')


def test_refuses_namespaced_object_that_names_no_namespace(api: ApiServer) -> None:
    with refused() as refusal:
        api.create("configmaps", {"metadata": {"name": "a"}})
    assert refusal.said == (400, "BadRequest", "an empty namespace may not be set during creation")


def test_refuses_object_of_another_namespace_than_the_request(api: ApiServer) -> None:
    with refused() as refusal:
        api.create("configmaps", config(), namespace="default")
    why = "the namespace of the provided object does not match the namespace sent on the request"
    assert refusal.said == (400, "BadRequest", why)


def test_refuses_new_content_in_a_namespace_that_is_being_deleted(api: ApiServer) -> None:
    api.delete("namespaces", "shop")
    with refused() as refusal:
        api.create("configmaps", config())
    why = "unable to create new content in namespace shop because it is being terminated"
    assert refusal.said == (403, "Forbidden", f'configmaps "settings" is forbidden: {why}')
    assert refusal.error.details["causes"][0]["reason"] == "NamespaceTerminating"


def test_refuses_name_that_is_taken(api: ApiServer) -> None:
    api.create("configmaps", config())
    with refused() as refusal:
        api.create("configmaps", config())
    assert refusal.said == (409, "AlreadyExists", 'configmaps "settings" already exists')


def test_refuses_object_that_is_not_there(api: ApiServer) -> None:
    with refused() as refusal:
        api.get(DEPLOYMENTS, "web", "shop")
    assert refusal.said == (404, "NotFound", 'deployments.apps "web" not found')
    assert refusal.error.details == {"name": "web", "group": "apps", "kind": "deployments"}


def test_refuses_write_to_an_older_version_of_the_object(api: ApiServer) -> None:
    old = api.create("configmaps", config())
    api.patch("configmaps", "settings", "shop", {"data": {"colour": "green"}})
    with refused() as refusal:
        api.update("configmaps", old)
    why = "the object has been modified; please apply your changes to the latest version and try again"
    assert refusal.said == (409, "Conflict", f'Operation cannot be fulfilled on configmaps "settings": {why}')


@pytest.mark.parametrize(("field", "told"), [("uid", "UID"), ("resourceVersion", "ResourceVersion")])
def test_refuses_deletion_of_another_object_of_that_name(api: ApiServer, field: str, told: str) -> None:
    actual = api.create("configmaps", config())["metadata"][field]
    with refused() as refusal:
        api.delete("configmaps", "settings", "shop", preconditions={field: "x"})
    why = f"Precondition failed: {told} in precondition: x, {told} in object meta: {actual}"
    assert refusal.said == (409, "Conflict", f'Operation cannot be fulfilled on configmaps "settings": {why}')


def test_refuses_resource_version_on_a_new_object(api: ApiServer) -> None:
    versioned = config()
    versioned["metadata"]["resourceVersion"] = "5"
    with refused() as refusal:
        api.create("configmaps", versioned)
    assert refusal.said == (400, "BadRequest", "resourceVersion should not be set on objects to be created")


def test_refuses_new_finalizers_on_an_object_that_is_leaving(api: ApiServer) -> None:
    held = config()
    held["metadata"]["finalizers"] = ["a.io/b"]
    api.create("configmaps", held)
    api.delete("configmaps", "settings", "shop")
    with refused() as refusal:
        api.patch("configmaps", "settings", "shop", {"metadata": {"finalizers": ["a.io/b", "c.io/d"]}})
    assert refusal.error.code == 422
    assert 'found new finalizers []string{"c.io/d"}' in refusal.error.message


def test_refuses_unknown_propagation_policy(api: ApiServer) -> None:
    api.create("configmaps", config())
    with refused() as refusal:
        api.delete("configmaps", "settings", "shop", propagation="Sideways")
    assert refusal.error.code == 422
    assert refusal.error.details["causes"][0]["field"] == "propagationPolicy"


def test_refuses_unconditional_replacement_of_a_custom_resource(api: ApiServer) -> None:
    api.create("customresourcedefinitions.apiextensions.k8s.io", definition())
    api.create("widgets.example.com", widget())
    with refused() as refusal:
        api.update("widgets.example.com", widget(size=2))
    why = "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"
    assert refusal.said == (422, "Invalid", f'Widget.example.com "one" is invalid: {why}')


def test_refuses_status_of_a_kind_that_has_none(api: ApiServer) -> None:
    api.create("configmaps", config())
    with refused() as refusal:
        api.patch("configmaps", "settings", "shop", {"status": {}}, subresource="status")
    assert refusal.said == (404, "NotFound", "the server could not find the requested resource")


def test_refuses_apply_without_a_manager(api: ApiServer) -> None:
    with refused() as refusal:
        api.apply(config(), manager="")
    why = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
    assert refusal.said == (422, "Invalid", why)


def test_refuses_apply_with_managed_fields(api: ApiServer) -> None:
    applied = api.apply(config(), manager="norikae")
    with refused() as refusal:
        api.apply(applied, manager="norikae")
    assert refusal.said == (400, "BadRequest", "metadata.managedFields must be nil")


FIELDS = st.sampled_from(
    [
        *("selector", "template", "metadata", "labels", "spec", "containers", "ports", "port", "name", "rules", "http"),
        *("paths", "backend", "defaultBackend", "versions", "names", "group", "scaleTargetRef", "jobTemplate"),
        *("minAvailable", "replicas"),
    ]
)
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)


@given(resource=st.sampled_from(sorted(RULES)), spec=VALUES)
def test_nonsense_is_taken_or_refused_and_never_breaks_the_server(resource: str, spec: Any) -> None:
    assert outcome(resource, spec) in {"taken", 400, 422}


def outcome(resource: str, spec: Any) -> int | str:
    try:
        server().create(resource, {"metadata": {"name": "web"}, "spec": spec}, namespace="default")
    except ApiError as error:
        return error.code
    return "taken"


def test_refuses_keyed_list_item_that_is_no_object(api: ApiServer) -> None:
    broken = deployment()
    broken["spec"]["template"]["spec"]["volumes"] = ["data"]
    with refused() as refusal:
        api.create(DEPLOYMENTS, broken)
    assert refusal.said == (400, "BadRequest", 'an item of a list with keys name is no object: "data"')
