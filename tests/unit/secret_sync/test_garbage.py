"""Whatever somebody writes into an object of another operator, everybody else's secrets are carried."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.secret_sync.gate import behind
from norikae.secret_sync.letter import Check, Sweep
from tests.unit.secret_sync.carried import BLUE, GREEN, OURS, Story

EXTERNAL, STORE = "externalsecrets.external-secrets.io", "secretstores.external-secrets.io"
WIDE = "clustersecretstores.external-secrets.io"
AWS_SECRET = "awssecrets.mumoshu.github.io"
CLASS = "secretproviderclasses.secrets-store.csi.x-k8s.io"
POD = "secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io"
GOOD: dict[str, dict[str, Any]] = {
    STORE: {"spec": {"provider": {"aws": {"service": "SecretsManager", "region": "ap-northeast-1"}}}},
    EXTERNAL: {
        "spec": {
            "secretStoreRef": {"name": "aws", "kind": "SecretStore"},
            "data": [{"remoteRef": {"key": "prod/db"}}],
            "target": {"name": "db"},
        },
        "status": {"conditions": [{"type": "Ready", "status": "True"}], "refreshTime": "2026-11-28T03:00:00Z"},
    },
    AWS_SECRET: {"spec": {"stringDataFrom": {"secretsManagerSecretRef": {"secretId": "prod/db", "versionId": "x"}}}},
    CLASS: {
        "spec": {
            "provider": "aws",
            "parameters": {"objects": "- objectName: prod/db\n  objectType: secretsmanager\n", "region": ""},
        }
    },
    POD: {"status": {"secretProviderClassName": "aws", "objects": [{"id": "prod_db", "version": "x"}]}},
    OURS: {
        "spec": {"secret": "prod/db", "target": {"name": "aws"}},
        "status": {"conditions": [{"type": "Synced", "status": "True", "reason": "Current"}], "versionId": "x"},
    },
}
JUNK: tuple[Any, ...] = (None, 0, "x", [], [None], ["x"], [[]], {}, {"a": None}, {"name": 1}, {"key": None}, True)


def places(obj: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON."""
    members = list(obj.items()) if isinstance(obj, dict) else list(enumerate(obj)) if isinstance(obj, list) else []
    return [one for key, value in members for one in ((*above, key), *places(value, (*above, key)))]


def with_junk(obj: Any, place: tuple[Any, ...], junk: Any) -> Any:
    """The same with something else, or nothing (``...``), at a place."""
    if not place:
        return junk
    copied = dict(obj) if isinstance(obj, dict) else list(obj)
    if junk is ... and len(place) == 1:
        del copied[place[0]]
    else:
        copied[place[0]] = with_junk(copied[place[0]], place[1:], junk)
    return copied


CASES = [(kind, place) for kind, obj in GOOD.items() for place in places(obj)]


@pytest.mark.parametrize(("kind", "place"), CASES)
def test_a_field_with_anything_in_it_hurts_nobody_else(kind: str, place: tuple[Any, ...]) -> None:
    for junk in (*JUNK, ...):
        carried_beside({**GOOD, kind: with_junk(GOOD[kind], place, junk)})


@given(st.sampled_from(sorted(GOOD)), st.recursive(st.sampled_from(JUNK), st.lists))
def test_an_object_without_its_form_hurts_nobody_else(kind: str, junk: Any) -> None:
    carried_beside({**GOOD, kind: {"spec": junk, "status": junk}})


def carried_beside(objects: dict[str, Any]) -> None:
    """A SecretSync is carried, swept and judged in a cluster that has these objects, too."""
    story = Story()
    story.declares("db")
    for kind, body in objects.items():
        story.blue.add(kind, {**body, "metadata": {"namespace": "shop", "name": "aws"}})
    story.carries(story.rotates(), Sweep("sweep"), Check("prod/db", "gate"))
    assert (story.version(BLUE), story.version(GREEN)) == ("prod/db-v1", "prod/db-v1")
    behind(story.ports, (BLUE, GREEN), {"shop"})
