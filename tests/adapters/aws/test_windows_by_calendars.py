"""A shift that waits for a Change Calendar: the check of windows asks Systems Manager over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.ssm import SsmSimulator
from local.kernel import Kernel
from norikae.adapters.aws.calendars import ChangeCalendars
from norikae.errors import AwsRefusedError
from norikae.windows.check import check_window
from tests.local.aws.ssm.documents import calendar, event
from tests.unit.fakes.story import APP, WRITER
from tests.unit.windows.test_check import HOUR, at, on, told

if TYPE_CHECKING:
    from collections.abc import Iterator

FREEZE = event("DTSTART;TZID=Asia/Tokyo:20261201T103000", "DTEND;TZID=Asia/Tokyo:20261202T120000")
SHORT = event("DTSTART;TZID=Asia/Tokyo:20261201T103000", "DTEND;TZID=Asia/Tokyo:20261201T113000")


@pytest.fixture
def ssm() -> Iterator[Any]:
    """Systems Manager with a calendar that people froze."""
    front = Front(kernel := Kernel(), [SsmSimulator(kernel)], Identities("123456789012"), "123456789012", "eu-west-1")
    front.start()
    client = front.client("ssm")
    client.create_document(
        Name="freeze", Content=calendar(FREEZE), DocumentType="ChangeCalendar", DocumentFormat="TEXT"
    )
    yield client
    front.stop()
    assert front.failures == []


def test_a_weight_waits_for_the_calendar_and_goes_on_when_somebody_opens_it_earlier(ssm: Any) -> None:
    story = on("2026-12-01 11:00", weight=5, calendars=("freeze",))
    story.ports.calendars = ChangeCalendars(ssm)  # type: ignore[assignment]
    waits = check_window(story.ports, WRITER, APP, 50)
    assert waits["waiting_for"].startswith("a Change Calendar is closed: freeze")
    assert waits["waiting_for"].endswith("waits until Wed 2026-12-02 12:00 Asia/Tokyo")
    assert waits["seconds"] == 25 * HOUR // 4
    ssm.update_document(Name="freeze", Content=calendar(SHORT), DocumentFormat="TEXT", DocumentVersion="$LATEST")
    ssm.update_document_default_version(Name="freeze", DocumentVersion="2")
    story.ports.now = at("2026-12-01 12:00")
    assert check_window(story.ports, WRITER, APP, 50) == {"next": "go-on", "weight": 50}
    assert [event for event, _ in told(story)] == ["window-closed", "window-opened"]


def test_a_calendar_that_somebody_deleted_stops_the_weight_with_systems_managers_own_words(ssm: Any) -> None:
    story = on("2026-12-01 11:00", weight=5, calendars=("freeze",))
    story.ports.calendars = ChangeCalendars(ssm)  # type: ignore[assignment]
    ssm.delete_document(Name="freeze")
    with pytest.raises(AwsRefusedError, match=r"ssm:GetCalendarState.*InvalidDocument.*freeze does not exist"):
        check_window(story.ports, WRITER, APP, 50)
