"""SecretProviderClasses: what their text says, and what pods mount."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.secret_sync.class_objects import ClassObject, objects_of
from norikae.secret_sync.others import nudge, standing_of, targets_of_others
from norikae.secret_sync.provider_class import KIND
from norikae.secret_sync.target import Target
from tests.unit.fakes.secrets import ACCOUNT, REGION, FakeSafe, FakeShelf, arn_of
from tests.unit.secret_sync.declarations import NOW, PODS, mounts, provider

ONE = """
- objectName: db
  objectType: secretsmanager
"""
USUAL = f"""# what the shop needs
- objectName: "shop/db"   # by name
  objectType: "secretsmanager"
  objectAlias: db.json
  jmesPath:
    - path: username
      objectAlias: user
    - path: '"pass word"'
      objectAlias: password
- objectType: secretsmanager
  objectName: 'api'
  objectVersionLabel: AWSPREVIOUS
  filePermission: "0400"
- objectName: {arn_of("mail")}
  jmesPath:
  - {{path: a, objectAlias: b}}
  failoverObject:
    objectName: {arn_of("mail")}
    objectVersion: v9
- objectName: parameter
  objectType: ssmparameter
-
  objectName: cert
  objectType: secretsmanager
  objectVersion: "v7"
"""


def cluster(*pods: dict[str, Any], objects: Any = ONE, **parameters: Any) -> list[Target]:
    shelf = FakeShelf()
    shelf.add(KIND, provider(objects, **parameters))
    for pod in pods:
        shelf.add(PODS, pod)
    return targets_of_others(shelf, account=ACCOUNT, region=REGION)


def test_the_text_that_everybody_writes_is_read() -> None:
    arn = arn_of("mail")
    assert objects_of({"objects": USUAL}) == (
        ClassObject("shop/db", "db.json", ""),
        ClassObject("api", "api", "AWSPREVIOUS"),
        ClassObject(arn, arn, ""),
        ClassObject("cert", "cert", "v7"),
    )


def test_indented_text_and_json_are_read_as_well() -> None:
    expected = (ClassObject("db", "db", ""),)
    assert objects_of({"objects": ONE.replace("\n", "\n    ")}) == expected
    assert objects_of({"objects": '[{"objectName": "db", "objectType": "secretsmanager"}]'}) == expected
    assert objects_of({"objects": [{"objectName": "db", "objectType": "secretsmanager"}]}) == expected
    assert objects_of({"objects": ""}) == objects_of({}) == ()


@pytest.mark.parametrize(("translation", "file"), [("", "a_b"), ("-", "a-b"), ("False", "a/b")])
def test_a_slash_in_a_name_becomes_another_character_in_the_file(translation: str, file: str) -> None:
    text = ONE.replace("db", "/a/b" if translation == "False" else "a/b")
    assert objects_of({"objects": text, "pathTranslation": translation})[0].file == file


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("objectName: db", "line 1 is no object of the list"),
        ("- objectName: *anchor", "line 1 has a objectName that is neither plain nor in simple quotes"),
        ("- objectName: |\n    db", "neither plain nor"),
        ('- objectName: "a\\tb"', "neither plain nor"),
        ("- objectName: db\n    objectType: secretsmanager", "line 2 continues objectName"),
        ("- objectName: db\n objectType: secretsmanager", "line 2 is indented as nothing else"),
        ("- objectName: db\n\tobjectType: secretsmanager", "line 2 is indented by a tab"),
        ("- {objectName: db, objectType: secretsmanager}", "line 1 is no member"),
        ("- db", "line 1 is no member"),
        ("[objectName]", "a list in brackets that is no JSON"),
        ("[" * 5000, "a list in brackets that is no JSON"),
    ],
)
def test_what_is_beyond_that_is_refused_by_its_line(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"line|list") as refused:
        objects_of({"objects": text})
    assert words in str(refused.value)
    (target,) = cluster(objects=text)
    assert target.problem.startswith("SecretProviderClass shop/files: norikae cannot read spec.parameters.objects: ")
    assert standing_of(target, FakeSafe().rotate("db", {})).state == "refused"


def test_another_provider_or_region_is_none_of_ours() -> None:
    assert cluster(region="us-east-1") == []
    assert len(cluster(region=REGION)) == 1
    shelf = FakeShelf()
    shelf.add(KIND, {**provider(ONE), "spec": {"provider": "vault", "parameters": {"objects": "anything"}}})
    assert targets_of_others(shelf) == []


def test_a_class_that_no_pod_mounts_is_current() -> None:
    (target,) = cluster()
    assert standing_of(target, FakeSafe().rotate("db", {})).state == "current"


def test_pods_with_an_older_version_are_counted_and_nothing_is_nudged() -> None:
    safe = FakeSafe()
    safe.rotate("db", {})
    secret = safe.rotate("db", {})
    pods = [mounts("a", db="db-v1"), mounts("b", db="db-v2"), mounts("c"), mounts("d", of="others", db="db-v1")]
    (target,) = cluster(*pods)
    assert target.versions == {"db": "- db-v1 db-v2"}
    standing = standing_of(target, secret)
    assert standing.state == "observed"
    assert standing.reason.startswith("2 of 3 mounts of secretproviderclasses shop/files have an older version")
    assert "norikae.dev/restart-on-secret: class:files" in standing.reason
    assert nudge(target, secret, now=NOW) is None


def test_pods_that_all_have_it_are_current() -> None:
    (target,) = cluster(mounts("a", db="db-v1"), mounts("b", db="db-v1"))
    assert standing_of(target, FakeSafe().rotate("db", {})).state == "current"


def test_a_class_that_pins_a_version_is_only_observed() -> None:
    safe = FakeSafe()
    pinned = f"{ONE}  objectVersion: db-v1\n"
    (target,) = cluster(mounts("a", db="db-v1"), objects=pinned)
    assert standing_of(target, safe.rotate("db", {})).state == "current"
    standing = standing_of(target, safe.rotate("db", {}))
    assert standing.state == "observed"
    assert "pins db to db-v1" in standing.reason
