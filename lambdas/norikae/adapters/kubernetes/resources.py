"""Where each Kubernetes resource lives: its path, its kind, and whether it has a namespace."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of an API server.

    Args:
        plural: as in its path, such as ``deployments``.
        group: its API group; empty for the core API.
        version: the served version that we speak.
        kind: as in its objects.
        namespaced: whether its objects live in namespaces.
    """

    plural: str
    group: str
    version: str
    kind: str
    namespaced: bool = True

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The path of an object, or without a name of the collection (Kubernetes API concepts, "Resource URIs")."""
        parts = [f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"]
        if self.namespaced and namespace:
            parts.append(f"namespaces/{quote(namespace, safe='')}")
        parts.append(self.plural)
        if name is not None:
            # Names of RBAC objects hold colons ("system:node"), which a path may carry as they are.
            parts.append(quote(name, safe=":"))
        return "/".join(parts)


def _table(group: str, version: str, kinds: dict[str, str], *, namespaced: bool = True) -> list[Resource]:
    return [Resource(plural, group, version, kind, namespaced) for plural, kind in kinds.items()]


KNOWN: tuple[Resource, ...] = (
    *_table("", "v1", {"namespaces": "Namespace", "nodes": "Node"}, namespaced=False),
    *_table(
        "",
        "v1",
        {
            "configmaps": "ConfigMap",
            "pods": "Pod",
            "secrets": "Secret",
            "serviceaccounts": "ServiceAccount",
            "services": "Service",
        },
    ),
    *_table(
        "apps",
        "v1",
        {
            "daemonsets": "DaemonSet",
            "deployments": "Deployment",
            "replicasets": "ReplicaSet",
            "statefulsets": "StatefulSet",
        },
    ),
    *_table("autoscaling", "v2", {"horizontalpodautoscalers": "HorizontalPodAutoscaler"}),
    *_table("batch", "v1", {"cronjobs": "CronJob", "jobs": "Job"}),
    *_table("networking.k8s.io", "v1", {"ingresses": "Ingress", "networkpolicies": "NetworkPolicy"}),
    *_table("networking.k8s.io", "v1", {"ingressclasses": "IngressClass"}, namespaced=False),
    *_table("policy", "v1", {"poddisruptionbudgets": "PodDisruptionBudget"}),
    *_table("rbac.authorization.k8s.io", "v1", {"rolebindings": "RoleBinding", "roles": "Role"}),
    *_table(
        "rbac.authorization.k8s.io",
        "v1",
        {"clusterrolebindings": "ClusterRoleBinding", "clusterroles": "ClusterRole"},
        namespaced=False,
    ),
    *_table("apiextensions.k8s.io", "v1", {"customresourcedefinitions": "CustomResourceDefinition"}, namespaced=False),
    *_table(
        "argoproj.io",
        "v1alpha1",
        {"applications": "Application", "applicationsets": "ApplicationSet", "appprojects": "AppProject"},
    ),
)
"""What needs no discovery, because these versions are stable on every Kubernetes version that EKS still runs."""

BY_NAME = {f"{r.plural}.{r.group}" if r.group else r.plural: r for r in KNOWN}
BY_KIND = {(r.group, r.version, r.kind): r for r in KNOWN}


def split(resource: str) -> tuple[str, str]:
    """Plural and group of a resource's name: "deployments.apps" is ("deployments", "apps")."""
    plural, _, group = resource.partition(".")
    return plural, group
