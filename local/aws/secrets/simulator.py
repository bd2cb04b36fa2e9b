"""The API of Secrets Manager, as far as docs/world/secrets-manager.md says.

Source: Secrets Manager API reference; botocore's model.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.secrets.events import Events
from local.aws.secrets.quotas import Quotas
from local.aws.secrets.records import CURRENT, DAY, Secret, Version
from local.aws.secrets.rotation import Rotations
from local.aws.secrets.vault import Vault
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.secrets.events import Says
    from local.kernel import Kernel

RECOVERY_DAYS = 30
_LEAST_DAYS = 7


class SecretsSimulator(Simulator):
    """The secrets of one account and region.

    Args:
        kernel: the clock and the random numbers.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        says: the default event bus.
    """

    service: ClassVar[str] = "secretsmanager"

    def __init__(self, kernel: Kernel, *, account: str, region: str, says: Says) -> None:
        self._kernel = kernel
        self.vault = Vault(kernel, account, region)
        self.quotas = Quotas(kernel.now)
        self.events = Events(kernel, account, region, says)
        self.rotations = Rotations(kernel, self)
        self.on_current: list[Callable[[Secret, Version], None]] = []
        """Told at once when another version becomes current; whoever watches the world needs no event for it."""

    def operation(self, name: str) -> Callable[..., dict[str, Any] | None] | None:
        """The method that answers an operation, once its quota has let it."""
        method = super().operation(name)
        if method is None:
            return None

        def counted(**request: Any) -> dict[str, Any] | None:
            self.quotas.take(name)
            return method(**request)

        return counted

    def create_secret(self, **request: Any) -> dict[str, Any]:
        """A secret; its first version has AWSCURRENT. No label moved, so no native event is sent."""
        for member in ("AddReplicaRegions", "Type", "CrossAccountPrimaryARN"):
            if request.get(member):
                raise AwsError("NotImplemented", f"{member} is outside the scope of this simulator", 501)
        name, token = request["Name"], request.get("ClientRequestToken", "")
        known = self.vault.named(name)
        if known is not None:
            if known.gone_at is not None:
                text = "You can't create this secret because a secret with this name is already scheduled for deletion."
                raise AwsError("InvalidRequestException", text)
            if not token or token not in known.versions:
                text = f"The operation failed because the secret {name} already exists."
                raise AwsError("ResourceExistsException", text)
        secret = known or self.vault.add(name)
        if known is None:
            secret.description, secret.key = request.get("Description", ""), request.get("KmsKeyId", "")
            secret.tags = _tags(request.get("Tags", []))
        version = self.vault.version(secret, request) if _has_value(request) else None
        if version is not None and known is None:
            secret.attach(CURRENT, version)
        self._tell("CreateSecret", secret, {"name": name, "clientRequestToken": token})
        return _names(secret) | ({"VersionId": version.id} if version else {})

    def put_secret_value(self, **request: Any) -> dict[str, Any]:
        """One more version, which takes the labels that it is given, AWSCURRENT by default."""
        secret = self.vault.live(request["SecretId"])
        _need_value(request)
        version = self.vault.version(secret, request)
        stages = request.get("VersionStages") or [CURRENT]
        if not secret.labelled(CURRENT) and CURRENT not in stages:
            stages = [*stages, CURRENT]  # the first version has it, whatever is asked for
        for stage in stages:
            self._attach(secret, stage, version)
        asked = {"secretId": request["SecretId"], "clientRequestToken": version.id, "versionStages": list(stages)}
        self._tell("PutSecretValue", secret, asked)
        return _names(secret) | {"VersionId": version.id, "VersionStages": list(version.stages)}

    def update_secret(self, **request: Any) -> dict[str, Any]:
        """Other metadata, and with a value one more version that has AWSCURRENT."""
        secret = self.vault.live(request["SecretId"])
        secret.description = request.get("Description", secret.description)
        secret.key = request.get("KmsKeyId", secret.key)
        version = self.vault.version(secret, request) if _has_value(request) else None
        if version is not None:
            self._attach(secret, CURRENT, version)
        secret.changed = self._kernel.now()
        self._tell("UpdateSecret", secret, {"secretId": request["SecretId"]})
        return _names(secret) | ({"VersionId": version.id} if version else {})

    def update_secret_version_stage(self, **request: Any) -> dict[str, Any]:
        """A label moves from one version to another, is attached, or is taken away (but never AWSCURRENT)."""
        secret, stage = self.vault.live(request["SecretId"]), request["VersionStage"]
        to, source = request.get("MoveToVersionId"), request.get("RemoveFromVersionId")
        holder = secret.labelled(stage)
        self._check_move(secret, stage, to, source)
        if to:
            self._attach(secret, stage, secret.versions[to])
        elif holder is not None:
            holder.stages.remove(stage)
        secret.changed = self._kernel.now()
        asked = {"secretId": request["SecretId"], "versionStage": stage}
        asked |= {"removeFromVersionId": source} if source else {}
        asked |= {"moveToVersionId": to} if to else {}
        self._tell("UpdateSecretVersionStage", secret, asked)
        return _names(secret)

    def describe_secret(self, **request: Any) -> dict[str, Any]:
        """What is known of a secret, also of one that is marked for deletion; never a value."""
        return self.vault.find(request["SecretId"]).shown()

    def get_secret_value(self, **request: Any) -> dict[str, Any]:
        """The value of one version; of the one that has AWSCURRENT when none is named."""
        secret = self.vault.live(request["SecretId"])
        version = self.vault.chosen(secret, request.get("VersionId"), request.get("VersionStage"))
        shown = secret.shown()
        return {
            **_names(secret),
            "VersionId": version.id,
            "VersionStages": list(version.stages),
            "CreatedDate": shown["CreatedDate"],
            **({"SecretString": version.text} if version.text is not None else {}),
            **({"SecretBinary": version.binary} if version.binary is not None else {}),
        }

    def list_secrets(self, **request: Any) -> dict[str, Any]:
        """All secrets on one page, those marked for deletion only when they are asked for; filters are a 501."""
        if request.get("Filters") or request.get("NextToken"):
            raise AwsError("NotImplemented", "filters and pages of secrets are outside this simulator's scope", 501)
        planned = request.get("IncludePlannedDeletion", False)
        found = [one for one in self.vault.every() if planned or one.gone_at is None]
        return {"SecretList": [one.shown() for one in found]}

    def list_secret_version_ids(self, **request: Any) -> dict[str, Any]:
        """The versions of a secret, without those that have no label unless they are asked for."""
        secret = self.vault.find(request["SecretId"])
        all_of_them = request.get("IncludeDeprecated", False)
        found = [one for one in secret.versions.values() if one.stages or all_of_them]
        return _names(secret) | {"Versions": [{"VersionId": one.id, "VersionStages": one.stages} for one in found]}

    def delete_secret(self, **request: Any) -> dict[str, Any]:
        """A secret is marked for deletion, or gone at once when somebody insists."""
        secret = self.vault.find(request["SecretId"])
        days, force = request.get("RecoveryWindowInDays"), request.get("ForceDeleteWithoutRecovery", False)
        if days is not None and (force or not _LEAST_DAYS <= days <= RECOVERY_DAYS):
            text = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
            both = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
            raise AwsError("InvalidParameterException", both if force else text)
        if secret.gone_at is not None and not force:
            self.vault.live(request["SecretId"])
        gone_at = self._kernel.now() + (0 if force else (days or RECOVERY_DAYS) * DAY)
        secret.gone_at = gone_at
        asked = {"secretId": request["SecretId"]} | ({"recoveryWindowInDays": days} if days else {})
        asked |= {"forceDeleteWithoutRecovery": True} if force else {}
        self._tell("DeleteSecret", secret, asked)
        answer = _names(secret) | {"DeletionDate": secret.shown()["DeletedDate"]}
        if force:
            self.vault.remove(secret)
        return answer

    def restore_secret(self, **request: Any) -> dict[str, Any]:
        """A secret is not marked for deletion any more."""
        secret = self.vault.find(request["SecretId"])
        secret.gone_at = None
        self._tell("RestoreSecret", secret, {"secretId": request["SecretId"]})
        return _names(secret)

    def tag_resource(self, **request: Any) -> dict[str, Any]:
        """More tags, or others."""
        self.vault.live(request["SecretId"]).tags.update(_tags(request["Tags"]))
        return {}

    def untag_resource(self, **request: Any) -> dict[str, Any]:
        """Fewer tags."""
        tags = self.vault.live(request["SecretId"]).tags
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}

    def get_random_password(self, **request: Any) -> dict[str, Any]:
        """Characters drawn from the seed; ``RequireEachIncludedType`` is not heeded."""
        kinds = {"Uppercase": string.ascii_uppercase, "Lowercase": string.ascii_lowercase, "Numbers": string.digits}
        kinds["Punctuation"] = string.punctuation
        pool = "".join(chars for kind, chars in kinds.items() if not request.get(f"Exclude{kind}"))
        pool += " " if request.get("IncludeSpace") else ""
        pool = "".join(one for one in pool if one not in request.get("ExcludeCharacters", ""))
        stream = self._kernel.stream("secrets-manager/passwords")
        return {"RandomPassword": "".join(stream.choices(pool, k=request.get("PasswordLength", 32)))}

    def tags_of(self, arn: str) -> dict[str, str] | None:
        """The tags of a secret, for whoever judges permissions."""
        return next((one.tags for one in self.vault.every() if one.arn == arn), None)

    def arn_of(self, reference: str) -> str | None:
        """The whole ARN behind a name or an ARN without its suffix."""
        found = self.vault.look_up(reference)
        return found.arn if found else None

    def _attach(self, secret: Secret, stage: str, version: Version) -> None:
        secret.changed = self._kernel.now()
        if secret.attach(stage, version):
            self.events.label(secret, stage, version)
            for listener in self.on_current if stage == CURRENT else ():
                listener(secret, version)
        secret.forget(self._kernel.now())

    def _check_move(self, secret: Secret, stage: str, to: str | None, source: str | None) -> None:
        for version in (to, source):
            if version and version not in secret.versions:
                raise AwsError("InvalidParameterException", f"The version ID {version} is not a version of the secret.")
        holder = secret.labelled(stage)
        at = holder.id if holder else None
        if stage == CURRENT and not to:
            text = (
                "You can only move staging label AWSCURRENT to a different secret version. "
                "It can't be completely removed."
            )
            raise AwsError("InvalidParameterException", text)
        if source and source != at:
            text = f"The staging label {stage} is not attached to version {source}."
            raise AwsError("InvalidParameterException", text)
        if to and at and at != to and not source:
            text = (
                f"The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to "
                f"version {at}, so you must explicitly reference that version in RemoveFromVersionId."
            )
            raise AwsError("InvalidParameterException", text)

    def _tell(self, operation: str, secret: Secret, asked: dict[str, Any]) -> None:
        answer = {"arn": secret.arn, "name": secret.name}
        self.events.call(self.caller, operation, {key: one for key, one in asked.items() if one != ""}, answer)


def _names(secret: Secret) -> dict[str, Any]:
    return {"ARN": secret.arn, "Name": secret.name}


def _tags(listed: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in listed}


def _has_value(request: dict[str, Any]) -> bool:
    return request.get("SecretString") is not None or request.get("SecretBinary") is not None


def _need_value(request: dict[str, Any]) -> None:
    if not _has_value(request):
        text = "You must provide either SecretString or SecretBinary."
        raise AwsError("InvalidRequestException", text)
