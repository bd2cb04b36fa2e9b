"""The rights of norikae's own functions inside a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster.manifests import PLURALS, carries, digest_of, stamped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.ports import Ports

WRITTEN_NAMESPACE = "argocd"
"""The namespace of Argo CD as the manifest is written; the environment's own name takes its place."""

HUB = "norikae-hub"
"""The name of the rights in the cluster of a central Argo CD, and nowhere else."""

DEFINITION = "CustomResourceDefinition"


def shipped(ports: Ports) -> list[Json]:
    """All that a cluster gets with norikae's rights, as it is written."""
    return [*ports.manifests("rbac"), *ports.manifests("secret-sync")]


def for_namespace(rbac: Sequence[Json], namespace: str) -> list[Json]:
    """The manifest for an environment whose Argo CD lives in this namespace."""
    return [_moved(obj, namespace) for obj in rbac]


def without_hub(rbac: Sequence[Json]) -> list[Json]:
    """The manifest for a cluster that no central Argo CD runs in."""
    return [obj for obj in rbac if obj["metadata"]["name"] != HUB]


def for_hub(rbac: Sequence[Json]) -> list[Json]:
    """The manifest for the cluster of a central Argo CD, where nothing is declared: rights only."""
    return [obj for obj in rbac if obj["kind"] != DEFINITION]


def is_applied(kubernetes: Kubernetes, rbac: Sequence[Json]) -> bool:
    """Whether every object of the manifest is in the cluster as this manifest has it."""
    digest = digest_of(rbac)
    return all(
        carries(
            kubernetes.get(PLURALS[obj["kind"]], obj["metadata"]["name"], obj["metadata"].get("namespace")),
            digest,
        )
        for obj in rbac
    )


def apply(kubernetes: Kubernetes, rbac: Sequence[Json]) -> None:
    """Apply every object of the manifest in its order."""
    digest = digest_of(rbac)
    for obj in rbac:
        kubernetes.apply(stamped(obj, digest))


def _moved(obj: Json, namespace: str) -> Json:
    metadata = obj["metadata"]
    if obj["kind"] == "Namespace" and metadata["name"] == WRITTEN_NAMESPACE:
        return {**obj, "metadata": {**metadata, "name": namespace}}
    if metadata.get("namespace") == WRITTEN_NAMESPACE:
        return {**obj, "metadata": {**metadata, "namespace": namespace}}
    return obj
