"""The adapters of what people come through: who calls, nodes that they name, calendars."""

# ruff: noqa: PLC0415 - a cold start pays only for the adapters that its handler touches

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from norikae.commands.ports import Callers, Notes
    from norikae.environment import Environment
    from norikae.settings import Settings
    from norikae.windows.ports import Calendars


class Doors:
    """The part of the world that people come through, for one invocation."""

    now: float
    environment: Environment
    settings: Settings

    @cached_property
    def callers(self) -> Callers:
        """STS."""
        from norikae.adapters.aws.callers import StsCallers
        from norikae.adapters.aws.session import session

        return StsCallers(session(), self.environment.environment)

    @cached_property
    def notes(self) -> Notes:
        """SQS."""
        from norikae.adapters.aws.notes import SqsNotes

        return SqsNotes(_client("sqs"), self.settings.need("interruptions_queue"))

    @cached_property
    def calendars(self) -> Calendars:
        """Systems Manager."""
        from norikae.adapters.aws.calendars import ChangeCalendars

        return ChangeCalendars(_client("ssm"))


def _client(service: str) -> Any:  # noqa: ANN401 - boto3's clients have no types
    from norikae.adapters.aws.session import client

    return client(service)
