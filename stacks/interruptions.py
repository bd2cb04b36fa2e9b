"""How norikae hears that machines go: rules on what AWS says about them, one queue, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from norikae.drain.events.state_change import ENDS
from stacks.queues import encrypted_queue, start_by

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_sqs as sqs

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
BATCH = 10
"""Messages of one invocation at most; none is waited for."""
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "Machines": (
        "EC2 takes a machine back, or is likely to",
        {
            "source": ["aws.ec2"],
            "detail-type": [
                "EC2 Spot Instance Interruption Warning",
                "EC2 Instance Rebalance Recommendation",
                "EC2 Capacity Reservation Instance Interruption Warning",
                "EC2 Interruptible Capacity Reservation Instance Interruption Warning",
            ],
        },
    ),
    "States": (
        "A machine ends, whoever wanted that",
        {
            "source": ["aws.ec2"],
            "detail-type": ["EC2 Instance State-change Notification"],
            "detail": {"state": sorted(ENDS)},
        },
    ),
    "Lifecycle": (
        "Auto Scaling holds a machine for an answer",
        {
            "source": ["aws.autoscaling"],
            "detail-type": ["EC2 Instance-launch Lifecycle Action", "EC2 Instance-terminate Lifecycle Action"],
        },
    ),
    "Health": (
        "AWS Health announces maintenance of machines",
        {
            "source": ["aws.health"],
            "detail-type": ["AWS Health Event"],
            "detail": {"service": ["EC2"], "eventTypeCategory": ["scheduledChange"]},
        },
    ),
}
"""By source, with what each is for. EventBridge cannot tell clusters apart; the reader finds out whose a machine is."""
EVENTBRIDGE = "events.amazonaws.com"


class Interruptions(Construct):
    """Four rules, a standard queue, its dead letters, and the right of those rules to send.

    A lifecycle hook may name the queue as its target, too; then its own role needs the rights to send and to use the
    key (Auto Scaling API reference, PutLifecycleHook, RoleARN).

    Args:
        key: encrypts both queues; its policy lets EventBridge use it.
    """

    def __init__(self, scope: Construct, identifier: str, *, key: kms.IKey) -> None:
        super().__init__(scope, identifier)
        self.dead_letters = encrypted_queue(
            self, "DeadLetters", key=key, kept=cdk.Duration.days(14), visible_after=VISIBLE_AFTER
        )
        self.queue = encrypted_queue(
            self,
            "Queue",
            key=key,
            kept=cdk.Duration.hours(KEPT_HOURS),
            visible_after=VISIBLE_AFTER,
            dead_letters=self.dead_letters,
            attempts=ATTEMPTS,
        )
        self.rules = [self._rule(name, text, pattern) for name, (text, pattern) in RULES.items()]
        arns = [rule.attr_arn for rule in self.rules]
        for queue in (self.queue, self.dead_letters):
            queue.add_to_resource_policy(_may_send(queue, arns))

    def starts(self, reader: lambda_.Function) -> None:
        """Let the queue start its reader: at once, and again for the messages that it names."""
        start_by(self.queue, reader, self, "Reader", batch=BATCH, window=0)

    def _rule(self, name: str, text: str, pattern: dict[str, Any]) -> events.CfnRule:
        """A rule whose event waits for the queue as long as EventBridge allows, and is a dead letter after that."""
        target = events.CfnRule.TargetProperty(
            id="Queue",
            arn=self.queue.queue_arn,
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
            retry_policy=events.CfnRule.RetryPolicyProperty(
                maximum_event_age_in_seconds=KEPT_HOURS * 3600, maximum_retry_attempts=185
            ),
        )
        return events.CfnRule(self, name, description=text, event_pattern=pattern, targets=[target])


def _may_send(queue: sqs.Queue, rules: list[str]) -> iam.PolicyStatement:
    """EventBridge sends for these rules only (EventBridge guide, "Resource-based policies", SQS)."""
    return iam.PolicyStatement(
        sid="Rules",
        principals=[iam.ServicePrincipal(EVENTBRIDGE)],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": rules}},
    )
