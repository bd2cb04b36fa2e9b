"""RBAC: what a binding gives, and that nobody grants what they do not hold."""

from typing import Any

import pytest

from local.kubernetes import SYSTEM, ApiServer, User
from local.kubernetes.rbac import allows_path
from tests.local.kubernetes.shop import Json, refused

RBAC = "rbac.authorization.k8s.io"
READER = User("arn:aws:sts::123456789012:assumed-role/read/x", ("norikae:read",))
SYNCER = User("syncer", ("norikae:sync",))


def rule(groups: str, resources: str, verbs: str, names: str = "") -> Json:
    found: Json = {"apiGroups": groups.split(","), "resources": resources.split(), "verbs": verbs.split()}
    return found | ({"resourceNames": names.split()} if names else {})


def grant(api: ApiServer, group: str, *rules: Json, namespace: str = "", name: str = "") -> None:
    """A (Cluster)Role with a binding to a group."""
    name = name or group.replace(":", "-")
    kind, meta = ("Role", {"name": name, "namespace": namespace}) if namespace else ("ClusterRole", {"name": name})
    api.apply({"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": meta, "rules": list(rules)}, manager="test")
    api.apply(binding(group, name, kind=kind, namespace=namespace), manager="test")


def binding(group: str, role: str, *, kind: str = "ClusterRole", namespace: str = "") -> Json:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": group.replace(":", "-"), **({"namespace": namespace} if namespace else {})},
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": role},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group}],
    }


def test_masters_may_do_everything_and_a_stranger_nothing(api: ApiServer) -> None:
    assert api.authorize(SYSTEM, "delete", "nodes")
    assert not api.authorize(READER, "list", "nodes")


@pytest.mark.parametrize(
    ("granted", "asked", "expected"),
    [
        (rule("", "pods", "get list"), ("list", "pods", "shop", ""), True),
        (rule("", "pods", "get list"), ("delete", "pods", "shop", "a"), False),
        (rule("", "pods", "*"), ("create", "pods/eviction", "shop", "a"), False),
        (rule("", "pods/eviction", "create"), ("create", "pods/eviction", "shop", "a"), True),
        (rule("", "*/eviction", "create"), ("create", "pods/eviction", "shop", "a"), True),
        (rule("", "*", "create"), ("create", "pods/eviction", "shop", "a"), True),
        (rule("apps", "deployments", "get"), ("get", "deployments.apps", "shop", "web"), True),
        (rule("", "deployments", "get"), ("get", "deployments.apps", "shop", "web"), False),
        (rule("*", "deployments", "get"), ("get", "deployments.apps", "shop", "web"), True),
        (rule("apps", "deployments/status", "get"), ("get", "deployments.apps/status", "shop", "web"), True),
        (rule("", "secrets", "get", "tls"), ("get", "secrets", "shop", "tls"), True),
        (rule("", "secrets", "get", "tls"), ("get", "secrets", "shop", "other"), False),
        (rule("", "secrets", "list", "tls"), ("list", "secrets", "shop", ""), False),
    ],
)
def test_a_rule_names_verbs_groups_resources_and_objects(
    api: ApiServer, granted: Json, asked: tuple[str, str, str, str], expected: Any
) -> None:
    grant(api, "norikae:read", granted)
    assert api.authorize(READER, *asked) is expected


def test_a_role_binding_gives_rights_in_its_namespace_only(api: ApiServer) -> None:
    grant(api, "norikae:read", rule("", "pods", "list"), namespace="shop")
    assert api.authorize(READER, "list", "pods", "shop")
    assert not api.authorize(READER, "list", "pods", "default")
    assert not api.authorize(READER, "list", "pods")


def test_a_role_binding_may_lend_a_cluster_role(api: ApiServer) -> None:
    api.apply(binding("norikae:read", "view", namespace="shop"), manager="test")
    assert api.authorize(READER, "list", "deployments.apps", "shop")
    assert not api.authorize(READER, "list", "secrets", "shop")


def test_bindings_name_users_and_service_accounts_too(api: ApiServer) -> None:
    bound = binding("people", "view", namespace="shop")
    bound["subjects"] = [
        {"kind": "User", "name": "jo"},
        {"kind": "ServiceAccount", "name": "robot"},
        {"kind": "ServiceAccount", "name": "other", "namespace": "default"},
    ]
    api.apply(bound, manager="test")
    for name in ("jo", "system:serviceaccount:shop:robot", "system:serviceaccount:default:other"):
        assert api.authorize(User(name), "list", "pods", "shop")
    assert not api.authorize(User("system:serviceaccount:shop:other"), "list", "pods", "shop")


def test_an_aggregated_role_has_the_rules_of_those_it_selects(api: ApiServer) -> None:
    part = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "part", "labels": {"to": "all"}}}
    api.apply(part | {"rules": [rule("", "pods", "list")]}, manager="test")
    whole = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "whole"}}
    aggregation = {"clusterRoleSelectors": [{"matchLabels": {"to": "all"}}]}
    api.apply(whole | {"aggregationRule": aggregation}, manager="test")
    api.apply(binding("norikae:read", "whole"), manager="test")
    assert api.authorize(READER, "list", "pods", "shop")


def test_a_binding_to_a_role_that_is_gone_gives_nothing(api: ApiServer) -> None:
    grant(api, "norikae:read", rule("", "pods", "list"))
    api.delete(f"clusterroles.{RBAC}", "norikae-read")
    assert not api.authorize(READER, "list", "pods")


def test_authenticated_users_may_read_health_and_version(api: ApiServer) -> None:
    user = User("jo", ("system:authenticated",))
    assert all(allows_path(api, user, "get", path) for path in ("/readyz", "/version", "/apis/apps/v1"))
    assert not allows_path(api, user, "get", "/metrics")
    assert not allows_path(api, User("jo"), "get", "/readyz")


def role(name: str, *rules: Json) -> Json:
    return {"metadata": {"name": name, "namespace": "shop"}, "rules": list(rules)}


def test_refuses_role_with_rights_that_its_author_does_not_hold(api: ApiServer) -> None:
    grant(api, "norikae:sync", rule("", "pods", "get list"), rule(RBAC, "roles rolebindings", "create update"))
    api.create(f"roles.{RBAC}", role("fine", rule("", "pods", "get")), namespace="shop", user=SYNCER)
    with refused() as refusal:
        api.create(f"roles.{RBAC}", role("more", rule("", "pods secrets", "get")), namespace="shop", user=SYNCER)
    why = (
        f'roles.{RBAC} "more" is forbidden: user "syncer" (groups=["norikae:sync"]) is attempting to grant RBAC '
        'permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'
    )
    assert refusal.said == (403, "Forbidden", why)


def test_refuses_binding_to_a_role_that_its_author_does_not_hold(api: ApiServer) -> None:
    grant(api, "norikae:sync", rule(RBAC, "clusterrolebindings", "create"))
    with refused() as refusal:
        api.create(f"clusterrolebindings.{RBAC}", binding("friends", "view"), user=SYNCER)
    assert refusal.error.code == 403
    assert "is attempting to grant RBAC permissions not currently held" in refusal.error.message


def test_refuses_binding_to_a_role_that_does_not_exist(api: ApiServer) -> None:
    grant(api, "norikae:sync", rule(RBAC, "clusterrolebindings", "create"))
    with refused() as refusal:
        api.create(f"clusterrolebindings.{RBAC}", binding("friends", "absent"), user=SYNCER)
    assert refusal.said == (404, "NotFound", f'clusterroles.{RBAC} "absent" not found')


def test_the_verbs_bind_and_escalate_lift_the_rule(api: ApiServer) -> None:
    grant(api, "norikae:sync", rule(RBAC, "clusterroles", "bind", "view"), rule(RBAC, "roles", "escalate"))
    api.create(f"clusterrolebindings.{RBAC}", binding("friends", "view"), user=SYNCER)
    api.create(f"roles.{RBAC}", role("more", rule("", "secrets", "get")), namespace="shop", user=SYNCER)
    assert api.authorize(User("jo", ("friends",)), "list", "pods", "shop")
    with refused() as refusal:
        api.create(f"clusterrolebindings.{RBAC}", binding("others", "edit"), user=SYNCER)
    assert refusal.error.code == 403


def test_a_role_whose_rules_stay_may_be_labelled_by_anybody_who_may_write_it(api: ApiServer) -> None:
    created = api.create(f"roles.{RBAC}", role("strong", rule("", "secrets", "*")), namespace="shop")
    created["metadata"]["labels"] = {"owner": "sre"}
    assert api.update(f"roles.{RBAC}", created, user=SYNCER)["metadata"]["labels"] == {"owner": "sre"}
    created["rules"].append({"nonResourceURLs": ["/metrics"], "verbs": ["get"]})
    created["metadata"].pop("resourceVersion")
    with refused() as refusal:
        api.update(f"roles.{RBAC}", created, user=SYNCER)
    assert '{NonResourceURLs:["/metrics"], Verbs:["get"]}' in refusal.error.message
