"""What became of a version of a secret in a cluster, as the table keeps it."""

from __future__ import annotations

from typing import Literal

import msgspec


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """``SECRET#<arn>`` / ``CLUSTER#<cluster>``: the last that was tried, never a value.

    Args:
        secret: the ARN.
        cluster: the cluster.
        version: the version that was current then.
        state: ``current`` when every target has it.
        reason: why not, in words.
        at: when, in seconds since the epoch.
        told: what people were last told of it, so that they are told once; "" for nothing.
    """

    secret: str
    cluster: str
    version: str
    state: Literal["current", "waiting", "refused", "failed"]
    reason: str = ""
    at: float = 0.0
    told: str = ""
