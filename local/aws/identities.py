"""Who holds which access key."""

from __future__ import annotations

import base64
import hashlib

from local.aws.simulator import Principal


class Identities:
    """Stable access keys for IAM roles, so that a call can be traced to the function that made it.

    Args:
        account: the account whose operator is ``admin``.
    """

    def __init__(self, account: str = "123456789012") -> None:
        self._roles: dict[str, str] = {}
        self._functions: dict[str, str] = {}
        self.account = account
        self.admin = self.principal_of(self.access_key_for(f"arn:aws:iam::{account}:role/operator"))
        """The operator and the tests; IAM is not asked for this identity."""

    def access_key_for(self, role_arn: str) -> str:
        """The access key id of a role, always the same one."""
        digest = hashlib.sha256(role_arn.encode()).digest()
        key = "ASIA" + base64.b32encode(digest).decode()[:16]
        self._roles[key] = role_arn
        return key

    def secret_key_for(self, access_key: str) -> str:
        """The secret that belongs to an access key id."""
        return base64.b64encode(hashlib.sha256(f"secret/{access_key}".encode()).digest()).decode()[:40]

    def session_token_for(self, access_key: str, number: int) -> str:
        """The token of the session that one sandbox of a function has with a role's temporary credentials."""
        digest = hashlib.sha512(f"session/{access_key}/{number}".encode()).digest()
        return base64.b64encode(digest * 4).decode()

    def role_of(self, access_key: str) -> str:
        """The role that holds an access key.

        Raises:
            KeyError: nobody holds it.
        """
        return self._roles[access_key]

    def belongs_to(self, role_arn: str, function_arn: str) -> None:
        """The calls of the role come from that function's code; of a role that two functions have, nobody can say."""
        alone = self._functions.get(role_arn, function_arn) == function_arn
        self._functions[role_arn] = function_arn if alone else ""

    def function_of(self, role_arn: str) -> str | None:
        """The function whose code makes the calls of a role, if that is known."""
        return self._functions.get(role_arn) or None

    def principal_of(self, access_key: str) -> Principal:
        """The role behind an access key as a principal.

        Raises:
            KeyError: nobody holds the key.
        """
        role_arn = self.role_of(access_key)
        return Principal(arn=role_arn, name=role_arn.rsplit("/", 1)[-1], access_key=access_key)


def session_arn(principal: Principal) -> str:
    """The assumed-role ARN under which AWS knows a call made with a role's temporary credentials.

    The session is named like the role, as the name of the function is not known here.
    """
    account = principal.arn.split(":")[4]
    return f"arn:aws:sts::{account}:assumed-role/{principal.name}/{principal.name}"
