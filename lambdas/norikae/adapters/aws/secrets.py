"""Secrets Manager by boto3: the port ``norikae.argocd.secrets_port.Secrets``."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.adapters.aws.calls import look_up
from norikae.adapters.aws.session import client
from norikae.errors import NotFoundError, RefusedError

ABSENT = "ResourceNotFoundException"


class AwsSecrets:
    """The secrets of the process's account and region, to read only.

    Args:
        secrets: a boto3 client; the process's own when left out.
    """

    def __init__(self, secrets: Any = None) -> None:
        self._secrets = secrets or client("secretsmanager")

    def read(self, name: str) -> dict[str, str]:
        """The current value (stage AWSCURRENT) of a secret that holds a JSON object of texts."""
        answer = look_up(self._secrets.get_secret_value, ABSENT, SecretId=name)
        if answer is None:
            raise NotFoundError(f"Secrets Manager has no secret {name}, which the environment file names")
        try:
            return msgspec.json.decode(answer.get("SecretString", ""), type=dict[str, str])
        except msgspec.DecodeError:
            # Without the cause: its text may quote the value.
            raise RefusedError(f"secret {name} has to be a JSON object whose values are texts") from None
