"""Which parser reads which event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.drain.events import asked, capacity, health, lifecycle, spot, state_change
from norikae.drain.events.message import DIRECT, MalformedError, Message, NotJsonError, Said, open_message
from norikae.drain.interruption import Ignored

if TYPE_CHECKING:
    from collections.abc import Callable

EC2, AUTO_SCALING = "aws.ec2", "aws.autoscaling"
PARSERS: dict[tuple[str, str], Callable[[Message], tuple[Said, ...]]] = {
    (EC2, "EC2 Spot Instance Interruption Warning"): spot.interruption_warning,
    (EC2, "EC2 Instance Rebalance Recommendation"): spot.rebalance_recommendation,
    (EC2, "EC2 Instance State-change Notification"): state_change.state_change,
    (EC2, "EC2 Capacity Reservation Instance Interruption Warning"): capacity.interruption_warning,
    (EC2, "EC2 Interruptible Capacity Reservation Instance Interruption Warning"): capacity.interruption_warning,
    (EC2, "Capacity Block Reservation Expiration Warning"): capacity.block_expires,
    (EC2, "Capacity Block Expiration Warning"): capacity.block_expires,
    (AUTO_SCALING, "EC2 Instance-terminate Lifecycle Action"): lifecycle.lifecycle_action,
    (AUTO_SCALING, "EC2 Instance-launch Lifecycle Action"): lifecycle.lifecycle_action,
    (DIRECT, ""): lifecycle.lifecycle_action,
    ("aws.health", "AWS Health Event"): health.health_event,
    (asked.SOURCE, asked.KIND): asked.drain_node,
}
"""Source and detail type to parser. Both names that documents have for an event are here."""


def parse(body: str) -> tuple[Said, ...]:
    """What a message says about machines; whatever it is, the answer is a value and never an error.

    Args:
        body: the body of a queue's message.
    """
    try:
        message = open_message(body)
    except NotJsonError:
        return (Ignored("not-json"),)
    except MalformedError as error:
        return (Ignored("malformed", str(error)),)
    parser = PARSERS.get((message.source, message.kind))
    if parser is None:
        return (Ignored("unknown-event", message.what),)
    try:
        return parser(message)
    except MalformedError as error:
        return (Ignored("malformed", f"{message.what}: {error}"),)
