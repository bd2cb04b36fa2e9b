"""Rights of the functions through which people in chats, schedules and the end of support speak to norikae."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from stacks.grants import items, key_of_messages, key_of_table
from stacks.queue_grants import read_queue, send_to
from stacks.secret_grants import key_of

if TYPE_CHECKING:
    from stacks.resources import Resources


def slack_key(at: Resources) -> list[iam.PolicyStatement]:
    """Read the secret with which Slack signs."""
    return _secrets(at, "slack")


def chatwork_key(at: Resources) -> list[iam.PolicyStatement]:
    """Read the secret with which Chatwork signs."""
    return _secrets(at, "chatwork")


def chat_tokens(at: Resources) -> list[iam.PolicyStatement]:
    """Read the tokens with which messages are written."""
    return _secrets(at, "slack", "chatwork")


def letters_send(at: Resources) -> list[iam.PolicyStatement]:
    """Put what people say into the queue."""
    return send_to(at, "Letters", at.chat_queue) if at.chat_queue else []


def letters_hear(at: Resources) -> list[iam.PolicyStatement]:
    """Read the queue of what people say."""
    return read_queue(at, "HearOfPeople", at.chat_queue) if at.chat_queue else []


def messages_hear(at: Resources) -> list[iam.PolicyStatement]:
    """Read the queue of what people are told."""
    return read_queue(at, "HearMessages", at.messages) if at.messages else []


def command(at: Resources) -> list[iam.PolicyStatement]:
    """Invoke the one function that carries commands out."""
    return [iam.PolicyStatement(sid="Command", actions=["lambda:InvokeFunction"], resources=[at.command()])]


def take(at: Resources) -> list[iam.PolicyStatement]:
    """Note that something was taken, by a write that fails when somebody else had."""
    return [items(at, "Taken", ["PutItem"], "SEEN#*"), key_of_table(at)]


def threads(at: Resources) -> list[iam.PolicyStatement]:
    """Read and write what stands in chats, and what was taken or may come again; nothing of any run."""
    return [
        items(at, "Threads", ["GetItem", "PutItem"], "THREAD#*"),
        items(at, "Taken", ["DeleteItem", "PutItem"], "SEEN#*"),
        key_of_table(at),
    ]


def runs_read(at: Resources) -> list[iam.PolicyStatement]:
    """Read where a run is, and which one is open; questions are among it, and IAM cannot tell them from the rest."""
    return [
        items(at, "Runs", ["GetItem", "Query"], "RUN#*"),
        items(at, "Open", ["GetItem"], f"ENV#{at.environment}"),
        key_of_table(at),
    ]


def amazon_q_tell(at: Resources) -> list[iam.PolicyStatement]:
    """Publish for Amazon Q Developer in chat; nothing where the environment does not want it."""
    if not at.q_topic:
        return []
    tell = iam.PolicyStatement(sid="AmazonQ", actions=["sns:Publish"], resources=[at.q_topic])
    return [tell, key_of_messages(at)]


def _secrets(at: Resources, *chats: str) -> list[iam.PolicyStatement]:
    secrets = at.chat_secrets(*chats)
    if not secrets:
        return []
    read = iam.PolicyStatement(sid="Chats", actions=["secretsmanager:GetSecretValue"], resources=secrets)
    return [read, key_of(at, secrets)]
