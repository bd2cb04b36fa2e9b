"""What a person must see even when norikae itself cannot speak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_apigateway as apigateway
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs
    from aws_cdk import aws_stepfunctions as sfn

FIVE_MINUTES = cdk.Duration.minutes(5)
LATE_SECONDS = 900
"""An event of a queue that starts a function is handled within seconds, unless something that it needs is down."""


class Alarms(Construct):
    """Alarms to the topic: executions that failed or timed out, functions that raise, dead letters, queues that wait.

    A Task function that raises is retried by its machine, so its errors count only when there are many of them; a
    function that nobody retries for long alarms at once, and so does an API that a chat could not reach: Chatwork sends
    nothing twice.

    Args:
        machines: by name.
        functions: by handler name.
        unattended: names of the functions that no state machine retries.
        dead_letters: queues by function name.
        waiting: queues that are empty most of the time, by function name.
        apis: by name.
        topic: where alarms go.
    """

    def __init__(
        self,
        scope: Construct,
        identifier: str,
        *,
        machines: Mapping[str, sfn.StateMachine],
        functions: Mapping[str, lambda_.Function],
        unattended: tuple[str, ...],
        dead_letters: Mapping[str, sqs.Queue],
        waiting: Mapping[str, sqs.Queue],
        apis: Mapping[str, apigateway.RestApi],
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, identifier)
        self._action = actions.SnsAction(topic)
        for name, machine in machines.items():
            self._alarm(f"{name}Failed", machine.metric_failed(period=FIVE_MINUTES), f"An execution of {name} failed")
            timed_out = machine.metric_timed_out(period=FIVE_MINUTES)
            self._alarm(f"{name}TimedOut", timed_out, f"An execution of {name} ran out of time")
        for name, function in functions.items():
            many = 1 if name in unattended else 5
            errors = function.metric_errors(period=FIVE_MINUTES)
            self._alarm(f"{name}Errors", errors, f"{name} raised {many} or more errors in 5 minutes", many)
        for name, queue in dead_letters.items():
            dead = queue.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="Maximum")
            self._alarm(f"{name}DeadLetters", dead, f"An event for {name} could not be handled")
        for name, queue in waiting.items():
            age = queue.metric_approximate_age_of_oldest_message(period=FIVE_MINUTES, statistic="Maximum")
            self._alarm(f"{name}Late", age, f"An event for {name} waits for {LATE_SECONDS} seconds", LATE_SECONDS)

        for name, api in apis.items():
            errors = api.metric_server_error(period=FIVE_MINUTES, statistic="Sum")
            self._alarm(f"{name}ServerErrors", errors, f"{name} could not take a request; the ears' logs say why")

    def _alarm(self, identifier: str, metric: cloudwatch.IMetric, text: str, threshold: int = 1) -> None:
        """An alarm when the metric reaches the threshold in one period; silence is good news."""
        alarm = cloudwatch.Alarm(
            self,
            identifier,
            alarm_name=f"{cdk.Stack.of(self).stack_name}-{identifier}",  # the runbook calls it so, and people read it
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=text,
        )
        alarm.add_alarm_action(self._action)
