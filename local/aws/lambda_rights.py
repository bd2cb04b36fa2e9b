"""What Lambda wants of a function's role before it takes the function: its trust, and rights that are needed later.

Sources: Lambda guide, "Capturing records of Lambda asynchronous invocations" and "Giving Lambda functions access to
resources in an Amazon VPC" (permissions of the execution role). The texts are AWS's, as in elastic/beats issue 13963
and other reports of roles whose policy is younger than their function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.iam.authority import trusts
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Permits = Callable[[str, str, str], bool]

SERVICE = "lambda.amazonaws.com"
_SENDS = {"sqs": ("SendMessage", "SQS"), "sns": ("Publish", "SNS")}
_NETWORK = ("CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface")


def check_function(role: str, described: Mapping[str, Any], permits: Permits) -> None:
    """Nothing happens if Lambda may take on a role, and the role may send to the dead-letter queue and reach the VPC.

    Args:
        role: ARN of the function's role.
        described: parameters of CreateFunction or UpdateFunctionConfiguration.
        permits: whether a role may do an action on a resource.

    Raises:
        AwsError: ``InvalidParameterValueException``.
    """
    if not trusts(role, SERVICE):
        raise _refused("The role defined for the function cannot be assumed by Lambda.")
    target = described.get("DeadLetterConfig", {}).get("TargetArn", "")
    if refused := lacking(role, target, permits):
        call, name = refused
        raise _refused(f"The provided execution role does not have permissions to call {call} on {name}")
    calls = _NETWORK if described.get("VpcConfig", {}).get("SubnetIds") else ()
    for call in calls:
        if not permits(role, f"ec2:{call}", "*"):
            raise _refused(f"The provided execution role does not have permissions to call {call} on EC2")


def check_destinations(role: str, described: Mapping[str, Any], permits: Permits) -> None:
    """Nothing happens if a role may send to the queues and topics that hear of its function's asynchronous invocations.

    Args:
        role: ARN of the function's role.
        described: ``DestinationConfig`` of PutFunctionEventInvokeConfig; places of other kinds are not judged.
        permits: whether a role may do an action on a resource.

    Raises:
        AwsError: ``InvalidParameterValueException``.
    """
    for one in described.values():
        target = one.get("Destination", "")
        if refused := lacking(role, target, permits):
            text = f"The function's execution role does not have permissions to call {refused[0]} on {target}"
            raise _refused(text)


def lacking(role: str, target: str, permits: Permits) -> tuple[str, str] | None:
    """The call that a role may not make to a queue or topic, and the name of the service; None when it may.

    Args:
        role: ARN of a role.
        target: ARN of the queue or topic; other kinds are not judged.
        permits: whether a role may do an action on a resource.
    """
    kind = target.split(":")[2] if target else ""
    sends = _SENDS.get(kind)
    return None if sends is None or permits(role, f"{kind}:{sends[0]}", target) else sends


def _refused(text: str) -> AwsError:
    return AwsError("InvalidParameterValueException", text, extra={"Type": "User"})
