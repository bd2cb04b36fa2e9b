"""Change Calendars of Systems Manager."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from norikae.adapters.aws.calls import call
from norikae.windows.ports import CalendarState


class ChangeCalendars:
    """``Calendars`` over Systems Manager.

    Args:
        client: boto3's SSM client.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def state(self, names: Sequence[str], at: float) -> CalendarState:
        """Whether all calendars are open at an instant, and when that changes.

        Systems Manager answers OPEN only when all of them are (API reference, GetCalendarState).
        """
        when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = call(self._client.get_calendar_state, CalendarNames=list(names), AtTime=when)
        changes = answer.get("NextTransitionTime")
        return CalendarState(
            is_open=answer["State"] == "OPEN", until=datetime.fromisoformat(changes).timestamp() if changes else None
        )
