"""Something in a cluster that has to follow a secret, whoever writes the Kubernetes Secret in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
Kind = Literal[
    "secretsyncs.norikae.dev",
    "externalsecrets.external-secrets.io",
    "awssecrets.mumoshu.github.io",
    "secretproviderclasses.secrets-store.csi.x-k8s.io",
]
"""The declarations that name secrets, as ``plural.group``."""
Beside = Literal[
    "secretstores.external-secrets.io",
    "clustersecretstores.external-secrets.io",
    "secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io",
]
"""What has to be read to understand them."""
State = Literal["current", "behind", "waiting", "observed", "refused"]
"""``current``: it has AWSCURRENT. ``behind``: norikae can move it. ``waiting``: somebody else has been told to, and is
not done. ``observed``: it is behind, and nothing that norikae may do moves it; no gate waits for it. ``refused``: it
cannot be carried as it is declared, and a person has to change that."""


@dataclass(frozen=True, slots=True)
class Target:
    """One declaration of one cluster.

    Args:
        kind: of which kind.
        namespace: where.
        name: its name.
        secrets: the secrets that it names, as they are written there: names or ARNs.
        resource_version: of the object as it was read.
        generation: of the object as it was read.
        versions: reference to the version that the object says it has; a reference is missing when it says nothing.
        problem: why it cannot be carried as it is declared, with the remedy; "" when it can.
        object: the object itself; no declaration holds a value.
    """

    kind: Kind
    namespace: str
    name: str
    secrets: tuple[str, ...]
    resource_version: str
    generation: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    object: Json = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind.partition('.')[0]} {self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a target stands towards the current version of one of its secrets.

    Args:
        state: one of the five.
        reason: why, in words with the remedy; never anything of a value.
    """

    state: State
    reason: str = ""
