"""Objects as they are compared: what they are called, and what of them somebody decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.cluster.ports import Json

SECRET = "Secret"  # noqa: S105 - a kind
HOOKS = ("argocd.argoproj.io/hook", "helm.sh/hook")
_DECIDED = ("name", "namespace", "labels", "annotations", "finalizers")
"""What of the metadata is not the API server's own."""
_BOOKKEEPING = frozenset(
    {
        "argocd.argoproj.io/installation-id",
        "argocd.argoproj.io/tracking-id",
        "kubectl.kubernetes.io/last-applied-configuration",
    }
)
"""Annotations in which tools remember what they did."""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What makes two objects the same one, whatever their API version.

    Args:
        group: the API group, "" for the core.
        kind: such as ``Deployment``.
        namespace: "" for kinds without namespaces.
        name: its name there.
    """

    group: str
    kind: str
    namespace: str
    name: str

    @property
    def where(self) -> str:
        """``namespace/name``, or the name alone."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def identity(obj: Json) -> Identity:
    """The identity of a manifest or a live object."""
    metadata = obj["metadata"]
    group = str(obj["apiVersion"]).rpartition("/")[0]
    return Identity(group, str(obj["kind"]), str(metadata.get("namespace") or ""), str(metadata.get("name") or ""))


def listed(resource: Mapping[str, Any]) -> Identity:
    """The identity of an entry of an Argo CD application's ``status.resources``."""
    members = (resource.get(member) or "" for member in ("group", "kind", "namespace", "name"))
    return Identity(*(str(member) for member in members))


def comparable(obj: Json) -> Json:
    """The object without what the API server and the tools write into it, and without its status."""
    metadata = {key: obj["metadata"][key] for key in _DECIDED if key in obj["metadata"]}
    if metadata.get("annotations"):
        metadata["annotations"] = {
            key: value for key, value in metadata["annotations"].items() if key not in _BOOKKEEPING
        }
    left_out = {"status", "metadata"}
    if obj.get("aggregationRule"):
        left_out.add("rules")  # the controller collects them (Kubernetes docs, "Aggregated ClusterRoles")
    return {**{key: value for key, value in obj.items() if key not in left_out}, "metadata": metadata}


def is_hook(obj: Json) -> bool:
    """Whether Argo CD runs the object around a sync instead of keeping it."""
    annotations = obj["metadata"].get("annotations") or {}
    return any(annotations.get(hook) for hook in HOOKS)
