"""From an occurrence to its target: attempts with growing pauses, then the dead-letter queue.

Source: EventBridge Scheduler guide, "Adding context attributes", "Configuring a schedule's dead-letter queue". It says
that pauses grow exponentially, not how long they are; here the first is a second and the longest a quarter of an hour.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.sqs.exceptions import QueueDoesNotExist

from local.aws import in_process
from local.aws.queues import queue_of
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.scheduler.records import Schedule
    from local.kernel import Kernel, Steps

LONGEST_PAUSE = 900.0


@dataclass
class Delivery:
    """Hands occurrences over.

    Args:
        kernel: the world's clock.
        function: hands an event to a Lambda function asynchronously: ARN, event.
        authorize: whether a role may do an action on a resource.
        trouble: what Lambda says instead of taking the event of a schedule; nothing when it takes it.
    """

    kernel: Kernel
    function: Callable[[str, Any], None]
    authorize: Callable[[str, str, str], bool]
    trouble: Callable[[str], AwsError | None] = lambda _: None

    def hand_over(self, schedule: Schedule, due: float) -> Steps:
        """One occurrence reaches its target, or its dead-letter queue if that takes it.

        Args:
            schedule: as it is when it comes.
            due: the instant for which it was due.
        """
        target, policy, attempt = schedule.members["Target"], schedule.policy, 1
        begun = self.kernel.now()
        while True:
            execution = f"{self.kernel.stream('scheduler/executions').getrandbits(64):016x}"
            body = _filled(target["Input"], schedule.arn, due, execution, attempt)
            try:
                self._invoke(schedule, target, body)
            except AwsError as error:
                pause = min(2.0 ** (attempt - 1), LONGEST_PAUSE)
                ended = _exhausted(policy, attempt - 1, self.kernel.now() + pause - begun)
                if ended:
                    attributes = _attributes(schedule, due, execution, error, attempt - 1, ended)
                    self._bury(target, body, attributes)
                    return
                yield self.kernel.env.timeout(pause)
                attempt += 1
            else:
                return

    def _invoke(self, schedule: Schedule, target: dict[str, Any], body: str) -> None:
        """Lambda's Invoke of the type Event with the schedule's role."""
        arn, role = target["Arn"], target["RoleArn"]
        if not self.authorize(role, "lambda:InvokeFunction", arn):
            text = f"User: {role} is not authorized to perform: lambda:InvokeFunction on resource: {arn}"
            raise AwsError("AWSLambda.AccessDeniedException", text, 403)
        _, _, _, region, account, _, name = arn.split(":")[:7]
        try:
            lambda_backends[account][region].get_function(name)
        except LambdaClientError as error:
            raise AwsError("AWSLambda.ResourceNotFoundException", f"Function not found: {arn}", 404) from error
        trouble = self.trouble(schedule.name)
        if trouble is not None:
            raise trouble
        self.function(arn, json.loads(body))

    def _bury(self, target: dict[str, Any], body: str, attributes: dict[str, str]) -> None:
        queue = target.get("DeadLetterConfig", {}).get("Arn", "")
        if not queue or not self.authorize(target["RoleArn"], "sqs:SendMessage", queue):
            return
        try:
            queue_of(queue)
        except QueueDoesNotExist:
            return
        in_process.send(queue, body, now=self.kernel.utcnow(), attributes=attributes)


def _exhausted(policy: dict[str, int], retries: int, age: float) -> str:
    """Which limit forbids one more attempt."""
    if retries >= policy["MaximumRetryAttempts"]:
        return "MaximumRetryAttempts"
    return "MaximumEventAgeInSeconds" if age > policy["MaximumEventAgeInSeconds"] else ""


def _filled(text: str, arn: str, due: float, execution: str, attempt: int) -> str:
    known = {
        "schedule-arn": arn,
        "scheduled-time": _written(due),
        "execution-id": execution,
        "attempt-number": str(attempt),
    }
    for name, value in known.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _attributes(
    schedule: Schedule, due: float, execution: str, error: AwsError, retries: int, condition: str
) -> dict[str, str]:
    return {
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": error.message,
        "EXECUTION_ID": execution,
        "EXHAUSTED_RETRY_CONDITION": condition,
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": str(retries),
        "SCHEDULED_TIME": _written(due),
        "SCHEDULE_ARN": schedule.arn,
        "TARGET_ARN": schedule.members["Target"]["Arn"],
    }


def _written(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
