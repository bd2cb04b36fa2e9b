"""Once a minute: what events, functions or executions have lost about nodes that go is found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_

EVERY = cdk.Duration.minutes(1)


class Reconciler(Construct):
    """The schedule that starts the reconciler; what fails is not tried again, because the next minute looks anew.

    Args:
        reconcile: the function that looks.
    """

    def __init__(self, scope: Construct, identifier: str, *, reconcile: lambda_.IFunction) -> None:
        super().__init__(scope, identifier)
        self.rule = events.Rule(
            self,
            "Rule",
            description="Look for nodes that go and of which no event told",
            schedule=events.Schedule.rate(EVERY),
            targets=[targets.LambdaFunction(reconcile, retry_attempts=0, max_event_age=EVERY)],
        )
