"""STS: who am I."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.identities import session_arn
from local.aws.simulator import Simulator

if TYPE_CHECKING:
    from local.aws.identities import Identities


class StsSimulator(Simulator):
    """Answers GetCallerIdentity from the world's identities, which moto cannot know; moto answers the rest."""

    service: ClassVar[str] = "sts"
    falls_through: ClassVar[bool] = True

    def __init__(self, identities: Identities) -> None:
        self._account = identities.account

    def get_caller_identity(self) -> dict[str, Any]:
        """The assumed-role ARN of the caller."""
        role_id = "AROA" + hashlib.sha256(self.caller.arn.encode()).hexdigest()[:17].upper()
        return {
            "UserId": f"{role_id}:{self.caller.name}",
            "Account": self._account,
            "Arn": session_arn(self.caller),
        }
