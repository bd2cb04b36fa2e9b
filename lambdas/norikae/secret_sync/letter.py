"""What norikae writes to its own queue of secrets, besides what EventBridge writes there."""

from __future__ import annotations

from typing import Literal

import msgspec

Why = Literal["rotation", "sweep", "new", "gate", "late", "operator", "green"]


class Check(msgspec.Struct, frozen=True, tag="check", tag_field="norikae", omit_defaults=True):
    """Every target of a secret has its current version, or it is known why not.

    Args:
        secret: a name or an ARN.
        why: who asks.
        cluster: one cluster only; "" for all that live.
        attempt: how often somebody else has been waited for.
    """

    secret: str
    why: Why
    cluster: str = ""
    attempt: int = 0


class Sweep(msgspec.Struct, frozen=True, tag="sweep", tag_field="norikae", omit_defaults=True):
    """A Check is sent for every secret that the clusters name.

    Args:
        why: who asks.
        cluster: one cluster only; "" for all that live.
        only_new: only for declarations that nobody has carried since they were written.
    """

    why: Why
    cluster: str = ""
    only_new: bool = False


class Restart(msgspec.Struct, frozen=True, tag="restart", tag_field="norikae", omit_defaults=True):
    """The consumers of a cluster that ask for it are restarted, once the clusters before it are done with theirs.

    Args:
        cluster: whose.
        namespace: where.
        names: the Kubernetes Secrets, or ``class:<name>`` for SecretProviderClasses, that changed.
        after: clusters whose rollouts have to be complete.
        attempt: how often they have been waited for.
    """

    cluster: str
    namespace: str
    names: tuple[str, ...]
    after: tuple[str, ...] = ()
    attempt: int = 0


Letter = Check | Sweep | Restart
