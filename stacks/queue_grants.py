"""What reading a queue and sending to one mean in IAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from stacks.grants import key_of_messages

if TYPE_CHECKING:
    from stacks.resources import Resources

READ = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]


def read_queue(at: Resources, sid: str, queue: str) -> list[iam.PolicyStatement]:
    """What the Lambda service needs to read a queue (Lambda guide, "Execution role permissions" for SQS).

    Args:
        at: the environment's resources.
        sid: what the right is called.
        queue: ARN of the queue.
    """
    decrypt = iam.PolicyStatement(
        sid="Letters",
        actions=["kms:Decrypt"],
        resources=[at.key],
        conditions={"StringEquals": {"kms:ViaService": f"sqs.{at.region}.amazonaws.com"}},
    )
    return [iam.PolicyStatement(sid=sid, actions=READ, resources=[queue]), decrypt]


def send_to(at: Resources, sid: str, queue: str) -> list[iam.PolicyStatement]:
    """Send to an encrypted queue (SQS guide, "Key management": a sender decrypts the data key, too).

    Args:
        at: the environment's resources.
        sid: what the right is called.
        queue: ARN of the queue.
    """
    return [
        iam.PolicyStatement(sid=sid, actions=["sqs:SendMessage"], resources=[queue]),
        key_of_messages(at),
    ]
