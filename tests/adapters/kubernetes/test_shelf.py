"""What the shelf sends over the wire to the embedded API server, and what becomes of it there."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from norikae.adapters.kubernetes import shelf as shelves
from norikae.adapters.kubernetes.addresses import Addresses
from norikae.adapters.kubernetes.connect import address_of
from norikae.adapters.kubernetes.pacing import Pacing
from norikae.adapters.kubernetes.shelf import ApiShelf
from norikae.errors import ConflictError, NotFoundError, RefusedError, UnreachableError
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.stored import MANAGER, VERSION, Stored, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kubernetes import ApiServer
    from local.kubernetes.endpoint import Endpoint
    from norikae.adapters.kubernetes.client import KubernetesClient

Json = dict[str, Any]
SYNCS: Final = "secretsyncs.norikae.dev"
EXTERNAL: Final = "externalsecrets.external-secrets.io"
DEFINITION: Json = yaml.safe_load(Path("lambdas/manifests/secret-sync.yaml").read_text(encoding="utf-8"))
RBAC: list[Json] = [obj for obj in yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text()) if obj]


@pytest.fixture
def shelf(client: KubernetesClient) -> ApiShelf:
    return ApiShelf(client)


@pytest.fixture(autouse=True)
def _shop(server: ApiServer) -> None:
    for name in ("shop", "chat"):
        server.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


@pytest.fixture
def syncs(server: ApiServer) -> ApiServer:
    """The API server with SecretSyncs."""
    server.apply(DEFINITION, manager="norikae")
    return server


def wanted(version: str = "v1", name: str = "db", **data: bytes) -> Wanted:
    sealed = {key: Sealed(value) for key, value in data.items()}
    return Wanted("shop", name, "Opaque", sealed, {VERSION: version}, {"team": "shop"})


def stored(shelf: ApiShelf, name: str = "db") -> Stored:
    found = shelf.secret("shop", name)
    assert found is not None
    return found


def data_of(server: ApiServer, name: str = "db") -> dict[str, bytes]:
    return {key: base64.b64decode(text) for key, text in server.get("secrets", name, "shop")["data"].items()}


def sync(name: str, namespace: str = "shop") -> Json:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "norikae.dev/v1alpha1", "kind": "SecretSync", "metadata": metadata, "spec": {"secret": name}}


def edit(server: ApiServer, name: str = "db", **data: bytes) -> None:
    """Somebody edits a Secret by hand."""
    body = {"data": {key: base64.b64encode(value).decode() for key, value in data.items()}}
    server.patch("secrets", name, "shop", body, manager="kubectl-edit")


def test_a_secret_goes_there_and_back_byte_by_byte(server: ApiServer, shelf: ApiShelf) -> None:
    value = bytes(range(256))
    assert shelf.secret("shop", "db") is None
    shelf.create(wanted(key=value, empty=b""))
    found = stored(shelf)
    assert {key: sealed.open() for key, sealed in found.data.items()} == {"key": value, "empty": b""}
    assert (found.type, found.immutable, found.version) == ("Opaque", False, "v1")
    assert server.get("secrets", "db", "shop")["metadata"]["labels"] == {"team": "shop"}
    assert found.uid == server.get("secrets", "db", "shop")["metadata"]["uid"]


def test_what_kubectl_applied_is_not_read(server: ApiServer, shelf: ApiShelf) -> None:
    """``kubectl apply`` keeps the values in an annotation."""
    shelf.create(wanted(password=b"a"))
    annotation = {"kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"YQ=="}}'}
    server.patch("secrets", "db", "shop", {"metadata": {"annotations": annotation}}, manager="kubectl")
    assert set(stored(shelf).annotations) == {VERSION}


def test_what_is_there_is_not_created_over(server: ApiServer, shelf: ApiShelf) -> None:
    shelf.create(wanted(password=b"theirs"))
    with pytest.raises(ConflictError, match=r"^POST secrets shop/db was answered 409 AlreadyExists$"):
        shelf.create(wanted(password=b"ours"))
    assert data_of(server) == {"password": b"theirs"}


def test_a_key_that_is_not_wanted_any_more_goes_and_one_of_others_stays(server: ApiServer, shelf: ApiShelf) -> None:
    shelf.create(wanted(password=b"1", host=b"a"))
    edit(server, note=b"by hand")
    shelf.write(wanted("v2", password=b"2"), instead_of=stored(shelf))
    assert data_of(server) == {"password": b"2", "note": b"by hand"}
    shelf.write(wanted("v3", user=b"3"), instead_of=stored(shelf))
    assert data_of(server) == {"user": b"3", "note": b"by hand"}
    ours = [
        one for one in server.get("secrets", "db", "shop")["metadata"]["managedFields"] if one["manager"] == MANAGER
    ]
    assert [one["operation"] for one in ours] == ["Apply"]


def test_a_secret_is_written_only_over_what_was_read(server: ApiServer, shelf: ApiShelf) -> None:
    shelf.create(wanted(password=b"1"))
    read = stored(shelf)
    shelf.write(wanted("v2", password=b"2"), instead_of=read)
    with pytest.raises(ConflictError, match=r"^PATCH secrets shop/db was answered 409 Conflict$"):
        shelf.write(wanted("v1", password=b"1"), instead_of=read)
    assert data_of(server) == {"password": b"2"}


def test_of_two_that_read_the_first_version_one_writes(server: ApiServer, client: KubernetesClient) -> None:
    one, other = ApiShelf(client), ApiShelf(client)
    one.create(wanted(password=b"1"))
    read, also = stored(one), stored(other)
    other.write(wanted("v3", password=b"3"), instead_of=also)
    with pytest.raises(ConflictError):
        one.write(wanted("v2", password=b"2"), instead_of=read)
    assert data_of(server) == {"password": b"3"}


def test_a_secret_that_was_deleted_meanwhile_does_not_come_back(server: ApiServer, shelf: ApiShelf) -> None:
    shelf.create(wanted(password=b"1"))
    read = stored(shelf)
    shelf.write(wanted("v2", password=b"2"), instead_of=read)
    read = stored(shelf)
    server.delete("secrets", "db", "shop")
    with pytest.raises(ConflictError):
        shelf.write(wanted("v3", password=b"3"), instead_of=read)
    assert shelf.secret("shop", "db") is None
    shelf.create(wanted("v4", password=b"4"))
    with pytest.raises((ConflictError, RefusedError)):
        shelf.write(
            wanted("v3", password=b"3"), instead_of=replace(read, resource_version=stored(shelf).resource_version)
        )
    assert data_of(server) == {"password": b"4"}


def test_a_manual_edit_is_written_over_by_force_and_named_without(server: ApiServer, shelf: ApiShelf) -> None:
    shelf.create(wanted(password=b"1"))
    shelf.write(wanted("v1", password=b"1"), instead_of=stored(shelf))
    edit(server, password=b"by hand")
    told = r"^PATCH secrets shop/db was answered 409 Conflict at \.data\.password, which kubectl-edit owns$"
    with pytest.raises(ConflictError, match=told):
        shelf.write(wanted("v2", password=b"2"), instead_of=stored(shelf), force=False)
    assert data_of(server) == {"password": b"by hand"}
    shelf.write(wanted("v2", password=b"2"), instead_of=stored(shelf))
    assert data_of(server) == {"password": b"2"}
    shelf.write(wanted("v3", password=b"3"), instead_of=stored(shelf), force=False)
    assert data_of(server) == {"password": b"3"}


def test_declarations_of_all_namespaces_over_all_pages(syncs: ApiServer, shelf: ApiShelf) -> None:
    for number in range(620):
        syncs.create(SYNCS, sync(f"s-{number:03}", "chat" if number % 2 else "shop"))
    found = shelf.declared(SYNCS)
    assert sorted(one["metadata"]["name"] for one in found) == [f"s-{number:03}" for number in range(620)]
    assert {one["kind"] for one in found} == {"SecretSync"}
    assert not any("managedFields" in one["metadata"] for one in found)


def test_a_kind_that_the_cluster_does_not_know_has_no_objects(server: ApiServer, shelf: ApiShelf) -> None:
    assert shelf.declared(SYNCS) == []
    with pytest.raises(NotFoundError, match="the cluster does not know the kind any more"):
        shelf.patch(SYNCS, "shop", "db", {}, instead_of="1")
    server.apply(DEFINITION, manager="norikae")
    server.create(SYNCS, sync("db"))
    assert len(shelf.declared(SYNCS)) == 1, "a definition that came a moment ago"


def external(*versions: str) -> Json:
    """External Secrets' definition; the first version is the preferred one."""
    names = {"kind": "ExternalSecret", "listKind": "ExternalSecretList", "plural": "externalsecrets"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    served = [{"name": name, "served": True, "storage": name == versions[0], "schema": schema} for name in versions]
    spec = {"group": "external-secrets.io", "scope": "Namespaced", "versions": served}
    names |= {"singular": "externalsecret"}
    api = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    return {**api, "metadata": {"name": EXTERNAL}, "spec": {**spec, "names": names}}


def test_a_kind_is_read_in_the_version_that_is_served_by_now(server: ApiServer, client: KubernetesClient) -> None:
    kinds: dict[str, Any] = {}
    server.apply(external("v1beta1"), manager="helm")
    obj = {"apiVersion": "external-secrets.io/v1beta1", "kind": "ExternalSecret", "spec": {}}
    server.create(EXTERNAL, {**obj, "metadata": {"name": "db", "namespace": "shop"}})
    assert [one["apiVersion"] for one in ApiShelf(client, kinds=kinds).declared(EXTERNAL)] == [
        "external-secrets.io/v1beta1"
    ]
    server.apply(external("v1"), manager="helm", force=True)
    assert [one["apiVersion"] for one in ApiShelf(client, kinds=kinds).declared(EXTERNAL)] == ["external-secrets.io/v1"]
    server.delete("customresourcedefinitions.apiextensions.k8s.io", EXTERNAL)
    assert ApiShelf(client, kinds=kinds).declared(EXTERNAL) == []
    assert kinds == {}


def test_a_declaration_is_patched_only_as_it_was_read(syncs: ApiServer, shelf: ApiShelf) -> None:
    syncs.create(SYNCS, sync("db"))
    (read,) = shelf.declared(SYNCS)
    was = read["metadata"]["resourceVersion"]
    now = shelf.patch(SYNCS, "shop", "db", {"metadata": {"annotations": {"force-sync": "1"}}}, instead_of=was)
    assert now == syncs.get(SYNCS, "db", "shop")["metadata"]["resourceVersion"] != was
    with pytest.raises(ConflictError, match=r"^PATCH secretsyncs\.norikae\.dev shop/db was answered 409 Conflict$"):
        shelf.patch(SYNCS, "shop", "db", {"spec": {"key": "a"}}, instead_of=was)
    with pytest.raises(NotFoundError, match=r"^PATCH secretsyncs\.norikae\.dev shop/no was answered 404 NotFound$"):
        shelf.patch(SYNCS, "shop", "no", {"spec": {"key": "a"}}, instead_of=was)


def test_a_status_is_written_beside_the_spec(syncs: ApiServer, shelf: ApiShelf) -> None:
    syncs.create(SYNCS, sync("db"))
    (read,) = shelf.declared(SYNCS)
    body = {"spec": {"secret": "other"}, "status": {"versionId": "v1", "observedGeneration": 1}}
    now = shelf.patch(SYNCS, "shop", "db", body, instead_of=read["metadata"]["resourceVersion"], status=True)
    after = syncs.get(SYNCS, "db", "shop")
    assert (after["spec"], after["status"]) == ({"secret": "db"}, {"versionId": "v1", "observedGeneration": 1})
    assert after["metadata"]["generation"] == 1
    with pytest.raises(ConflictError):
        shelf.patch(SYNCS, "shop", "db", body, instead_of=read["metadata"]["resourceVersion"], status=True)
    assert shelf.patch(SYNCS, "shop", "db", {"status": {"versionId": "v2"}}, instead_of=now, status=True) > now


def workload(kind: str, name: str) -> Json:
    labels = {"app": name}
    spec: Json = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}}}
    spec["template"]["spec"] = {"containers": [{"name": "web", "image": "web"}]}
    spec |= {"serviceName": name} if kind == "StatefulSet" else {}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def test_workloads_are_restarted_only_as_they_were_read(server: ApiServer, shelf: ApiShelf) -> None:
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        server.create(f"{kind.lower()}s.apps", workload(kind, f"web-{kind.lower()}"))
    found = shelf.workloads("shop")
    assert [one["kind"] for one in found] == ["Deployment", "StatefulSet", "DaemonSet"]
    assert shelf.workloads("chat") == []
    for one in found:
        shelf.annotate_template(one, {"norikae.dev/secret-versions": "db=v2"})
        with pytest.raises(ConflictError):
            shelf.annotate_template(one, {"norikae.dev/secret-versions": "db=v3"})
    annotations = [one["spec"]["template"]["metadata"]["annotations"] for one in shelf.workloads("shop")]
    assert annotations == [{"norikae.dev/secret-versions": "db=v2"}] * 3


@pytest.fixture
def carrier(syncs: ApiServer, as_user: Callable[[str], KubernetesClient]) -> ApiShelf:
    """The shelf with the rights of norikae's own ClusterRoles, and none of a team."""
    for obj in RBAC:
        syncs.apply(obj, manager="norikae")
    return ApiShelf(as_user("carrier"))


def give(server: ApiServer, *rules: Json) -> None:
    """A team lets norikae in."""
    group = "rbac.authorization.k8s.io"
    meta = {"name": "norikae-secrets", "namespace": "shop"}
    subject = {"kind": "Group", "apiGroup": group, "name": "norikae:secrets"}
    role = {"apiGroup": group, "kind": "Role", "name": "norikae-secrets"}
    api = {"apiVersion": f"{group}/v1"}
    server.apply({**api, "kind": "Role", "metadata": meta, "rules": list(rules)}, manager="team", force=True)
    server.apply(
        {**api, "kind": "RoleBinding", "metadata": meta, "roleRef": role, "subjects": [subject]}, manager="team"
    )


NAMED = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["db"], "verbs": ["get", "patch"]}
CREATE = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]}


def test_without_a_role_of_the_team_no_secret_can_be_touched(server: ApiServer, carrier: ApiShelf) -> None:
    server.create("secrets", {"metadata": {"name": "db", "namespace": "shop"}, "data": {}})
    read = Stored("shop", "db", server.get("secrets", "db", "shop")["metadata"]["resourceVersion"])
    remedy = r"the group norikae:secrets a Role in namespace shop with resources \[secrets\]"
    by_name = rf"{remedy}, resourceNames \[db\] and verbs \[get, patch\]$"
    with pytest.raises(
        RefusedError, match=rf"^GET secrets shop/db was answered 403 Forbidden: .* right to get it; give {by_name}"
    ):
        carrier.secret("shop", "db")
    with pytest.raises(RefusedError, match=rf"right to patch it; give {by_name}"):
        carrier.write(wanted(password=b"1"), instead_of=read)
    with pytest.raises(RefusedError, match=rf"right to create it; give {remedy} and verbs \[create\]$"):
        carrier.create(wanted(password=b"1"))


def test_a_role_by_names_is_enough_to_carry_and_opens_nothing_else(server: ApiServer, carrier: ApiShelf) -> None:
    give(server, NAMED)
    assert carrier.secret("shop", "db") is None
    with pytest.raises(RefusedError, match="right to create it"):
        carrier.create(wanted(password=b"1"))
    give(server, NAMED, CREATE)
    carrier.create(wanted(password=b"1"))
    carrier.write(wanted("v2", user=b"2"), instead_of=stored(carrier))
    assert data_of(server) == {"user": b"2"}
    with pytest.raises(RefusedError, match=r"resourceNames \[other\]"):
        carrier.secret("shop", "other")


def test_norikaes_own_rights_are_enough_for_declarations_and_workloads(server: ApiServer, carrier: ApiShelf) -> None:
    server.apply(external("v1"), manager="helm")
    server.create(SYNCS, sync("db"))
    server.create("daemonsets.apps", workload("DaemonSet", "agent"))
    api = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "spec": {}}
    server.create(EXTERNAL, {**api, "metadata": {"name": "db", "namespace": "shop"}})
    (declared,), (other,), (agent,) = carrier.declared(SYNCS), carrier.declared(EXTERNAL), carrier.workloads("shop")
    carrier.patch(SYNCS, "shop", "db", {"status": {}}, instead_of=declared["metadata"]["resourceVersion"], status=True)
    told = {"metadata": {"annotations": {"force-sync": "1"}}}
    carrier.patch(EXTERNAL, "shop", "db", told, instead_of=other["metadata"]["resourceVersion"])
    carrier.annotate_template(agent, {"a": "b"})
    with pytest.raises(
        RefusedError, match=r"right to patch secretsyncs\.norikae\.dev in namespace shop; its ClusterRoles"
    ):
        carrier.patch(SYNCS, "shop", "db", told, instead_of=declared["metadata"]["resourceVersion"])


def test_a_right_of_the_whole_cluster_that_is_missing_is_named(
    syncs: ApiServer, as_user: Callable[[str], KubernetesClient]
) -> None:
    shelf = ApiShelf(as_user("reader"))
    assert syncs.list(SYNCS) == []
    told = r"no right to list secretsyncs\.norikae\.dev in all namespaces; .*: adopt the cluster again"
    with pytest.raises(RefusedError, match=told):
        shelf.declared(SYNCS)


def test_calls_are_made_together_and_answered_in_their_order(shelf: ApiShelf) -> None:
    for number in range(30):
        shelf.create(wanted(name=f"db-{number}", password=b"1"))
    answers = shelf.together([partial(shelf.secret, "shop", f"db-{number}") for number in range(31)])
    assert [getattr(one, "name", None) for one in answers] == [*(f"db-{number}" for number in range(30)), None]
    (failed,) = shelf.together([partial(shelf.create, wanted(name="db-1", password=b"1"))])
    assert isinstance(failed, ConflictError)


def test_an_address_where_nobody_answers_is_not_used_again(endpoint: Endpoint, client: KubernetesClient) -> None:
    lost: list[str] = []
    shelf = ApiShelf(client, lost=lambda: lost.append("demo"), pacing=Pacing(1e6, 1000))
    endpoint.close()
    with pytest.raises(UnreachableError, match=r"^GET secrets shop/db was not answered: .*refused"):
        shelf.secret("shop", "db")
    assert lost == ["demo"]


class Eks:
    """DescribeCluster of a cluster that is being made."""

    def describe_cluster(self, name: str) -> Json:
        return {"cluster": {"name": name, "status": "CREATING"}}


def test_a_cluster_without_an_endpoint_has_no_shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreachableError, match="CREATING"):
        address_of("green", eks=Eks())
    ask = partial(address_of, eks=Eks(), absent=NotFoundError)
    monkeypatch.setattr(shelves, "_ADDRESSES", Addresses(ask))
    with pytest.raises(NotFoundError, match="cluster green is CREATING and has no endpoint yet"):
        shelves.enter("green")
