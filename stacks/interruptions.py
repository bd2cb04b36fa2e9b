"""How norikae hears that machines go: rules on what AWS says about them, one queue, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.drain.events.state_change import ENDS
from stacks.event_queue import EventQueue, Rule

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct

INGEST_SECONDS = 15
"""The reader's timeout; a batch takes less than one, and some ten more where a cluster does not answer."""
VISIBLE_AFTER = 20
"""Seconds until a message that failed comes again; at least the reader's timeout, as Lambda demands.

Lambda recommends six timeouts ("Creating an SQS event source"), so that it can try a throttled function again
meanwhile. A spot machine has two minutes in all, so here a throttled function finds its message in the queue again.
"""
KEPT_HOURS = 4
"""An event that is older tells of a machine that is long gone, or that the reconciler has found."""
ATTEMPTS = 90
"""How often a message is tried before it is a dead letter: half an hour, since each try is short and harms nothing."""
RULES: dict[str, Rule] = {
    "Machines": Rule(
        text="EC2 takes a machine back, or is likely to",
        pattern={
            "source": ["aws.ec2"],
            "detail-type": [
                "EC2 Spot Instance Interruption Warning",
                "EC2 Instance Rebalance Recommendation",
                "EC2 Capacity Reservation Instance Interruption Warning",
                "EC2 Interruptible Capacity Reservation Instance Interruption Warning",
            ],
        },
    ),
    "States": Rule(
        text="A machine ends, whoever wanted that",
        pattern={
            "source": ["aws.ec2"],
            "detail-type": ["EC2 Instance State-change Notification"],
            "detail": {"state": sorted(ENDS)},
        },
    ),
    "Lifecycle": Rule(
        text="Auto Scaling holds a machine for an answer",
        pattern={
            "source": ["aws.autoscaling"],
            "detail-type": ["EC2 Instance-launch Lifecycle Action", "EC2 Instance-terminate Lifecycle Action"],
        },
    ),
    "Health": Rule(
        text="AWS Health announces maintenance of machines",
        pattern={
            "source": ["aws.health"],
            "detail-type": ["AWS Health Event"],
            "detail": {"service": ["EC2"], "eventTypeCategory": ["scheduledChange"]},
        },
    ),
}
"""By source, with what each is for. EventBridge cannot tell clusters apart; the reader finds out whose a machine is."""


class Interruptions(EventQueue):
    """The queue of machines that go.

    A lifecycle hook may name the queue as its target, too; then its own role needs the rights to send and to use the
    key (Auto Scaling API reference, PutLifecycleHook, RoleARN).

    Args:
        key: encrypts both queues.
    """

    def __init__(self, scope: Construct, identifier: str, *, key: kms.IKey) -> None:
        super().__init__(
            scope, identifier, key=key, rules=RULES, kept=KEPT_HOURS, visible_after=VISIBLE_AFTER, attempts=ATTEMPTS
        )
