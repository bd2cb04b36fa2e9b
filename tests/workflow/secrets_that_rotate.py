"""Stories about secrets that rotate, told in a small world in which nobody upgrades anything."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from local.team_secrets import SECRETS, TeamSecret
from norikae.secret_sync.stored import VERSION
from tests.workflow.small_world import APPLICATIONS, SmallWorld

if TYPE_CHECKING:
    from local.runtime.crash import Crashes

OURS = [one for one in SECRETS if one.application in APPLICATIONS]


class Rotating(SmallWorld):
    """Blue of a small world: what its Secrets hold, what is read of Secrets Manager, and what people hear."""

    def __init__(self, *, seed: int = 1, crashes: Crashes | None = None) -> None:
        self.told: list[dict[str, Any]] = []
        """Everything that people heard of secrets."""
        super().__init__(seed=seed)
        self.says("sweep-secrets")
        self.run(60)  # norikae takes over what somebody once put there by hand
        self.world.runtime.crashes = crashes

    def hears(self, message: dict[str, Any]) -> None:
        if message["event"].startswith("secret-"):
            self.told.append(message)

    def rotate(self, secret: TeamSecret) -> str:
        """A rotation is over; the id of its version."""
        version = self.stage.secrets.rotate(secret)
        self.run(4)
        return version

    def is_current(self, secret: TeamSecret) -> bool:
        """Whether blue's Secret holds the newest value, by its data alone."""
        return self.held(secret) == self.newest(secret)

    def held(self, secret: TeamSecret) -> int:
        """The generation of the value in blue's Secret."""
        return self.stage.secrets.generation_in(base64.b64decode(one) for one in self._object(secret)["data"].values())

    def newest(self, secret: TeamSecret) -> int:
        """The generation of the value in Secrets Manager."""
        version = self.world.secrets.vault.find(secret.name).labelled("AWSCURRENT")
        assert version is not None
        value = version.binary if version.binary is not None else (version.text or "").encode()
        return self.stage.secrets.generation_in([value])

    def version(self, secret: TeamSecret) -> str:
        """The version that blue's Secret says it has."""
        return str(self._object(secret)["metadata"]["annotations"][VERSION])

    def edit(self, secret: TeamSecret, **data: str) -> None:
        """Somebody edits blue's Secret by hand."""
        body = {"data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}}
        self.api.patch("secrets", secret.target, secret.namespace, body, manager="kubectl-edit")

    def value_reads(self) -> int:
        """How many values norikae's functions have read so far."""
        reads = [one for one in self.world.front.calls if one.operation == "GetSecretValue" and not one.error_code]
        return sum("CarrySecrets" in one.principal.arn for one in reads)

    def dead_letters(self) -> int:
        """How many messages of secrets were given up."""
        client = self.world.client("sqs")
        url = next(one for one in client.list_queues()["QueueUrls"] if "SecretsDeadLetters" in one)
        answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def _object(self, secret: TeamSecret) -> dict[str, Any]:
        return self.api.get("secrets", secret.target, secret.namespace)
