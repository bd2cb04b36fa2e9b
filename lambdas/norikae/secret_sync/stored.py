"""A Kubernetes Secret: as it is in a cluster, and as it should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.secret_sync.sealed import Sealed

MANAGER = "norikae-secrets"
"""The field manager of every write to a Secret."""
SYNC, GENERATION = "norikae.dev/secret-sync", "norikae.dev/secret-sync-generation"
"""Annotations: the SecretSync that a Secret is written for, and its generation then."""
SECRET, VERSION, REPLACES = "norikae.dev/secret", "norikae.dev/secret-version", "norikae.dev/secret-replaces"
"""Annotations: the secret's ARN, the version's id, and the version that was there before; none for the first."""
WRITTEN_AT = "norikae.dev/secret-written-at"
"""Annotation: when the handler began that wrote this version, as RFC 3339."""
HANDLED_WITHIN = 60
"""Seconds after that in which it was written: the handler's timeout."""
HASH, KEYS = "norikae.dev/secret-hash", "norikae.dev/secret-keys"
"""Annotations: what ``fingerprint`` says of the data, and of which of its keys (comma-separated)."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A Secret as a cluster has it.

    Args:
        namespace: where.
        name: its name.
        resource_version: for whoever writes it next.
        uid: of this object, which a later one of the same name does not have.
        type: such as ``Opaque``.
        immutable: whether its data can never change.
        annotations: all of them.
        data: key to value.
    """

    namespace: str
    name: str
    resource_version: str
    uid: str = ""
    type: str = "Opaque"
    immutable: bool = False
    annotations: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Sealed] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The version that norikae wrote last; "" when it never did."""
        return self.annotations.get(VERSION, "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A Secret as it should be.

    Args:
        namespace: where.
        name: its name.
        type: such as ``Opaque``.
        data: key to value.
        annotations: those of norikae.
        labels: those that the SecretSync asks for.
    """

    namespace: str
    name: str
    type: str
    data: Mapping[str, Sealed]
    annotations: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)
