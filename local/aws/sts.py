"""STS: who am I, and which role does a service account's token open."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.identities import session_arn
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from local.aws.identities import Identities
    from local.aws.web_identity import Issuers


class StsSimulator(Simulator):
    """Answers GetCallerIdentity from the world's identities, which moto cannot know; moto answers the rest."""

    service: ClassVar[str] = "sts"
    falls_through: ClassVar[bool] = True

    def __init__(self, identities: Identities, issuers: Issuers | None = None) -> None:
        self._account = identities.account
        self._issuers = issuers

    def get_caller_identity(self) -> dict[str, Any]:
        """The assumed-role ARN of the caller."""
        role_id = "AROA" + hashlib.sha256(self.caller.arn.encode()).hexdigest()[:17].upper()
        return {
            "UserId": f"{role_id}:{self.caller.name}",
            "Account": self._account,
            "Arn": session_arn(self.caller),
        }

    def assume_role_with_web_identity(self, **request: Any) -> dict[str, Any]:
        """A session, if the token opens the role; this world has no use for its credentials, so nobody accepts them."""
        if self._issuers is None:
            raise AwsError("NotImplemented", "nobody issues web identity tokens here", 501)
        if "Policy" in request and not _is_policy(request["Policy"]):
            raise AwsError("MalformedPolicyDocument", "The policy is not in the valid JSON format.", 400)
        arn, token = request["RoleArn"], request["WebIdentityToken"]
        claims = self._issuers.judge(arn, token)
        digest = hashlib.sha256(f"{arn}/{token}".encode()).hexdigest().upper()
        until = self._issuers.now() + request.get("DurationSeconds", 3600)
        role, session = arn.rpartition("/")[2], request["RoleSessionName"]
        return {
            "Credentials": {
                "AccessKeyId": f"ASIA{digest[:16]}",
                "SecretAccessKey": digest[:40],
                "SessionToken": digest,
                "Expiration": datetime.fromtimestamp(until, UTC),
            },
            "SubjectFromWebIdentityToken": claims["sub"],
            "AssumedRoleUser": {
                "AssumedRoleId": f"AROA{digest[:17]}:{session}",
                "Arn": f"arn:aws:sts::{self._account}:assumed-role/{role}/{session}",
            },
            "Provider": claims["iss"],
            "Audience": claims["aud"][0],
        }


def _is_policy(text: str) -> bool:
    try:
        return "Statement" in json.loads(text)
    except (ValueError, TypeError):
        return False
