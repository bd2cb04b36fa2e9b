"""Stopping an execution from the console is normal: its end starts the function that cleans up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_sqs as sqs

STATUSES = ["ABORTED", "FAILED", "TIMED_OUT"]


class Recovery(Construct):
    """The rule on *Step Functions Execution Status Change* of the machines that hold something when they stop.

    Args:
        machines: their ARNs.
        recover: the function that records, rolls back or holds, and releases.
        dead_letters: takes events that could not be delivered.
    """

    def __init__(
        self,
        scope: Construct,
        identifier: str,
        *,
        machines: tuple[str, ...],
        recover: lambda_.IFunction,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, identifier)
        self.rule = events.Rule(
            self,
            "Rule",
            description="An execution of norikae was stopped, failed or ran out of time",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": list(machines), "status": STATUSES},
            ),
            targets=[
                targets.LambdaFunction(
                    recover, dead_letter_queue=dead_letters, max_event_age=cdk.Duration.hours(24), retry_attempts=185
                )
            ],
        )
