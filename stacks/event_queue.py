"""A standard queue of what happens: EventBridge rules fill it, one function reads it, what fails is a dead letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.queues import queue_with_dead_letters, start_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_sqs as sqs

BATCH = 10
"""Messages of one invocation at most; none is waited for."""
EVENTBRIDGE = "events.amazonaws.com"
LONGEST_WAIT = 24
"""Hours that EventBridge tries a target at most (API reference, RetryPolicy)."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What fills the queue.

    Args:
        text: what it is for.
        pattern: events that it takes as they are.
        every: how often it sends, such as ``rate(1 hour)``, when it waits for no event.
        says: what it sends then.
    """

    text: str
    pattern: dict[str, Any] | None = None
    every: str | None = None
    says: str | None = None


class EventQueue(Construct):
    """The queue, its dead letters, its rules, and the right of those rules to send.

    Args:
        key: encrypts both queues; its policy lets EventBridge use it.
        rules: by the names of their constructs.
        kept: hours for which a message can be of use.
        visible_after: seconds until a message that failed comes again.
        attempts: how often it is tried before it is a dead letter.
    """

    def __init__(
        self,
        scope: Construct,
        identifier: str,
        *,
        key: kms.IKey,
        rules: Mapping[str, Rule],
        kept: int,
        visible_after: int,
        attempts: int,
    ) -> None:
        super().__init__(scope, identifier)
        self.queue, self.dead_letters = queue_with_dead_letters(
            self, key=key, kept=cdk.Duration.hours(kept), visible_after=visible_after, attempts=attempts
        )
        wait = min(kept, LONGEST_WAIT)
        arns = [self._rule(name, rule, wait).attr_arn for name, rule in rules.items()]
        for queue in (self.queue, self.dead_letters):
            queue.add_to_resource_policy(may_send(queue, arns))

    def starts(self, reader: lambda_.Function, *, together: int | None = None) -> None:
        """Let the queue start its reader: at once, and again for the messages that it names.

        Args:
            reader: the function.
            together: how many of its invocations there are at a time; as many as Lambda likes when left out.
        """
        start_by(self.queue, reader, self, "Reader", batch=BATCH, window=0, together=together)

    def _rule(self, name: str, rule: Rule, hours: int) -> events.CfnRule:
        """A rule whose event waits for the queue, and is a dead letter after that."""
        target = events.CfnRule.TargetProperty(
            id="Queue",
            arn=self.queue.queue_arn,
            input=rule.says,
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
            retry_policy=events.CfnRule.RetryPolicyProperty(
                maximum_event_age_in_seconds=hours * 3600, maximum_retry_attempts=185
            ),
        )
        return events.CfnRule(
            self,
            name,
            description=rule.text,
            event_pattern=rule.pattern,
            schedule_expression=rule.every,
            targets=[target],
        )


def may_send(queue: sqs.Queue, rules: list[str]) -> iam.PolicyStatement:
    """EventBridge sends for these rules only (EventBridge guide, "Resource-based policies", SQS)."""
    return iam.PolicyStatement(
        sid="Rules",
        principals=[iam.ServicePrincipal(EVENTBRIDGE)],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": rules}},
    )
