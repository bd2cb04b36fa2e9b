"""What Secrets Manager tells EventBridge: natively of labels, and by way of CloudTrail of calls and rotations.

Sources: Secrets Manager user guide, "Secret Label Updated event", "Match AWS Secrets Manager events with Amazon
EventBridge" and "AWS CloudTrail entries for Secrets Manager"; RotationFailed as somebody received it in
2021 (comment in a public notifier for Slack).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from local.aws.secrets.records import PENDING, PREVIOUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.aws.secrets.records import Secret, Version
    from local.aws.simulator import Principal
    from local.kernel import Kernel

SOURCE, PLACE = "aws.secretsmanager", "secretsmanager.amazonaws.com"
NATIVE_SECONDS = (0.2, 1.5)
"""From the label's move to the bus; AWS names no figure."""
TRAIL_SECONDS = (5.0, 60.0)
"""From a call to its event on the bus; AWS names no figure, and CloudTrail alone needs some minutes to a log file."""
SILENT = frozenset({PENDING, PREVIOUS})


class Says(Protocol):
    """``EventBridgeSimulator.says``."""

    def __call__(
        self, source: str, kind: str, detail: dict[str, Any], resources: Sequence[str] = ..., **members: str
    ) -> object:
        """An AWS service emits an event of its own."""


class Events:
    """What goes to the default bus.

    Args:
        kernel: the clock and the random numbers.
        account: twelve digits.
        region: of the secrets.
        says: the bus.
    """

    def __init__(self, kernel: Kernel, account: str, region: str, says: Says) -> None:
        self._kernel, self._account, self._region, self._says = kernel, account, region, says
        self.trail = True
        """Whether a trail logs management events; without one there are only native events."""

    def label(self, secret: Secret, stage: str, version: Version) -> None:
        """A label has come to a version; nothing is said of AWSPENDING and AWSPREVIOUS."""
        if stage in SILENT:
            return
        detail = {"name": secret.name, "labelUpdated": stage, "versionId": version.id}
        self._soon(NATIVE_SECONDS, "Secret Label Updated", detail, [secret.arn])

    def call(
        self, caller: Principal, operation: str, request: dict[str, Any], answer: dict[str, Any] | None = None
    ) -> None:
        """Somebody has called an operation that changes something.

        Args:
            caller: who.
            operation: as AWS spells it.
            request: the members that CloudTrail shows, in its own spelling; it never shows values.
            answer: members of the answer, likewise.
        """
        identity = {
            "type": "AssumedRole",
            "principalId": caller.access_key,
            "arn": caller.arn or f"arn:aws:sts::{self._account}:assumed-role/{caller.name}/{caller.name}",
            "accountId": self._account,
        }
        detail = {
            **self._detail(operation, identity, "AwsApiCall"),
            "sourceIPAddress": "192.0.2.10",
            "userAgent": "Boto3",
            "requestParameters": request,
            "responseElements": answer,
        }
        if self.trail:
            self._soon(TRAIL_SECONDS, "AWS API Call via CloudTrail", detail)

    def service(self, operation: str, arn: str, **more: Any) -> None:
        """Secrets Manager itself has done something, such as ``RotationFailed``: no parameters, the ARN beside them.

        Args:
            operation: its name.
            arn: of the secret.
            more: further members of the detail, such as ``errorMessage``.
        """
        detail = {
            **self._detail(operation, {"accountId": self._account, "invokedBy": PLACE}, "AwsServiceEvent"),
            "sourceIPAddress": PLACE,
            "userAgent": PLACE,
            **more,
            "requestParameters": None,
            "responseElements": None,
            "additionalEventData": {"SecretId": arn},
        }
        if self.trail:
            self._soon(TRAIL_SECONDS, "AWS Service Event via CloudTrail", detail)

    def _detail(self, operation: str, identity: dict[str, Any], kind: str) -> dict[str, Any]:
        return {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": _stamp(self._kernel.now()),
            "eventSource": PLACE,
            "eventName": operation,
            "awsRegion": self._region,
            "eventID": self._kernel.uuid("secrets-manager/events"),
            "readOnly": False,
            "eventType": kind,
            "managementEvent": True,
            "recipientAccountId": self._account,
            "eventCategory": "Management",
        }

    def _soon(
        self, late: tuple[float, float], kind: str, detail: dict[str, Any], resources: Sequence[str] = ()
    ) -> None:
        spent, at = self._kernel.seconds() - self._kernel.env.now, _stamp(self._kernel.now())
        wait = spent + self._kernel.stream("secrets-manager/late").uniform(*late)
        self._kernel.after(wait, lambda: self._says(SOURCE, kind, detail, resources, time=at))


def _stamp(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
