"""The ClusterRoles and bindings that every cluster starts with, as far as somebody here binds to them.

Source: ``plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go``; ``admin``, ``edit`` and ``view`` are cut to the
resources that this server stores.
"""

from collections.abc import Sequence

from local.kubernetes.objects import Json
from local.kubernetes.users import MASTERS

AUTHENTICATED = "system:authenticated"

_READ = ("get", "list", "watch")
_WRITE = ("create", "delete", "deletecollection", "patch", "update")
_CORE_READ = (
    "configmaps", "endpoints", "events", "limitranges", "namespaces", "namespaces/status", "persistentvolumeclaims",
    "persistentvolumeclaims/status", "pods", "pods/status", "replicationcontrollers", "resourcequotas",
    "serviceaccounts", "services", "services/status",
)  # fmt: skip
_CORE_WRITE = (
    "configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "secrets", "serviceaccounts", "services",
)  # fmt: skip
_GROUPS = (
    ("apps", ("daemonsets", "deployments", "replicasets", "statefulsets")),
    ("autoscaling", ("horizontalpodautoscalers",)),
    ("batch", ("cronjobs", "jobs")),
    ("networking.k8s.io", ("ingresses", "networkpolicies")),
    ("policy", ("poddisruptionbudgets",)),
)
_PATHS = (
    "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version",
    "/version/",
)  # fmt: skip


def _rule(group: str, resources: Sequence[str], verbs: Sequence[str]) -> Json:
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def _role(name: str, rules: list[Json]) -> Json:
    api_version = "rbac.authorization.k8s.io/v1"
    return {"apiVersion": api_version, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}


def _binding(name: str, group: str) -> Json:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
    }


def objects() -> list[Json]:
    """The roles and bindings, in the order in which they are made."""
    everything = [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        {"nonResourceURLs": ["*"], "verbs": ["*"]},
    ]
    view = [_rule("", _CORE_READ, _READ), *(_rule(group, names, _READ) for group, names in _GROUPS)]
    edit = [*view, _rule("", _CORE_WRITE, (*_READ, *_WRITE)), _rule("", ["pods/eviction"], ["create"])]
    edit += [_rule(group, names, _WRITE) for group, names in _GROUPS]
    admin = [*edit, _rule("rbac.authorization.k8s.io", ("rolebindings", "roles"), (*_READ, *_WRITE))]
    return [
        _role("cluster-admin", everything),
        _role("admin", admin),
        _role("edit", edit),
        _role("view", view),
        _role("system:discovery", [{"nonResourceURLs": list(_PATHS), "verbs": ["get"]}]),
        _binding("cluster-admin", MASTERS),
        _binding("system:discovery", AUTHENTICATED),
    ]
