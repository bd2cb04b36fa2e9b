"""Kubernetes Secrets on the wire, to and from what the core knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.stored import MANAGER, Stored

if TYPE_CHECKING:
    from norikae.secret_sync.stored import Wanted

Json = dict[str, Any]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""What ``kubectl apply`` sent, values and all (Kubernetes docs, "Declarative Management"): it is never read."""


class _Metadata(msgspec.Struct, rename="camel"):
    namespace: str
    name: str
    resource_version: str
    uid: str
    annotations: dict[str, str] | None = None
    managed_fields: list[Json] | None = None


class SecretObject(msgspec.Struct):
    """A Secret as an API server gives it; msgspec reads base64 where bytes are declared."""

    metadata: _Metadata
    type: str = "Opaque"
    immutable: bool | None = None
    data: dict[str, bytes] | None = None

    def stored(self) -> Stored:
        """The Secret as the core knows it."""
        annotations = self.metadata.annotations or {}
        return Stored(
            namespace=self.metadata.namespace,
            name=self.metadata.name,
            resource_version=self.metadata.resource_version,
            uid=self.metadata.uid,
            type=self.type,
            immutable=bool(self.immutable),
            annotations={name: text for name, text in annotations.items() if name != LAST_APPLIED},
            data={key: Sealed(value) for key, value in (self.data or {}).items()},
        )

    def handed_over(self) -> list[Json] | None:
        """The ``managedFields`` in which all of norikae's fields are its by server-side apply; None when they are.

        What a POST wrote belongs to its manager by ``Update``, which server-side apply takes for somebody else: a key
        that it leaves out would stay for ever. The two entries become one, as client-go's ``csaupgrade`` does it.
        """
        entries = self.metadata.managed_fields or []
        if not any(_is_ours(entry, "Update") for entry in entries):
            return None
        fields: Json = {}
        for entry in entries:
            if _is_ours(entry, "Update") or _is_ours(entry, "Apply"):
                fields = _union(fields, entry.get("fieldsV1") or {})
        newest = next(entry for entry in entries if _is_ours(entry, "Update"))
        others = [entry for entry in entries if not (_is_ours(entry, "Update") or _is_ours(entry, "Apply"))]
        return [{**newest, "operation": "Apply", "fieldsV1": fields}, *others]


def body_of(wanted: Wanted, uid: str = "", resource_version: str = "") -> Json:
    """A Secret as it is sent; msgspec writes bytes as base64.

    Args:
        wanted: the Secret.
        uid: of the object that it changes; without one, server-side apply makes a Secret that was deleted meanwhile
            again, whatever its resourceVersion (``apiserver/pkg/endpoints/handlers/patch.go``, applyPatch).
        resource_version: of the object that it changes.
    """
    metadata: Json = {"name": wanted.name, "namespace": wanted.namespace, "annotations": dict(wanted.annotations)}
    metadata |= {"labels": dict(wanted.labels)} if wanted.labels else {}
    metadata |= {"uid": uid} if uid else {}
    metadata |= {"resourceVersion": resource_version} if resource_version else {}
    data = {key: value.open() for key, value in wanted.data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": wanted.type, "data": data}


def _is_ours(entry: Json, operation: str) -> bool:
    owned = (entry.get("manager"), entry.get("operation"), entry.get("subresource", ""))
    return owned == (MANAGER, operation, "")


def _union(one: Json, other: Json) -> Json:
    """The fields of two trees of ``fieldsV1``."""
    return {**one, **{name: _union(one.get(name, {}), below) for name, below in other.items()}}
