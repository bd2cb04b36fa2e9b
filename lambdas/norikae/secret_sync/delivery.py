"""What became of a version of a secret in a cluster, as the table keeps it."""

from __future__ import annotations

from typing import Literal

import msgspec


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """``SECRET#<arn>`` / ``CLUSTER#<cluster>``: the last that was tried, never a value.

    Args:
        secret: the ARN.
        cluster: the cluster; "" for what people were told of the secret itself.
        version: the version that was current then.
        state: ``current`` when every target has it.
        reason: why not, in words.
        at: since when it is so, in seconds since the epoch.
        told: what people were last told of it, so that they are told once; "" for nothing.
        again: when a letter comes that asks for another look at it, in seconds since the epoch; 0.0 for never.
    """

    secret: str
    cluster: str
    version: str
    state: Literal["current", "waiting", "refused", "failed"]
    reason: str = ""
    at: float = 0.0
    told: str = ""
    again: float = 0.0
