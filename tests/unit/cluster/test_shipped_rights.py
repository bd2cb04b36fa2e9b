"""The shipped rights and definitions, as they are written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
import yaml

from norikae.cluster import rbac
from norikae.cluster.adopt import BLUE_GROUPS, HUB_GROUPS
from norikae.secret_sync.target import Kind
from stacks.cluster_grants import Group
from tests.unit.fakes.ports import FakePorts

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


def read(name: str) -> list[Json]:
    text = Path(f"lambdas/manifests/{name}.yaml").read_text(encoding="utf-8")
    return [obj for obj in yaml.safe_load_all(text) if obj]


RBAC, (DEFINITION,) = read("rbac"), read("secret-sync")
ROLES = {
    (obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]): obj
    for obj in RBAC
    if obj["kind"].endswith("Role")
}


def bound(group: str) -> Iterator[Json]:
    """The roles of a group."""
    for obj in RBAC:
        if obj["kind"].endswith("Binding") and any(one["name"] == group for one in obj["subjects"]):
            kind = obj["roleRef"]["kind"]
            namespace = obj["metadata"].get("namespace", "") if kind == "Role" else ""
            yield ROLES[kind, namespace, obj["roleRef"]["name"]]


def touched(role: Json, verb: str = "") -> set[str]:
    """The resources that a role names, with a verb or with any, as ``plural.group``."""
    return {
        f"{resource}.{group}".rstrip(".")
        for rule in role.get("rules") or []
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        if verb in {"", *rule["verbs"]}
    }


def test_no_right_of_those_who_carry_secrets_names_a_secret() -> None:
    roles = list(bound("norikae:secrets"))
    assert {role["kind"] for role in roles} == {"ClusterRole", "Role"}
    for role in roles:
        assert not touched(role) & {"secrets", "*"}
        assert "aggregationRule" not in role


def test_those_who_carry_secrets_get_nothing_by_name_but_an_application() -> None:
    """Declarations are listed and patched; a merge patch needs no ``get``."""
    assert set().union(*(touched(role, "get") for role in bound("norikae:secrets"))) == {"applications.argoproj.io"}


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda role: f"{role['kind']} {role['metadata']['name']}")
def test_nobody_lists_or_watches_secrets_or_may_do_everything(role: Json) -> None:
    for rule in role.get("rules") or []:
        assert "*" not in {*rule["verbs"], *rule["apiGroups"], *rule["resources"]}
        if "secrets" in rule["resources"]:
            assert not {"list", "watch", "deletecollection"} & set(rule["verbs"])
            assert rule.get("resourceNames") or rule["verbs"] == ["create"]
            assert role["kind"] == "Role"


def test_those_who_carry_and_those_who_wait_see_every_declaration() -> None:
    for group in ("norikae:secrets", "norikae:read"):
        listed = set().union(*(touched(role, "list") for role in bound(group)))
        assert listed >= set(get_args(Kind)), group


def test_every_group_is_known_to_the_stack_and_let_in_somewhere() -> None:
    named = {one["name"] for obj in RBAC if obj["kind"].endswith("Binding") for one in obj["subjects"]}
    assert named == set(get_args(Group)) - {"norikae:admin"}
    assert {"norikae:secrets", "norikae:restart"} <= set(BLUE_GROUPS)
    assert "norikae:secrets" not in HUB_GROUPS


def test_a_central_argo_cd_gets_rights_and_no_definition() -> None:
    shipped = rbac.shipped(FakePorts(files={"rbac": RBAC, "secret-sync": [DEFINITION]}))
    assert shipped == [*RBAC, DEFINITION]
    assert rbac.for_hub(shipped) == RBAC
    assert DEFINITION in rbac.without_hub(rbac.for_namespace(shipped, "argo"))


def schemas(schema: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    yield path, schema
    for name, below in schema.get("properties", {}).items():
        yield from schemas(below, f"{path}.{name}")
    for name in ("items", "additionalProperties"):
        if name in schema:
            yield from schemas(schema[name], f"{path}[]")


def test_the_definition_of_a_secret_sync_is_structural_and_explains_itself() -> None:
    """As the API server asks (Kubernetes docs, "Specifying a structural schema")."""
    (version,) = DEFINITION["spec"]["versions"]
    assert DEFINITION["metadata"]["name"] == "secretsyncs.norikae.dev"
    assert version["subresources"] == {"status": {}}
    for path, schema in schemas(version["schema"]["openAPIV3Schema"]):
        assert "type" in schema, path
        assert "default" not in schema, f"{path}: Argo CD would see a difference"
        if path.startswith(".spec"):
            assert path.endswith("[]") or "description" in schema, path
            assert schema["type"] != "string" or {"maxLength", "enum"} & set(schema), f"{path}: how long?"
            assert schema["type"] != "array" or "maxItems" in schema, path
    status = version["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"]
    assert set(status) == {"secret", "versionId", "observedGeneration", "syncedAt", "conditions"}
    assert status["conditions"]["items"]["properties"]["status"]["enum"] == ["True", "False", "Unknown"]
