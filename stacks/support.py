"""Once a week: how long the cluster that serves is supported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_sqs as sqs

EVERY = cdk.Duration.days(7)
LATE = cdk.Duration.hours(24)
"""How long a look that could not begin is tried again; the marks of days bear any delay."""


class SupportWatch(Construct):
    """The schedule that starts the watch; a look that fails is tried again by Lambda, then goes to its dead letters.

    Args:
        watch: the function that looks.
        dead_letters: takes looks that could not begin, beside those that failed.
    """

    def __init__(
        self, scope: Construct, identifier: str, *, watch: lambda_.IFunction, dead_letters: sqs.IQueue
    ) -> None:
        super().__init__(scope, identifier)
        self.rule = events.Rule(
            self,
            "Rule",
            description="Look how long the cluster that serves is supported",
            schedule=events.Schedule.rate(EVERY),
            targets=[targets.LambdaFunction(watch, max_event_age=LATE, dead_letter_queue=dead_letters)],
        )
