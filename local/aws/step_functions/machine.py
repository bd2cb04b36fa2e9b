"""A state machine as it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

_EMPTY_LOGGING = {"level": "OFF", "includeExecutionData": False}


@dataclass(frozen=True)
class Machine:
    """One revision of a state machine; an execution keeps the revision it was started with.

    Args:
        arn: of the machine, the same for every revision.
        name: its name.
        text: the definition as it was given.
        definition: the same, parsed.
        role_arn: whom its executions act as.
        created: when the machine was created.
        updated: when this revision was.
        revision: AWS's id of the revision; empty for the first.
        settings: logging, tracing and encryption, stored as given.
    """

    arn: str
    name: str
    text: str
    definition: dict[str, Any]
    role_arn: str
    created: datetime
    updated: datetime
    revision: str = ""
    status: str = "ACTIVE"
    settings: dict[str, Any] = field(default_factory=dict)

    def description(self) -> dict[str, Any]:
        """What DescribeStateMachine answers."""
        answer = {
            "stateMachineArn": self.arn,
            "name": self.name,
            "status": self.status,
            "definition": self.text,
            "roleArn": self.role_arn,
            "type": "STANDARD",
            "creationDate": self.created,
            "loggingConfiguration": _EMPTY_LOGGING,
            "tracingConfiguration": {"enabled": False},
            **self.settings,
        }
        return answer | ({"revisionId": self.revision} if self.revision else {})

    def for_execution(self) -> dict[str, Any]:
        """What DescribeStateMachineForExecution answers."""
        members = self.description()
        for left_out in ("status", "type", "creationDate"):
            members.pop(left_out)
        return members | {"updateDate": self.updated}
