"""Where secrets are kept and found: by name, by ARN, and by an ARN without its suffix.

Source: Secrets Manager user guide, "Finding a secret from a partial ARN"; API reference of each operation.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

from local.aws.secrets.records import CURRENT, Secret, Version
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from local.kernel import Kernel

LARGEST = 65536
"""Bytes of a value."""
_SUFFIX = 6
_TOKEN = (32, 64)
_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
ABSENT = "Secrets Manager can't find the specified secret."


class Vault:
    """The secrets of one region.

    Args:
        kernel: the clock and the random numbers.
        account: twelve digits.
        region: of the secrets.
    """

    def __init__(self, kernel: Kernel, account: str, region: str) -> None:
        self._kernel = kernel
        self._prefix = f"arn:aws:secretsmanager:{region}:{account}:secret:"
        self._secrets: dict[str, Secret] = {}

    def every(self) -> list[Secret]:
        """All that are there, also those marked for deletion."""
        now = self._kernel.now()
        for one in [one for one in self._secrets.values() if one.gone_at is not None and one.gone_at <= now]:
            self.remove(one)
        return list(self._secrets.values())

    def named(self, name: str) -> Secret | None:
        """The secret of a name."""
        return next((one for one in self.every() if one.name == name), None)

    def look_up(self, reference: str) -> Secret | None:
        """The secret that a name, an ARN or an ARN without its suffix means; a whole ARN comes first."""
        found = next((one for one in self.every() if one.arn == reference), None)
        return found or self.named(reference.removeprefix(self._prefix))

    def find(self, reference: str) -> Secret:
        """The same.

        Raises:
            AwsError: ``ResourceNotFoundException``.
        """
        found = self.look_up(reference)
        if found is None:
            raise AwsError("ResourceNotFoundException", ABSENT)
        return found

    def live(self, reference: str) -> Secret:
        """The same, if it is not marked for deletion.

        Raises:
            AwsError: ``ResourceNotFoundException``, ``InvalidRequestException``.
        """
        found = self.find(reference)
        if found.gone_at is not None:
            text = "You can't perform this operation on the secret because it was marked for deletion."
            raise AwsError("InvalidRequestException", text)
        return found

    def add(self, name: str) -> Secret:
        """A secret without versions.

        Raises:
            AwsError: ``ValidationException`` for a name that cannot be.
        """
        if not _NAME.fullmatch(name):
            text = "Invalid name. Must be a valid name containing alphanumeric characters, or any of: -/_+=.@!"
            raise AwsError("ValidationException", text)
        now, drawn = self._kernel.now(), self._kernel.stream("secrets-manager/arns")
        suffix = "".join(drawn.choices(string.ascii_letters + string.digits, k=_SUFFIX))
        made = self._secrets[name] = Secret(name, f"{self._prefix}{name}-{suffix}", now, now)
        return made

    def remove(self, secret: Secret) -> None:
        """A secret is gone for good."""
        del self._secrets[secret.name]

    def version(self, secret: Secret, request: dict[str, Any]) -> Version:
        """The version that a request makes, or has made before.

        Raises:
            AwsError: the value is too long, both kinds are given, or the token has made another value before.
        """
        text, binary, token = (request.get(member) for member in ("SecretString", "SecretBinary", "ClientRequestToken"))
        if text is not None and binary is not None:
            raise AwsError("InvalidParameterException", "You can't specify both a binary secret value and a string.")
        if len(text.encode() if text is not None else binary or b"") > LARGEST:
            told = "1 validation error detected: the value is longer than 65536 bytes"
            raise AwsError("ValidationException", told)
        if token is not None and not _TOKEN[0] <= len(token) <= _TOKEN[1]:
            raise AwsError("InvalidParameterException", "ClientRequestToken must be 32-64 characters long.")
        key = token or self._kernel.uuid("secrets-manager/versions")
        known = secret.versions.get(key)
        if known is None:
            known = secret.versions[key] = Version(key, self._kernel.now(), text, binary)
        elif (known.text, known.binary) != (text, binary):
            told = f"You can't use ClientRequestToken {key} because it has made another version of the secret."
            raise AwsError("ResourceExistsException", told)
        return known

    def chosen(self, secret: Secret, version: str | None, stage: str | None) -> Version:
        """The version that a reader means.

        Raises:
            AwsError: ``ResourceNotFoundException``; ``InvalidRequestException`` when id and label do not go together.
        """
        wanted = stage or (CURRENT if version is None else "")
        found = secret.versions.get(version) if version is not None else secret.labelled(wanted)
        if found is None:
            what = f"VersionId: {version}" if version is not None else f"staging label: {wanted}"
            text = f"Secrets Manager can't find the specified secret value for {what}"
            raise AwsError("ResourceNotFoundException", text)
        if wanted and wanted not in found.stages:
            text = "You provided a VersionStage that is not associated to the provided VersionId."
            raise AwsError("InvalidRequestException", text)
        return found
