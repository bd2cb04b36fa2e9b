"""Argo CD leaves the versionId of an AWSSecret to norikae, or it is said what is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from norikae.secret_sync.aws_secret import KIND
from norikae.secret_sync.external_secret import KIND as EXTERNAL
from norikae.secret_sync.ignored import ignored, owner_of
from norikae.secret_sync.others import targets_of_others
from norikae.secret_sync.target import Target
from tests.unit.fakes.secrets import FakeShelf
from tests.unit.secret_sync.declarations import STORES, aws, external, store

POINTER = "/spec/stringDataFrom/secretsManagerSecretRef/versionId"
RESPECTED = {"syncOptions": ["RespectIgnoreDifferences=true"]}


def target_of(**metadata: Any) -> Target:
    shelf = FakeShelf()
    obj = aws(version="v1")
    shelf.add(KIND, {**obj, "metadata": {**obj["metadata"], **metadata}})
    (target,) = targets_of_others(shelf)
    return target


def application(*rules: dict[str, Any], **sync: Any) -> dict[str, Any]:
    return {"metadata": {"name": "shop"}, "spec": {"ignoreDifferences": list(rules), "syncPolicy": sync}}


def rule(**members: Any) -> dict[str, Any]:
    return {"group": "mumoshu.github.io", "kind": "AWSSecret", **members}


def test_what_is_missing_is_said_as_yaml_to_add() -> None:
    assert ignored(application(), target_of()) == (
        "Argo CD puts versionId of AWSSecret shop/api back to what Git says; add to spec of Application shop: "
        f'ignoreDifferences: [{{group: mumoshu.github.io, kind: AWSSecret, jsonPointers: ["{POINTER}"]}}] and '
        'syncPolicy: {syncOptions: ["RespectIgnoreDifferences=true"]} (docs/secrets-other-operators.md)'
    )


@pytest.mark.parametrize(
    "members",
    [
        {"jsonPointers": [POINTER]},
        {"jsonPointers": ["/spec"]},
        {"jqPathExpressions": [".spec.stringDataFrom.secretsManagerSecretRef.versionId"]},
        {"jqPathExpressions": ['.spec["stringDataFrom"].secretsManagerSecretRef']},
        {"managedFieldsManagers": ["norikae-secrets"]},
        {"group": "*", "kind": "*", "jsonPointers": [POINTER]},
        {"name": "api", "namespace": "shop", "managedFieldsManagers": ["norikae-secrets"]},
    ],
)
def test_any_rule_that_covers_the_field_is_enough(members: dict[str, Any]) -> None:
    assert ignored(application(rule(**members), **RESPECTED), target_of()) == ""


@pytest.mark.parametrize(
    "members",
    [
        {"jsonPointers": ["/spec/dataFrom"]},
        {"jqPathExpressions": [".spec.stringData"]},
        {"managedFieldsManagers": ["somebody"]},
        {"name": "other", "managedFieldsManagers": ["norikae-secrets"]},
        {"namespace": "other", "jqPathExpressions": [".spec"]},
        {"kind": "Deployment", "jsonPointers": [POINTER]},
    ],
)
def test_a_rule_about_something_else_is_not(members: dict[str, Any]) -> None:
    assert "ignoreDifferences" in ignored(application(rule(**members), **RESPECTED), target_of())


def test_without_the_sync_option_every_sync_would_put_it_back() -> None:
    text = ignored(application(rule(jsonPointers=[POINTER])), target_of())
    assert "ignoreDifferences" not in text
    assert 'syncPolicy: {syncOptions: ["RespectIgnoreDifferences=true"]}' in text


def test_what_git_does_not_set_is_no_difference() -> None:
    without = json.dumps(aws())
    notes = {"kubectl.kubernetes.io/last-applied-configuration": without}
    assert ignored(application(), target_of(annotations=notes)) == ""
    notes["kubectl.kubernetes.io/last-applied-configuration"] = json.dumps(aws(version="v0"))
    assert ignored(application(), target_of(annotations=notes)) != ""
    notes["kubectl.kubernetes.io/last-applied-configuration"] = "{"
    assert ignored(application(), target_of(annotations=notes)) != ""


def test_annotations_of_an_external_secret_need_no_rule() -> None:
    shelf = FakeShelf()
    shelf.add(STORES, store())
    shelf.add(EXTERNAL, external())
    (target,) = targets_of_others(shelf)
    assert ignored(application(), target) == ""


def test_the_owner_is_known_by_annotation_or_label() -> None:
    tracking = {"argocd.argoproj.io/tracking-id": "shop:mumoshu.github.io/AWSSecret:shop/api"}
    assert owner_of(target_of(annotations=tracking, labels={"app.kubernetes.io/instance": "release"})) == "shop"
    assert owner_of(target_of(labels={"app.kubernetes.io/instance": "shop"})) == "shop"
    assert owner_of(target_of()) == ""
