"""aws-secret-operator as it is: a version by its id and nothing else, and a program that dies."""

import base64
from typing import Any

import pytest

from local.secrets.aws_secret_operator import AWS_SECRETS
from local.secrets.go_json import Panic, bytes_map, string_map
from tests.local.secrets.safe import People, aws_secret

VERSION = "AWSVersionId"
HOME = "aws-secret-operator"
KEY = "prod/key"


@pytest.fixture
def shop(people: People) -> People:
    people.install(HOME)
    people.safe.put("prod/db", "v1", {"password": "one"})
    people.safe.put("prod/db", "v2", {"password": "two"})
    return people


def container(people: People) -> dict[str, Any]:
    (pod,) = people.api.list("pods", HOME)
    found: dict[str, Any] = pod["status"]["containerStatuses"][0]
    return found


def edit(people: People, body: dict[str, Any], name: str = "db") -> None:
    people.api.patch("secrets", name, "shop", body, manager="kubectl-edit")
    people.kernel.run(5)


def test_the_version_that_is_named_is_written_and_a_rotation_never_arrives(shop: People) -> None:
    shop.apply(aws_secret("v1"))
    assert shop.data() == {"password": "one", VERSION: "v1"}
    shop.kernel.run(3600)
    assert shop.data()[VERSION] == "v1"
    assert set(shop.safe.calls) == {("prod/db", "v1")}


def test_a_patched_version_id_arrives_at_once(shop: People) -> None:
    shop.apply(aws_secret("v1"))
    reference = {"secretsManagerSecretRef": {"versionId": "v2"}}
    shop.api.patch(AWS_SECRETS, "db", "shop", {"spec": {"stringDataFrom": reference}}, manager="norikae")
    shop.kernel.run(5)
    assert shop.data() == {"password": "two", VERSION: "v2"}


def test_it_reads_the_value_every_five_minutes_though_nothing_changes(shop: People) -> None:
    shop.apply(aws_secret("v1"))
    before = len(shop.safe.calls)
    shop.kernel.run(3600)
    assert len(shop.safe.calls) - before == 12


def test_without_a_version_id_the_secret_is_empty_and_becomes_empty(shop: People) -> None:
    shop.apply(aws_secret(None))
    assert shop.data() == {}
    shop.apply(aws_secret("v1"))
    assert shop.data() == {"password": "one", VERSION: "v1"}
    shop.api.patch(AWS_SECRETS, "db", "shop", {"spec": {"stringDataFrom": None}}, manager="people")
    shop.kernel.run(5)
    assert shop.data() == {}


def test_an_edited_value_stays_until_the_version_or_the_metadata_change(shop: People) -> None:
    shop.apply(aws_secret("v1"))
    edit(shop, {"data": {"password": base64.b64encode(b"mine").decode()}})
    shop.kernel.run(3600)
    assert shop.data()["password"] == "mine"
    edit(shop, {"metadata": {"annotations": {"note": "x"}}})
    assert shop.data()["password"] == "one"


def test_with_data_from_an_edited_value_is_put_right_at_once(shop: People) -> None:
    shop.safe.put("prod/tls", "v1", {"key": base64.b64encode(b"raw").decode()})
    reference = {"secretsManagerSecretRef": {"secretId": "prod/tls", "versionId": "v1"}}
    shop.apply(aws_secret(None, dataFrom=reference))
    assert shop.data() == {"key": "raw", VERSION: "v1"}
    edit(shop, {"data": {"key": base64.b64encode(b"mine").decode()}})
    assert shop.data()["key"] == "raw"


def test_a_version_that_does_not_exist_changes_nothing(shop: People) -> None:
    shop.apply(aws_secret("v1"))
    shop.apply(aws_secret("v9"), wait=60)
    assert shop.data()[VERSION] == "v1"
    assert "ResourceNotFoundException" in shop.operators.aws_secret_operator.errors[-1].message


def test_a_binary_secret_kills_the_operator_for_the_whole_cluster(shop: People) -> None:
    shop.safe.put("prod/key", "v1", b"\x00\x01")
    shop.apply(aws_secret("v1", name="a-first"))
    shop.apply(aws_secret("v1", name="b-binary", secret=KEY))
    assert container(shop)["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert container(shop)["lastState"]["terminated"]["exitCode"] == 2
    shop.apply(aws_secret("v1", name="c-last"), wait=3600)
    assert shop.has("a-first")
    assert not shop.has("b-binary")
    assert not shop.has("c-last")
    assert container(shop)["restartCount"] > 10
    shop.api.delete(AWS_SECRETS, "b-binary", "shop")
    shop.kernel.run(400)
    assert shop.has("c-last")
    assert container(shop)["ready"]


def test_what_comes_before_the_binary_one_is_reconciled_at_each_start(shop: People) -> None:
    shop.safe.put("prod/key", "v1", b"\x00")
    shop.apply(aws_secret("v1", name="a-first"))
    shop.apply(aws_secret("v1", name="b-binary", secret=KEY))
    shop.apply(aws_secret("v2", name="a-first"), wait=400)
    assert shop.data("a-first")[VERSION] == "v2"


def test_nothing_happens_where_it_is_not_installed(people: People) -> None:
    people.install(HOME)
    people.api.delete("deployments.apps", HOME, HOME)
    people.kernel.run(60)
    people.apply(aws_secret("v1"), wait=60)
    assert not people.has()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": "x"}', {"a": "x"}),
        ('{"a": "x", "n": null}', {"a": "x", "n": ""}),
        ('{"a": "x", "port": 5432}', {"a": "x", "port": "5432"}),
        ('{"a": "x", "max": 10}', {"a": "x", "max": "", "port": ""}),
        ('{"a": "x", "on": true, "Port": 1.50}', {"a": "x", "on": "", "Port": "", "port": "1.50"}),
        ('{"a": {"b": "c"}, "port": "5432"}', {"a": "", "port": "5432"}),
        ("plain text", {"data": "plain text"}),
        ('["a"]', {"data": '["a"]'}),
        ('{"port": true}', {"port": "", "data": '{"port": true}'}),
        ('{"n": 1, "port": "http"}', {"n": "", "port": "http", "data": '{"n": 1, "port": "http"}'}),
    ],
)
def test_what_go_makes_of_a_text(text: str, found: dict[str, str]) -> None:
    assert string_map(text) == found


def test_null_is_a_panic_too() -> None:
    for decode in (string_map, bytes_map):
        with pytest.raises(Panic):
            decode("null")


@pytest.mark.parametrize("text", ["s3cr3t-canary", '{"a": "s3cr3t-canary!"}', '{"a": 1}', '["s3cr3t-canary"]'])
def test_data_from_wants_base64_and_never_says_what_it_got(text: str) -> None:
    with pytest.raises(ValueError, match=r"json|base64|character") as refused:
        bytes_map(text)
    assert "s3cr3t" not in str(refused.value)
    assert refused.value.__cause__ is None
