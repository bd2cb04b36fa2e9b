"""The part of the world that secret sync needs, in properties as ``AwsPorts`` has them."""

# ruff: noqa: PLC0415 - a cold start pays only for the adapters that its handler touches

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from norikae.wiring.clients import client

if TYPE_CHECKING:
    from norikae.secret_sync.ports import Deliveries, Letters, Safe, Shelf
    from norikae.settings import Settings


class SecretPorts:
    """The ports of secret sync over AWS and Kubernetes.

    Args:
        settings: the function's.
        now: the instant of the invocation, in seconds since the epoch.
    """

    def __init__(self, settings: Settings, now: float) -> None:
        self.settings, self.now = settings, now
        self._shelves: dict[str, Shelf] = {}

    @cached_property
    def safe(self) -> Safe:
        """Secrets Manager, for secrets that are carried."""
        from norikae.adapters.aws.safe import AwsSafe

        return AwsSafe(client("secretsmanager"))

    @cached_property
    def letters(self) -> Letters:
        """SQS."""
        from norikae.adapters.aws.letters import SqsLetters

        need = self.settings.need
        return SqsLetters(lambda: client("sqs"), lambda: need("secrets_queue"), lambda: need("secrets_dead_letters"))

    @cached_property
    def deliveries(self) -> Deliveries:
        """DynamoDB."""
        from norikae.adapters.aws.deliveries import DynamoDeliveries

        return DynamoDeliveries(client("dynamodb"), self.settings.need("table"), self.now)

    def shelf(self, cluster: str) -> Shelf:
        """A cluster's API, for secrets."""
        if cluster not in self._shelves:
            from norikae.adapters.kubernetes.shelf import enter

            self._shelves[cluster] = enter(cluster)
        return self._shelves[cluster]
