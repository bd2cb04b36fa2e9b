"""A SecretSync is read as a whole or refused with the field and the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import BadRequestError
from norikae.secret_sync.declaration import Declaration, read_declaration, target_of_sync
from norikae.secret_sync.reference import foreign_account
from norikae.secret_sync.template import read_template
from tests.unit.fakes.secrets import ACCOUNT, REGION, arn_of
from tests.unit.secret_sync.declared import sync


def test_the_name_of_a_secret_is_enough() -> None:
    assert read_declaration(sync()) == Declaration("shop", "db", "prod/db", "db")


def test_every_field_is_read() -> None:
    read = read_declaration(
        sync(
            secret=arn_of("prod/db"),
            nested="flatten",
            keys=["user", "db.host"],
            templates={"URL": "x://${user}"},
            target={"name": "login", "type": "example.com/own", "labels": {"a.io/b": "c", "d": ""}, "takeOver": True},
            onEdit="report",
        )
    )
    assert read == Declaration(
        "shop",
        "db",
        arn_of("prod/db"),
        "login",
        type="example.com/own",
        nested="flatten",
        keys=("user", "db.host"),
        templates={"URL": read_template("x://${user}")},
        labels={"a.io/b": "c", "d": ""},
        take_over=True,
        on_edit="report",
    )
    assert read_declaration(sync(format="text", key="tls.crt")).key == "tls.crt"


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"secret": ""}, "spec.secret is empty; write the name or the ARN of a secret in Secrets Manager"),
        ({"secret": "prod db"}, "spec.secret is no name of a secret; names have letters, digits and /_+=.@- only"),
        ({"secret": "arn:aws:s3:::bucket"}, "spec.secret is an ARN, but not of a secret; write arn:aws:secretsm"),
        ({"secret": 7}, "spec.secret: expected str, got int; write a text, in quotes"),
        ({"format": "yaml"}, "spec.format: invalid enum value 'yaml'; write json or text or binary"),
        ({"nested": "deep"}, "spec.nested: invalid enum value 'deep'; write keep or flatten"),
        ({"onEdit": "ignore"}, "spec.onEdit: invalid enum value 'ignore'; write repair or report"),
        ({"key": "a"}, "spec.key is for spec.format text or binary; use spec.keys or spec.templates, or change"),
        ({"format": "text", "templates": {"A": "b"}}, "spec.templates is for spec.format json; take it away"),
        ({"format": "binary", "keys": ["a"]}, "spec.keys is for spec.format json; take it away"),
        ({"format": "text", "nested": "keep"}, "spec.nested is for spec.format json; take it away"),
        ({"format": "text", "key": "../x"}, "spec.key has '../x'; keys have letters, digits and -._ only"),
        ({"format": "text", "key": "a\n"}, "spec.key has 'a\\n'; keys have"),
        ({"keys": ["ok", "not ok"]}, "spec.keys has 'not ok'; keys have letters, digits and -._ only, at most 253"),
        ({"keys": []}, "spec.keys is empty, so the Secret would be, too; name keys, add spec.templates"),
        ({"keys": "password"}, "spec.keys: expected array, got str; docs/secrets.md says what it takes"),
        ({"templates": {"a/b": "c"}}, "spec.templates has 'a/b'; keys have"),
        ({"templates": {"A": 5}}, "spec.templates: expected str, got int; write a text, in quotes"),
        ({"templates": {"A": "${a"}}, "spec.templates.A has a ${ without its }; close it, or write $${"),
        ({"templates": {"A": "${ | url}"}}, "spec.templates.A has a ${} without a name; write the name"),
        ({"templates": {"A": "${a|upper}"}}, "spec.templates.A has the filter 'upper'; there are url, base64, json"),
        ({"templates": {"A": "${a|url|url|url|url}"}}, "spec.templates.A has more than 3 filters in one place; take"),
        ({"target": {"name": "DB"}}, "spec.target.name 'DB' is no name of a Secret; use lower case letters"),
        ({"target": {"name": "a" * 254}}, "is no name of a Secret"),
        ({"target": {"type": ""}}, "spec.target.type is empty; write Opaque, or leave it out"),
        (
            {"target": {"type": "kubernetes.io/service-account-token"}},
            "spec.target.type is kubernetes.io/service-account-token, a token of the cluster itself, which no secret",
        ),
        ({"target": {"type": "bootstrap.kubernetes.io/token"}}, "a token that lets nodes join, which no secret of AWS"),
        ({"target": {"labels": {"a": "b c"}}}, "spec.target.labels has 'a', which Kubernetes does not take as a label"),
        ({"target": {"labels": {"/a": "b"}}}, "spec.target.labels has '/a', which"),
        ({"target": {"takeover": True}}, "spec.target.takeover is no field of it"),
        ({"templtes": {}}, "spec.templtes is no field of it"),
    ],
)
def test_what_is_wrong_is_named_with_the_remedy(spec: dict[str, Any], text: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        read_declaration(sync(**spec))
    assert str(refused.value).startswith("SecretSync shop/db: spec.")
    assert text in str(refused.value)
    assert target_of_sync(sync(**spec)).problem == str(refused.value)


def test_keys_may_be_none_beside_templates() -> None:
    assert read_declaration(sync(keys=[], templates={"A": "b"})).keys == ()


@pytest.mark.parametrize("obj", [{}, {"spec": None}, {"metadata": None, "spec": []}, {"spec": {}, "status": 7}])
def test_an_object_of_any_form_is_a_target_with_a_problem(obj: dict[str, Any]) -> None:
    target = target_of_sync(obj)
    assert target.problem.startswith("SecretSync /: spec")
    assert (target.secrets, target.versions) == ((), {})


def test_a_target_names_its_secret_though_something_else_is_wrong() -> None:
    """So that the event of the secret finds it, and its status says what is wrong."""
    target = target_of_sync(sync(generation=4, format="yaml"))
    assert (target.secrets, target.generation, target.resource_version) == (("prod/db",), 4, "7")
    assert str(target) == "secretsyncs shop/db"


@pytest.mark.parametrize("conditions", [None, "x", ["x"], [{"type": "Other", "status": "True"}], [{"type": "Synced"}]])
def test_a_status_of_any_form_says_no_version(conditions: Any) -> None:
    status = {"versionId": "v", "observedGeneration": 1, "conditions": conditions}
    assert target_of_sync({**sync(), "status": status}).versions == {}


def test_secrets_of_other_accounts_and_regions_are_told_from_our_own() -> None:
    assert foreign_account("prod/db", ACCOUNT, REGION) == ""
    assert foreign_account(arn_of("prod/db"), ACCOUNT, REGION) == ""
    assert foreign_account(arn_of("prod/db"), "210987654321", REGION) == (
        f"is a secret of account {ACCOUNT} in {REGION}; norikae carries those of account 210987654321 in {REGION} only:"
        f" replicate it to {REGION}, or copy it to this account, and name that one"
    )
    assert f"replicate it to {REGION}" in foreign_account(arn_of("x").replace(REGION, "us-east-1"), ACCOUNT, REGION)
