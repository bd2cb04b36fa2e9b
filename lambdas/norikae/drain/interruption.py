"""What an event says about a machine, whichever service said it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

Kind = Literal[
    "launch",
    "rebalance",
    "impaired",
    "asked",
    "scheduled",
    "decommission",
    "scaling",
    "capacity",
    "spot",
    "state-change",
]
"""Why a node goes (``launch``: comes; ``asked``: a person wants it empty), the least grave first."""
GRAVITY: tuple[Kind, ...] = get_args(Kind)
FINAL: frozenset[Kind] = frozenset({"decommission", "scaling", "capacity", "spot", "state-change"})
"""After these the machine is gone for good, so nothing that is heard later begins anew."""

TAKEN_BACK: frozenset[Kind] = frozenset({"impaired", "scheduled"})
"""What is announced and can be called off."""


class Hook(msgspec.Struct, frozen=True):
    """A lifecycle action that waits for an answer.

    Args:
        group: the Auto Scaling group.
        name: the lifecycle hook.
        token: of this action; "" when only a listing told of it.
    """

    group: str
    name: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Interruption:
    """One machine that goes, or that is kept after all.

    Args:
        kind: why.
        instance: the EC2 instance, such as ``i-0123456789abcdef0``; "" while only the node is known.
        at: when it was said, in seconds since the epoch; the event's own time.
        event: the event's id, the same for its copies.
        ends_at: when the machine goes, as far as the event says; None when it does not.
        hook: the lifecycle action that waits.
        cancelled: what was announced before does not happen.
        detail: the service's own word for it: ``terminate``, ``stopping``, ``AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED``.
        node: the node's name, when a person named that instead of the machine.
        cluster: the cluster that the person named besides.
    """

    kind: Kind
    instance: str
    at: float
    event: str
    ends_at: float | None = None
    hook: Hook | None = None
    cancelled: bool = False
    detail: str = ""
    node: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that asks for nothing: it is acknowledged and counted.

    Args:
        reason: why, in kebab case, such as ``unknown-event``, ``not-json``, ``test-notification``, ``other-service``.
        what: what it was, for the log; never more than source and detail type.
    """

    reason: str
    what: str = ""
