"""Secrets: what is stored of them, and what is refused without saying a value."""

import base64

import pytest

from local.kubernetes import ApiServer
from tests.local.kubernetes.shop import Json, refused

VALUE = "s3cr3t-canary"


def secret(**more: object) -> Json:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "shop"}, **more}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_string_data_is_written_into_data_and_never_read_back(api: ApiServer) -> None:
    made = api.create("secrets", secret(data={"user": encoded("admin")}, stringData={"password": VALUE}))
    assert made["data"] == {"user": encoded("admin"), "password": encoded(VALUE)}
    assert "stringData" not in made
    assert made["type"] == "Opaque"


def test_string_data_wins_over_data_in_a_patch_too(api: ApiServer) -> None:
    api.create("secrets", secret(data={"password": encoded("old")}))
    patched = api.patch("secrets", "db", "shop", {"stringData": {"password": VALUE}})
    assert patched["data"] == {"password": encoded(VALUE)}


def test_an_apply_of_some_keys_owns_those_keys_and_leaves_the_type(api: ApiServer) -> None:
    api.create("secrets", secret(type="example.com/kind", data={"password": encoded("old")}), manager="other")
    applied = api.apply(secret(data={"user": encoded("admin")}), manager="norikae-secrets")
    assert set(applied["data"]) == {"user", "password"}
    assert applied["type"] == "example.com/kind"
    (mine,) = [one for one in applied["metadata"]["managedFields"] if one["manager"] == "norikae-secrets"]
    assert mine["fieldsV1"] == {"f:data": {"f:user": {}}}


def test_a_value_that_is_no_base64_is_refused_without_being_said(api: ApiServer) -> None:
    with refused() as refusal:
        api.create("secrets", secret(data={"password": VALUE}))
    assert refusal.error.code == 400
    assert VALUE not in str(refusal.error.status())


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"data": {"a b": ""}}, "data[a b]", "a valid config key must consist of"),
        ({"data": {"..": ""}}, "data[..]", "a valid config key must consist of"),
        ({"data": {"big": base64.b64encode(b"x" * 1_048_577).decode()}}, "data", "Too long"),
        ({"type": "kubernetes.io/tls", "data": {"tls.crt": ""}}, "data[tls.key]", "Required value"),
        (
            {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": encoded(VALUE)}},
            "data[.dockerconfigjson]",
            "redacted",
        ),
    ],
)
def test_rules(api: ApiServer, more: Json, field: str, said: str) -> None:
    with refused() as refusal:
        api.create("secrets", secret(**more))
    assert refusal.error.code == 422
    assert refusal.error.details["causes"][0]["field"] == field
    assert said in refusal.error.message
    assert VALUE not in str(refusal.error.status())


def test_the_type_never_changes_nor_does_anything_of_an_immutable_one(api: ApiServer) -> None:
    api.create("secrets", secret(immutable=True, data={"password": encoded("old")}))
    for body, field in (
        ({"type": "example.com/other"}, "type"),
        ({"data": {"password": encoded(VALUE)}}, "data"),
        ({"immutable": None}, "immutable"),
    ):
        with refused() as refusal:
            api.patch("secrets", "db", "shop", body)
        assert refusal.error.code == 422
        assert [one["field"] for one in refusal.error.details["causes"]] == [field]
    assert api.patch("secrets", "db", "shop", {"metadata": {"labels": {"a": "b"}}})["metadata"]["labels"] == {"a": "b"}
