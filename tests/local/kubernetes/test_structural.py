"""Custom resources by the schema of their definition."""

from typing import Any

import pytest

from local.kubernetes import ApiServer, structural
from tests.local.kubernetes.shop import Clock, Json, definition, refused, server, widget

SCHEMA: Json = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["size"],
            "properties": {
                "size": {"type": "integer", "minimum": 1, "maximum": 9},
                "colour": {"type": "string", "enum": ["red", "blue"], "default": "red"},
                "title": {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-z]+$"},
                "keys": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
                "parts": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["id"],
                        "properties": {"id": {"type": "string"}, "kind": {"type": "string", "default": "plain"}},
                    },
                },
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "target": {
                    "type": "object",
                    "default": {},
                    "properties": {"policy": {"type": "string", "default": "Owner"}},
                },
                "port": {"x-kubernetes-int-or-string": True},
                "note": {"type": "string", "nullable": True},
            },
        },
        "status": {"type": "object", "properties": {"seen": {"type": "integer"}}},
    },
}


@pytest.fixture
def api(api: ApiServer) -> ApiServer:
    api.create("customresourcedefinitions.apiextensions.k8s.io", definition(schema=SCHEMA))
    return api


def made(api: ApiServer, **spec: Any) -> Json:
    found: Json = api.create("widgets.example.com", widget(**{"size": 1, **spec}), manager="people")["spec"]
    return found


def test_unknown_fields_are_dropped_and_known_ones_kept(api: ApiServer) -> None:
    found = made(
        api, shape="round", parts=[{"id": "a", "weight": 1}], labels={"any": "key"}, free={"any": {"thing": 1}}
    )
    assert "shape" not in found
    assert found["parts"] == [{"id": "a", "kind": "plain"}]
    assert found["labels"] == {"any": "key"}
    assert found["free"] == {"any": {"thing": 1}}


def test_what_has_a_default_is_filled_in_also_inside_of_defaults(api: ApiServer) -> None:
    found = made(api)
    assert found == {"size": 1, "colour": "red", "target": {"policy": "Owner"}}


def test_a_removed_field_gets_its_default_again(api: ApiServer) -> None:
    made(api, colour="blue")
    patched = api.patch("widgets.example.com", "one", "shop", {"spec": {"colour": None}})
    assert patched["spec"]["colour"] == "red"


def test_metadata_is_never_dropped(api: ApiServer) -> None:
    obj = widget()
    obj["metadata"]["annotations"] = {"a": "b"}
    assert api.create("widgets.example.com", obj)["metadata"]["annotations"] == {"a": "b"}


def is_of(kind: str, field: str, wanted: str) -> str:
    return f'Invalid value: "{kind}": {field} in body must be of type {wanted}: "{kind}"'


@pytest.mark.parametrize(
    ("spec", "field", "message"),
    [
        ({"size": "big"}, "spec.size", is_of("string", "spec.size", "integer")),
        ({"size": 0}, "spec.size", "Invalid value: 0: spec.size in body should be greater than or equal to 1"),
        ({"size": 10}, "spec.size", "Invalid value: 10: spec.size in body should be less than or equal to 9"),
        ({"colour": "green"}, "spec.colour", 'Unsupported value: "green": supported values: "red", "blue"'),
        ({"title": "a"}, "spec.title", 'Invalid value: "a": spec.title in body should be at least 2 chars long'),
        ({"title": "abcde"}, "spec.title", "Too long: may not be more than 4 bytes"),
        ({"title": "A1"}, "spec.title", "Invalid value: \"A1\": spec.title in body should match '^[a-z]+$'"),
        ({"keys": ["a", "b", "c"]}, "spec.keys", "Too many: 3: must have at most 2 items"),
        ({"keys": [1]}, "spec.keys[0]", is_of("integer", "spec.keys[0]", "string")),
        ({"parts": [{}]}, "spec.parts[0].id", "Required value"),
        ({"labels": {"a": 1}}, "spec.labels.a", is_of("integer", "spec.labels.a", "string")),
        ({"port": True}, "spec.port", is_of("boolean", "spec.port", "integer,string")),
        ({"title": None}, "spec.title", is_of("null", "spec.title", "string")),
    ],
)
def test_what_the_schema_refuses(api: ApiServer, spec: Json, field: str, message: str) -> None:
    with refused() as refusal:
        made(api, **spec)
    assert refusal.error.code == 422
    assert [(one["field"], one["message"]) for one in refusal.error.details["causes"]] == [(field, message)]
    assert refusal.error.message == f'Widget.example.com "one" is invalid: {field}: {message}'


def test_null_where_it_is_allowed_and_a_missing_field(api: ApiServer) -> None:
    assert made(api, note=None)["note"] is None
    with refused() as refusal:
        api.create("widgets.example.com", widget("two", colour="red"))
    assert [one["field"] for one in refusal.error.details["causes"]] == ["spec.size"]


def test_a_status_is_checked_too(api: ApiServer) -> None:
    made(api)
    with refused() as refusal:
        api.patch("widgets.example.com", "one", "shop", {"status": {"seen": "yes"}}, subresource="status")
    assert refusal.error.details["causes"][0]["field"] == "status.seen"
    body = {"status": {"seen": 1, "more": 2}}
    assert api.patch("widgets.example.com", "one", "shop", body, subresource="status")["status"] == {"seen": 1}


def test_whoever_applies_owns_no_default(api: ApiServer) -> None:
    applied = api.apply(widget(size=1), manager="argocd")
    assert applied["spec"]["colour"] == "red"
    (entry,) = applied["metadata"]["managedFields"]
    assert entry["fieldsV1"] == {"f:spec": {"f:size": {}}}
    assert (
        api.apply(widget(size=1), manager="argocd")["metadata"]["resourceVersion"]
        == applied["metadata"]["resourceVersion"]
    )


def test_a_stranger_has_a_path(api: ApiServer) -> None:
    kind = api.catalog.named("widgets.example.com")
    assert structural.unknown(kind, widget(size=1, parts=[{"id": "a", "weight": 1}])) == ".spec.parts[0].weight"
    assert structural.unknown(kind, widget(size=1, free={"any": 1})) == ""


def test_without_a_schema_everything_is_kept(clock: Clock) -> None:
    plain = server(clock=clock)
    plain.create("namespaces", {"metadata": {"name": "shop"}})
    plain.create("customresourcedefinitions.apiextensions.k8s.io", definition())
    assert plain.create("widgets.example.com", widget(any="thing"))["spec"] == {"any": "thing"}
