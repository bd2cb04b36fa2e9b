"""Rights on secrets: who reads which, and the queue and the lines of the table that carry them to clusters.

Which conditions exist is from the Service Authorization Reference, "AWS Secrets Manager".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from norikae.secret_sync.secret import NAMESPACES_TAG
from stacks.grants import items, key_of_table
from stacks.queue_grants import READ, read_queue, send_to

if TYPE_CHECKING:
    from stacks.resources import Resources


def argocd_secrets(at: Resources) -> list[iam.PolicyStatement]:
    """Read the secrets that the environment file names for Argo CD; none when it names none.

    A secret's ARN ends with six characters of its own.
    """
    if not at.secrets:
        return []
    secrets = at.named_secrets()
    return [
        iam.PolicyStatement(sid="Secrets", actions=["secretsmanager:GetSecretValue"], resources=secrets),
        key_of(at, secrets),
    ]


def values_read(at: Resources) -> list[iam.PolicyStatement]:
    """Read the current values of the secrets that are carried, once their owner has said into which namespaces."""
    if not at.carried:
        return []
    secrets = at.carried_secrets()
    return [
        iam.PolicyStatement(
            sid="Values",
            actions=["secretsmanager:GetSecretValue"],
            resources=secrets,
            conditions={
                "StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"},
                "Null": {f"secretsmanager:ResourceTag/{NAMESPACES_TAG}": "false"},
            },
        ),
        key_of(at, secrets),
    ]


def versions_read(at: Resources) -> list[iam.PolicyStatement]:
    """See of the secrets that are carried which version is current, and nothing of their values."""
    if not at.carried:
        return []
    actions = ["secretsmanager:DescribeSecret"]
    return [iam.PolicyStatement(sid="Versions", actions=actions, resources=at.carried_secrets())]


def letters_hear(at: Resources) -> list[iam.PolicyStatement]:
    """Read the queue of secrets."""
    return read_queue(at, "HearOfSecrets", at.secrets_queue) if at.carried else []


def letters_send(at: Resources) -> list[iam.PolicyStatement]:
    """Send letters to the queue of secrets."""
    return send_to(at, "SendLetters", at.secrets_queue) if at.carried else []


def letters_redrive(at: Resources) -> list[iam.PolicyStatement]:
    """Let SQS move dead letters back; it reads and sends with the caller's rights.

    Source: SQS guide, "Configuring queue permissions for dead-letter queue redrive".
    """
    if not at.carried:
        return []
    moving = ["sqs:StartMessageMoveTask", *READ]
    return [
        iam.PolicyStatement(sid="DeadLetters", actions=moving, resources=[at.secrets_dead_letters]),
        *letters_send(at),
    ]


def deliveries_write(at: Resources) -> list[iam.PolicyStatement]:
    """Read and write what became of secrets, and read which cluster is blue; nothing of any run."""
    return [
        items(at, "Deliveries", ["GetItem", "PutItem", "Query"], "SECRET#*"),
        items(at, "Roles", ["GetItem"], f"ENV#{at.environment}"),
        key_of_table(at),
    ]


def key_of(at: Resources, secrets: list[str]) -> iam.PolicyStatement:
    """Decryption of these secrets only, and only by Secrets Manager.

    A key of the owner's has to admit the role, too (Secrets Manager guide, "Secret encryption and decryption").
    """
    return iam.PolicyStatement(
        sid="SecretsKey",
        actions=["kms:Decrypt"],
        resources=[at.arn("kms", "key/*")],
        conditions={
            "StringEquals": {"kms:ViaService": f"secretsmanager.{at.region}.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:SecretARN": secrets},
        },
    )
