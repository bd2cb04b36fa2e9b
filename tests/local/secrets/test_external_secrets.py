"""External Secrets as it is: it polls, it believes its own hash, and nobody can hurry it when the interval is 0."""

import base64
from typing import Any

import pytest

from local.aws.simulator import AwsError
from local.secrets.external_secrets import EXTERNAL_SECRETS
from tests.local.secrets.safe import People, external_secret, store

FIRST, SECOND = {"user": "admin", "password": "one"}, {"user": "admin", "password": "two"}


@pytest.fixture
def shop(people: People) -> People:
    """External Secrets is installed, a store is there, and a secret with one version."""
    people.install("external-secrets")
    people.safe.put("prod/db", "v1", FIRST)
    people.apply(store())
    return people


def status(people: People) -> dict[str, Any]:
    found: dict[str, Any] = people.api.get(EXTERNAL_SECRETS, "db", "shop").get("status") or {}
    return found


def ready(people: People) -> tuple[str, str, str]:
    (one,) = status(people)["conditions"]
    return one["status"], one["reason"], one["message"]


def force(people: People, value: str) -> None:
    body = {"metadata": {"annotations": {"force-sync": value}}}
    people.api.patch(EXTERNAL_SECRETS, "db", "shop", body, manager="norikae")
    people.kernel.run(5)


def test_a_secret_is_written_and_owned(shop: People) -> None:
    shop.apply(external_secret())
    assert shop.data() == FIRST
    assert ready(shop) == ("True", "SecretSynced", "secret synced")
    assert status(shop)["binding"] == {"name": "db"}
    secret = shop.api.get("secrets", "db", "shop")
    assert secret["metadata"]["ownerReferences"][0]["kind"] == "ExternalSecret"
    assert secret["metadata"]["labels"]["reconcile.external-secrets.io/managed"] == "true"
    assert status(shop)["syncedResourceVersion"].startswith("1-")


def test_nothing_happens_where_it_is_not_installed(people: People) -> None:
    people.install("external-secrets")
    people.safe.put("prod/db", "v1", FIRST)
    people.api.delete("deployments.apps", "external-secrets", "external-secrets")
    people.kernel.run(60)
    people.apply(store())
    people.apply(external_secret(), wait=120)
    assert not people.has()
    assert people.safe.calls == []


def test_a_rotation_arrives_when_the_interval_is_over(shop: People) -> None:
    shop.apply(external_secret(refreshInterval="10m"))
    shop.safe.put("prod/db", "v2", SECOND)
    shop.kernel.run(540)
    assert shop.data() == FIRST
    shop.kernel.run(120)
    assert shop.data() == SECOND
    shop.kernel.run(6000)
    assert len(shop.safe.calls) == 12


def test_by_default_it_polls_once_an_hour(shop: People) -> None:
    shop.apply(external_secret())
    shop.kernel.run(24 * 3600)
    assert len(shop.safe.calls) == 1 + 23


def test_an_annotation_makes_it_fetch_at_once(shop: People) -> None:
    shop.apply(external_secret())
    before = status(shop)["refreshTime"]
    shop.safe.put("prod/db", "v2", SECOND)
    force(shop, "1")
    assert shop.data() == SECOND
    assert status(shop)["refreshTime"] > before


def test_with_the_interval_0_neither_an_annotation_nor_a_new_spec_does(shop: People) -> None:
    shop.apply(external_secret(refreshInterval="0"))
    assert shop.data() == FIRST
    shop.safe.put("prod/db", "v2", SECOND)
    force(shop, "1")
    shop.apply(external_secret(refreshInterval="0", data=[{"secretKey": "x", "remoteRef": {"key": "prod/db"}}]))
    shop.kernel.run(7200)
    assert shop.data() == FIRST


def test_on_change_fetches_for_an_annotation_and_never_by_the_clock(shop: People) -> None:
    shop.apply(external_secret(refreshPolicy="OnChange", refreshInterval="1m"))
    shop.safe.put("prod/db", "v2", SECOND)
    shop.kernel.run(600)
    assert shop.data() == FIRST
    force(shop, "1")
    assert shop.data() == SECOND


def test_created_once_fetches_once(shop: People) -> None:
    shop.apply(external_secret(refreshPolicy="CreatedOnce", refreshInterval="1m"))
    shop.safe.put("prod/db", "v2", SECOND)
    force(shop, "1")
    shop.kernel.run(600)
    assert shop.data() == FIRST
    shop.api.delete("secrets", "db", "shop")
    shop.kernel.run(5)
    assert shop.data() == SECOND


def test_a_value_that_somebody_edits_is_fetched_again_at_once(shop: People) -> None:
    shop.apply(external_secret())
    calls = len(shop.safe.calls)
    edited = {"data": {"password": base64.b64encode(b"mine").decode()}}
    shop.api.patch("secrets", "db", "shop", edited, manager="kubectl-edit")
    shop.kernel.run(5)
    assert shop.data() == FIRST
    assert len(shop.safe.calls) == calls + 1


def test_a_failure_is_told_by_its_kind_and_keeps_what_is_there(shop: People) -> None:
    shop.apply(external_secret(refreshInterval="1m"))
    shop.safe.refusal = AwsError("AccessDeniedException", "not authorized to perform secretsmanager:GetSecretValue")
    shop.kernel.run(120)
    assert ready(shop) == ("False", "SecretSyncedError", "could not get secret data from provider")
    assert shop.data() == FIRST
    assert "AccessDeniedException" in shop.operators.external_secrets.errors[-1].message
    shop.safe.refusal = None
    shop.kernel.run(120)
    assert ready(shop)[1] == "SecretSynced"


def test_a_secret_that_is_gone_is_an_error_unless_it_is_to_be_deleted(shop: People) -> None:
    shop.apply(external_secret(refreshInterval="1m"))
    shop.safe.versions.clear()
    shop.kernel.run(120)
    assert ready(shop)[1] == "SecretSyncedError"
    shop.apply(external_secret(refreshInterval="1m", target={"deletionPolicy": "Delete"}), wait=600)
    assert not shop.has()
    assert ready(shop) == ("True", "SecretDeleted", "secret deleted due to DeletionPolicy")


def test_a_version_is_a_stage_or_an_id(shop: People) -> None:
    shop.safe.put("prod/db", "v2", SECOND)
    pinned = {"extract": {"key": "prod/db", "version": "uuid/v1"}}
    shop.apply(external_secret(dataFrom=[pinned]))
    assert shop.data() == FIRST
    assert shop.safe.calls[-1] == ("prod/db", "v1")
    shop.apply(external_secret())
    assert shop.safe.calls[-1] == ("prod/db", "AWSCURRENT")


def test_properties_and_values_of_other_types(shop: People) -> None:
    shop.safe.put("prod/db", "v2", '{"port": 5432, "tls": {"on": true}, "a.b": "dotted", "none": null, "list": [1, 2]}')
    data = [
        {"secretKey": "PORT", "remoteRef": {"key": "prod/db", "property": "port"}},
        {"secretKey": "TLS", "remoteRef": {"key": "prod/db", "property": "tls.on"}},
        {"secretKey": "DOTTED", "remoteRef": {"key": "prod/db", "property": "a.b"}},
        {"secretKey": "SECOND", "remoteRef": {"key": "prod/db", "property": "list.1"}},
    ]
    shop.apply(external_secret(data=data))
    assert shop.data() == {
        "PORT": "5432",
        "TLS": "true",
        "DOTTED": "dotted",
        "SECOND": "2",
        "port": "5432",
        "tls": '{"on": true}',
        "a.b": "dotted",
        "none": "",
        "list": "[1, 2]",
    }
    assert len(shop.safe.calls) == 1


def test_a_property_that_is_not_there_is_an_error(shop: People) -> None:
    missing = {"secretKey": "X", "remoteRef": {"key": "prod/db", "property": "nope"}}
    shop.apply(external_secret(dataFrom=[], data=[missing]))
    assert ready(shop)[1] == "SecretSyncedError"
    assert shop.operators.external_secrets.errors[-1].message.endswith("key nope does not exist in secret prod/db")


def test_policies_of_creation(shop: People) -> None:
    shop.apply(external_secret(target={"creationPolicy": "Merge"}))
    assert ready(shop)[1] == "SecretMissing"
    mine = {"data": {"mine": base64.b64encode(b"kept").decode()}}
    shop.api.create("secrets", {"metadata": {"name": "db", "namespace": "shop"}, **mine}, manager="people")
    force(shop, "1")
    assert shop.data() == {**FIRST, "mine": "kept"}
    assert "ownerReferences" not in shop.api.get("secrets", "db", "shop")["metadata"]


def test_a_simple_template_is_filled_and_another_one_is_refused_loudly(shop: People) -> None:
    url = {"type": "example.com/url", "data": {"URL": "postgres://{{ .user }}:{{ .password }}@db"}}
    shop.apply(external_secret(target={"template": url}))
    assert shop.data() == {"URL": "postgres://admin:one@db"}
    assert shop.api.get("secrets", "db", "shop")["type"] == "example.com/url"
    piped = {"data": {"URL": "{{ .user | b64enc }}"}}
    shop.apply(external_secret(target={"template": piped, "name": "other"}))
    assert ready(shop) == ("False", "SecretSyncedError", "could not update Secret")
    assert "embedded world" in shop.operators.external_secrets.errors[-1].message


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ({"dataFrom": [{"find": {"name": {"regexp": ".*"}}}]}, "find"),
        ({"dataFrom": [{"extract": {"key": "prod/db", "metadataPolicy": "Fetch"}}]}, "metadataPolicy"),
        ({"dataFrom": [{"extract": {"key": "prod/db", "decodingStrategy": "Auto"}}]}, "decodingStrategy"),
        ({"refreshInterval": "soon"}, "invalid duration"),
    ],
)
def test_what_is_outside_the_model_is_seen_in_the_status(shop: People, spec: dict[str, Any], word: str) -> None:
    shop.apply(external_secret(**spec))
    assert ready(shop)[1] == "SecretSyncedError"
    assert word in shop.operators.external_secrets.errors[-1].message


def test_a_store_says_whether_it_is_usable_and_one_that_is_not_is_not_used(shop: People) -> None:
    found = shop.api.get("secretstores.external-secrets.io", "aws", "shop")["status"]
    assert found["conditions"][0]["reason"] == "Valid"
    shop.apply(store("far", region="us-east-1"))
    shop.apply(external_secret(secretStoreRef={"name": "far"}))
    assert ready(shop)[1] == "SecretSyncedError"
    assert "is not ready" in shop.operators.external_secrets.errors[-1].message


def test_a_store_of_another_service_account_reads_with_its_role(shop: People) -> None:
    shop.safe.roles["shop", "reader"] = "arn:aws:iam::123456789012:role/reader"
    shop.apply(store("own", auth={"jwt": {"serviceAccountRef": {"name": "reader"}}}))
    shop.apply(external_secret(secretStoreRef={"name": "own"}))
    assert shop.data() == FIRST
    del shop.safe.roles["shop", "reader"]
    force(shop, "1")
    assert ready(shop)[1] == "SecretSyncedError"


def test_labels_and_annotations_of_the_declaration_come_along(shop: People) -> None:
    shop.apply(external_secret(meta={"labels": {"team": "shop"}, "annotations": {"note": "x"}}))
    meta = shop.api.get("secrets", "db", "shop")["metadata"]
    assert (meta["labels"]["team"], meta["annotations"]["note"]) == ("shop", "x")
