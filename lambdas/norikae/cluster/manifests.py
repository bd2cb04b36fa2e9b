"""Kubernetes objects from files, and the mark that says which version of a file an object came from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from norikae.cluster.ports import Json

DIGEST = "norikae.dev/manifest"
"""Annotation of every object that norikae applies: the digest of the whole file that it came from."""

PLURALS = {
    "ClusterRole": "clusterroles.rbac.authorization.k8s.io",
    "ClusterRoleBinding": "clusterrolebindings.rbac.authorization.k8s.io",
    "CustomResourceDefinition": "customresourcedefinitions.apiextensions.k8s.io",
    "DaemonSet": "daemonsets.apps",
    "Deployment": "deployments.apps",
    "Namespace": "namespaces",
    "Role": "roles.rbac.authorization.k8s.io",
    "RoleBinding": "rolebindings.rbac.authorization.k8s.io",
    "StatefulSet": "statefulsets.apps",
}
"""The kinds that norikae reads back, as the Kubernetes port names them."""


def read_manifests(path: Path) -> list[Json]:
    """The objects in a JSON file of the bundle; synth writes it from the YAML, so functions need no YAML reader.

    Raises:
        SettingsError: the file is missing or is not a list of Kubernetes objects.
    """
    try:
        objects = msgspec.json.decode(path.read_bytes(), type=list[dict[str, Any]])
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(f"{path}: {error}; build the bundle again with `make synth`") from error
    for position, obj in enumerate(objects):
        if not ("apiVersion" in obj and "kind" in obj and "name" in obj.get("metadata", {})):
            raise SettingsError(f"{path}: object {position} has no apiVersion, kind or metadata.name")
    return objects


def digest_of(objects: Iterable[Json]) -> str:
    """The same text for the same objects."""
    return hashlib.sha256(msgspec.json.encode(list(objects), order="sorted")).hexdigest()[:16]


def stamped(obj: Json, digest: str) -> Json:
    """A copy of the object with the digest on it."""
    metadata = dict(obj["metadata"])
    metadata["annotations"] = {**metadata.get("annotations", {}), DIGEST: digest}
    return {**obj, "metadata": metadata}


def carries(obj: Json | None, digest: str) -> bool:
    """Whether an object that was read from a cluster came from the file with this digest."""
    return obj is not None and obj["metadata"].get("annotations", {}).get(DIGEST) == digest
