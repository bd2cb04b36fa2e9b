"""Rotations, as Secrets Manager and a rotation function do them together; the function itself does not run here.

Source: Secrets Manager user guide, "Rotation by Lambda function" (the four steps, and the labels that each leaves).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.secrets.records import CURRENT, PENDING

if TYPE_CHECKING:
    from local.aws.secrets.simulator import SecretsSimulator
    from local.kernel import Kernel

ROTATION = "rotation"
"""Who calls in the record of a trail."""
STEPS_SECONDS = 3.0
"""From createSecret to finishSecret."""


class Rotations:
    """Begins rotations that end well, or badly.

    Args:
        kernel: the clock.
        secrets: whose.
    """

    def __init__(self, kernel: Kernel, secrets: SecretsSimulator) -> None:
        self._kernel, self._secrets = kernel, secrets

    def rotate(self, secret: str, value: str | bytes, *, seconds: float = STEPS_SECONDS) -> str:
        """A new value is AWSPENDING now and AWSCURRENT some seconds later; the id of its version.

        Args:
            secret: a name or an ARN.
            value: the new value.
            seconds: how long setting and testing it takes.
        """
        arn, version = self._begin(secret, value)
        self._kernel.after(self._spent() + seconds, lambda: self._finish(arn, version))
        return version

    def fail(self, secret: str, value: str | bytes, *, step: str = "setSecret", seconds: float = STEPS_SECONDS) -> str:
        """A new value stays AWSPENDING, because the rotation function fails; the id of its version.

        Args:
            secret: a name or an ARN.
            value: the value that never becomes current.
            step: of the function: createSecret, setSecret, testSecret or finishSecret.
            seconds: until it fails.
        """
        arn, version = self._begin(secret, value)
        place = arn.split(":")
        function = f"arn:aws:lambda:{place[3]}:{place[4]}:function:rotation"
        told = f"Error when executing lambda {function} during {step} step"
        self._kernel.after(
            self._spent() + seconds,
            lambda: self._secrets.events.service("RotationFailed", arn, errorMessage=told),
        )
        return version

    def abandon(self, secret: str) -> None:
        """A pending rotation is given up."""
        self._secrets.events.service("RotationAbandoned", self._secrets.vault.find(secret).arn)

    def _begin(self, secret: str, value: str | bytes) -> tuple[str, str]:
        arn, version = self._secrets.vault.live(secret).arn, self._kernel.uuid("secrets-manager/versions")
        given = {"SecretString": value} if isinstance(value, str) else {"SecretBinary": value}
        self._secrets.events.service("RotationStarted", arn)
        with self._secrets.as_caller(ROTATION):
            self._secrets.put_secret_value(SecretId=arn, ClientRequestToken=version, VersionStages=[PENDING], **given)
        return arn, version

    def _finish(self, arn: str, version: str) -> None:
        holder = self._secrets.vault.live(arn).labelled(CURRENT)
        with self._secrets.as_caller(ROTATION):
            self._secrets.update_secret_version_stage(
                SecretId=arn,
                VersionStage=CURRENT,
                MoveToVersionId=version,
                **({"RemoveFromVersionId": holder.id} if holder else {}),
            )
            self._secrets.update_secret_version_stage(SecretId=arn, VersionStage=PENDING, RemoveFromVersionId=version)
        self._secrets.events.service("RotationSucceeded", arn)

    def _spent(self) -> float:
        return self._kernel.seconds() - self._kernel.env.now
