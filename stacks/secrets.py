"""How norikae hears that secrets change: rules on what AWS says about them, two schedules, one queue, its reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.secret_sync.letter import Sweep
from stacks.event_queue import EventQueue, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

CARRY_SECONDS = 60
"""The reader's timeout; a batch takes a few seconds, and more where a cluster or another operator does not answer."""
VISIBLE_AFTER = 60
"""Seconds until a message that failed comes again; at least the reader's timeout, as Lambda demands.

Lambda recommends six timeouts ("Creating an SQS event source"), so that it can try a throttled function again
meanwhile; with so few invocations at a time, that a mapping itself limits, none is throttled.
"""
KEPT_HOURS = 96
"""What is older, a sweep has found many times."""
ATTEMPTS = 40
"""How often a message is tried before it is a dead letter: 40 minutes, since a cluster may not answer for 20."""
TOGETHER = 5
"""Invocations at a time: hundreds of rotations at once meet neither Secrets Manager's limits nor an API server's."""
LONGEST_PATTERN = 2048
"""Characters of an event pattern (EventBridge guide, "Amazon EventBridge quotas")."""
SOURCE = "aws.secretsmanager"


class Secrets(EventQueue):
    """The queue of secrets that change; norikae's own letters are put there, too.

    Args:
        key: encrypts both queues.
        names: of secrets, or beginnings of names with a ``*`` at the end.
        arn: the part of the secrets' ARNs before their names.
    """

    def __init__(self, scope: Construct, identifier: str, *, key: kms.IKey, names: Sequence[str], arn: str) -> None:
        super().__init__(
            scope,
            identifier,
            key=key,
            rules=rules(names, arn),
            kept=KEPT_HOURS,
            visible_after=VISIBLE_AFTER,
            attempts=ATTEMPTS,
        )


def rules(names: Sequence[str], arn: str) -> dict[str, Rule]:
    """What fills the queue, by name.

    Secrets Manager itself says which version is current; of everything else only CloudTrail tells, which gives ARNs of
    rotations and whatever a caller wrote for a call (Secrets Manager guide, "Match Secrets Manager events with Amazon
    EventBridge" and "Log AWS Secrets Manager events with AWS CloudTrail").

    Args:
        names: of secrets, or beginnings of names with a ``*`` at the end.
        arn: the part of the secrets' ARNs before their names.
    """
    by_name = [{"prefix": name[:-1]} if name.endswith("*") else name for name in names]
    # An ARN goes on behind the name; a longer name that begins alike is told apart by the reader.
    by_arn = [{"prefix": arn + name.removesuffix("*")} for name in names]
    ended = _of_trail("AWS Service Event via CloudTrail", "RotationFailed", "RotationAbandoned")
    called = _of_trail("AWS API Call via CloudTrail", "DeleteSecret", "RestoreSecret")
    called["detail"]["errorCode"] = [{"exists": False}]
    current = {"source": [SOURCE], "detail-type": ["Secret Label Updated"], "detail": {"labelUpdated": ["AWSCURRENT"]}}
    return {
        "Current": Rule(text="A secret has a new value", pattern=_only(current, {"name": by_name})),
        "Rotations": Rule(
            text="A secret could not be rotated", pattern=_only(ended, {"additionalEventData": {"SecretId": by_arn}})
        ),
        "Deletions": Rule(
            text="A secret is deleted, or restored",
            pattern=_only(called, {"requestParameters": {"secretId": [*by_name, *by_arn]}}),
        ),
        "Sweep": Rule(
            text="Look for secrets of which no event told", every="rate(6 hours)", says=_letter(Sweep("sweep"))
        ),
        "New": Rule(
            text="Look for declarations that nobody has carried yet",
            every="rate(10 minutes)",
            says=_letter(Sweep("new", only_new=True)),
        ),
    }


def _of_trail(kind: str, *names: str) -> dict[str, Any]:
    detail = {"eventSource": ["secretsmanager.amazonaws.com"], "eventName": list(names)}
    return {"source": [SOURCE], "detail-type": [kind], "detail": detail}


def _only(pattern: dict[str, Any], which: dict[str, Any]) -> dict[str, Any]:
    """A pattern for these secrets; for all of them where they are too many, since the reader knows which it carries."""
    limited = {**pattern, "detail": {**pattern["detail"], **which}}
    return limited if len(json.dumps(limited, separators=(",", ":"))) <= LONGEST_PATTERN else pattern


def _letter(letter: Sweep) -> str:
    return msgspec.json.encode(letter).decode()
