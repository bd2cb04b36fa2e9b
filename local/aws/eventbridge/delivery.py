"""From a matching rule to its targets, and to the dead-letter queue when a target cannot be had."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.sqs.exceptions import QueueDoesNotExist

from local.aws import in_process
from local.aws.queues import queue_of
from local.aws.resource_policies import EVENTS, key_lets, lets
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True)
class Targets:
    """What delivers to each kind of target.

    Args:
        function: hands an event to a Lambda function asynchronously: ARN, event.
        machine: starts an execution: machine ARN, name, input text; raises ``AwsError``.
        authorize: whether a role may do an action on a resource.
    """

    function: Callable[[str, Any], None]
    machine: Callable[[str, str, str], object]
    authorize: Callable[[str, str, str], bool] = lambda _role, _action, _resource: True


class RefusedError(Exception):
    """A target cannot be had, and no further attempt would change that.

    Args:
        code: as in the dead-letter message's ``ERROR_CODE``.
        message: as in its ``ERROR_MESSAGE``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def deliver(
    targets: Targets, target: dict[str, Any], value: Any, *, rule_arn: str, execution_name: str, now: datetime
) -> None:
    """Hand a value to one target; what it refuses for good goes to the target's dead-letter queue, if that takes it.

    Args:
        targets: what delivers.
        target: as PutTargets took it.
        value: the JSON value.
        rule_arn: of the rule.
        execution_name: for a state machine.
        now: the world's time, for queues and topics.

    Raises:
        NotImplementedError: the kind of target is outside the scope of this simulator.
    """
    try:
        _hand_over(targets, target, value, rule_arn=rule_arn, execution_name=execution_name, now=now)
    except RefusedError as refused:
        queue = target.get("DeadLetterConfig", {}).get("Arn")
        if queue and _takes(queue, rule_arn):
            reasons = {
                "RULE_ARN": rule_arn,
                "TARGET_ARN": target["Arn"],
                "ERROR_CODE": refused.code,
                "ERROR_MESSAGE": refused.message,
            }
            in_process.send(queue, json.dumps(value), now=now, attributes=reasons)


def _hand_over(
    targets: Targets, target: dict[str, Any], value: Any, *, rule_arn: str, execution_name: str, now: datetime
) -> None:
    arn = target["Arn"]
    kind = arn.split(":")[2]
    if kind == "lambda":
        _check_permission(arn, rule_arn)
        targets.function(arn, value)
    elif kind == "states":
        role = target.get("RoleArn", "")
        if not role or not targets.authorize(role, "states:StartExecution", arn):
            raise RefusedError("NO_PERMISSIONS", f"{role or 'no role'} may not start {arn}")
        try:
            targets.machine(arn, execution_name, json.dumps(value))
        except AwsError as error:
            raise RefusedError(error.code, error.message) from error
    elif kind == "sqs":
        _check_queue(arn, rule_arn)
        in_process.send(arn, json.dumps(value), now=now)
    elif kind == "sns":
        in_process.publish(arn, json.dumps(value), now=now)
    else:
        msg = f"EventBridge targets of {kind} are outside the scope of this simulator: {arn}"
        raise NotImplementedError(msg)


def _check_permission(arn: str, rule_arn: str) -> None:
    """EventBridge invokes a function only if the function's own policy lets it ("Resource-based policies")."""
    _, _, _, region, account, _, name = arn.split(":")[:7]
    try:
        function = lambda_backends[account][region].get_function(name)
    except LambdaClientError as error:
        raise RefusedError("RESOURCE_NOT_FOUND", f"Function not found: {arn}") from error
    if not any(_allows(statement, rule_arn) for statement in function.policy.statements):
        message = f"The function's policy does not let events.amazonaws.com invoke it for {rule_arn}"
        raise RefusedError("NO_PERMISSIONS", message)


def _check_queue(arn: str, rule_arn: str) -> None:
    """EventBridge sends to a queue only if the queue's policy lets it, and the policy of the key that encrypts it."""
    try:
        queue = queue_of(arn)
    except QueueDoesNotExist as error:
        raise RefusedError("RESOURCE_NOT_FOUND", f"The specified queue does not exist: {arn}") from error
    if not lets(queue.policy, service=EVENTS, action="sqs:SendMessage", resource=arn, source=rule_arn):
        message = f"The queue's policy does not let {EVENTS} send to it for {rule_arn}"
        raise RefusedError("NO_PERMISSIONS", message)
    key, (region, account) = queue.kms_master_key_id, arn.split(":")[3:5]
    if key and not key_lets(key, service=EVENTS, account=account, region=region, source=rule_arn):
        raise RefusedError("NO_PERMISSIONS", f"The policy of the key {key} does not let {EVENTS} use it")


def _takes(queue: str, rule_arn: str) -> bool:
    try:
        _check_queue(queue, rule_arn)
    except RefusedError:
        return False
    return True


def _allows(statement: dict[str, Any], rule_arn: str) -> bool:
    source = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", rule_arn)
    principal = statement.get("Principal", {}).get("Service", "")
    return bool(statement["Effect"] == "Allow" and principal == "events.amazonaws.com" and source == rule_arn)
