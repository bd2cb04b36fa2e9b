"""The permissions that calls of SQS and SNS need.

Source: SQS guide, "Amazon SQS API permissions: Actions and resource reference" (batches have the permission of the
single call) and "Configuring queue permissions for dead-letter queue redrive".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.iam.conditions import UnmodelledPolicyError
from local.aws.iam.key_demands import keys_for

if TYPE_CHECKING:
    from local.aws.iam.demands import Derived, Place
    from local.aws.protocol import Operation

_MOVES = ("StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def sqs(operation: Operation, place: Place) -> Derived:
    """The action on a queue; a task that moves dead letters reads them with its caller's rights."""
    params = operation.params
    if operation.name == "StartMessageMoveTask":
        to = params.get("DestinationArn")
        return [
            *((f"sqs:{action}", params["SourceArn"], {}) for action in _MOVES),
            *([("sqs:SendMessage", to, {})] if to else []),
        ]
    named = params.get("SourceArn") or params.get("QueueUrl") or params.get("QueueName")
    if not named:
        if operation.name.startswith("List"):
            return [(f"sqs:{operation.name}", "*", {})]
        raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for sqs:{operation.name}")
    arn = named if named.startswith("arn:") else place.arn("sqs", named.rsplit("/", 1)[-1])
    action = "sqs:" + operation.name.removesuffix("Batch")
    return [(action, arn, {}), *keys_for(action, arn, place)]


def sns(operation: Operation, place: Place) -> Derived:
    """The action on a topic; what only lists takes no resource."""
    named = operation.params.get("TopicArn") or operation.params.get("TargetArn")
    if named:
        action = "sns:" + operation.name.removesuffix("Batch")
        return [(action, named, {}), *keys_for(action, named, place)]
    if operation.name.startswith(("List", "Get")):
        return [(f"sns:{operation.name}", "*", {})]
    raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for sns:{operation.name}")
