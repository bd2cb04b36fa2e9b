"""Change Calendars: open or closed as their iCalendar says, all together, until the next change."""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.simulator import AwsError
from local.aws.ssm import SsmSimulator
from local.kernel import Kernel
from tests.local.aws.ssm.documents import NIGHTLY, YEAR_END, calendar, event

VTIMEZONE = """BEGIN:VTIMEZONE
TZID:Head office
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
TZNAME:HO
END:STANDARD
END:VTIMEZONE""".replace("\n", "\r\n")


def systems(**documents: str) -> SsmSimulator:
    made = SsmSimulator(Kernel())
    for name, content in documents.items():
        made.create_document(Name=name, Content=content, DocumentType="ChangeCalendar", DocumentFormat="TEXT")
    return made


def asked(ssm: SsmSimulator, at: str, *names: str) -> tuple[str, str | None]:
    answer = ssm.get_calendar_state(CalendarNames=list(names or ssm.documents), AtTime=at)
    return answer["State"], answer.get("NextTransitionTime")


def refused(code: str, call: Any, **request: Any) -> str:
    with pytest.raises(AwsError) as caught:
        call(**request)
    assert caught.value.code == code
    return str(caught.value.message)


def test_a_calendar_that_is_open_by_default_is_closed_in_its_events() -> None:
    ssm = systems(freeze=calendar(YEAR_END))
    assert asked(ssm, "2026-12-24T14:59:59Z") == ("OPEN", "2026-12-24T15:00:00Z")
    assert asked(ssm, "2026-12-24T15:00:00Z") == ("CLOSED", "2027-01-04T15:00:00Z")
    assert asked(ssm, "2027-01-04T15:00:00Z") == ("OPEN", None)


def test_a_calendar_that_is_closed_by_default_is_open_in_its_events() -> None:
    ssm = systems(windows=calendar(YEAR_END, kind="DEFAULT_CLOSED"))
    assert asked(ssm, "2026-12-24T14:00:00Z") == ("CLOSED", "2026-12-24T15:00:00Z")
    assert asked(ssm, "2027-01-04T23:59:00+09:00") == ("OPEN", "2027-01-04T15:00:00Z")


def test_repetitions_follow_the_clocks_of_their_zone() -> None:
    ssm = systems(nights=calendar(NIGHTLY))
    assert asked(ssm, "2026-10-24T00:30:00Z") == ("CLOSED", "2026-10-24T02:00:00Z")  # summer: 02:00 is 00:00 UTC
    assert asked(ssm, "2026-10-26T00:30:00Z") == ("OPEN", "2026-10-26T01:00:00Z")
    assert asked(ssm, "2026-12-31T00:30:00Z") == ("OPEN", None)


def test_several_calendars_are_open_only_together_and_the_next_change_is_that_of_all() -> None:
    ssm = systems(
        freeze=calendar(YEAR_END),
        office=calendar(
            event("DTSTART:20261201T000000Z", "DURATION:PT9H", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH"),
            kind="DEFAULT_CLOSED",
        ),
    )
    assert asked(ssm, "2026-12-22T03:00:00Z") == ("OPEN", "2026-12-22T09:00:00Z")
    assert asked(ssm, "2026-12-24T10:00:00Z") == ("CLOSED", "2027-01-05T00:00:00Z")
    assert asked(ssm, "2026-12-28T03:00:00Z", "office") == ("OPEN", "2026-12-28T09:00:00Z")


def test_exceptions_and_changed_and_cancelled_occurrences_count() -> None:
    weekly = ("DTSTART;TZID=Asia/Tokyo:20261204T100000", "DURATION:PT2H")
    moved = event(
        "RECURRENCE-ID;TZID=Asia/Tokyo:20261218T100000",
        "DTSTART;TZID=Asia/Tokyo:20261218T150000",
        "DTEND;TZID=Asia/Tokyo:20261218T160000",
    )
    gone = event("DTSTART:20261205T000000Z", "DURATION:P1D", "STATUS:CANCELLED")
    master = event(*weekly, "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Asia/Tokyo:20261211T100000")
    ssm = systems(fridays=calendar(master, moved, gone))
    assert asked(ssm, "2026-12-04T12:00:00+09:00") == ("OPEN", "2026-12-18T06:00:00Z")
    assert asked(ssm, "2026-12-18T15:30:00+09:00") == ("CLOSED", "2026-12-18T07:00:00Z")
    assert asked(ssm, "2026-12-18T16:00:00+09:00") == ("OPEN", "2026-12-25T01:00:00Z")


def test_whole_days_are_days_and_their_repetition_ends_with_one() -> None:
    days = event("DTSTART;VALUE=DATE:20261228", "RRULE:FREQ=DAILY;UNTIL=20261230")
    ssm = systems(days=calendar(days))
    assert asked(ssm, "2026-12-28T00:00:00Z") == ("CLOSED", "2026-12-31T00:00:00Z")


def test_a_zone_that_only_the_document_knows_is_used_as_it_describes_it() -> None:
    office = event('DTSTART;TZID="Head office":20261201T090000', 'DTEND;TZID="Head office":20261201T100000')
    ssm = systems(office=calendar(office, zones=VTIMEZONE))
    assert asked(ssm, "2026-12-01T00:00:00Z") == ("CLOSED", "2026-12-01T01:00:00Z")


def test_long_lines_are_folded() -> None:
    folded = YEAR_END.replace("DTSTART;TZID=Asia", "DTSTART;TZID=As\r\n ia")
    assert asked(systems(freeze=calendar(folded)), "2026-12-26T00:00:00Z")[0] == "CLOSED"


def test_without_a_time_it_is_about_now() -> None:
    ssm = systems(freeze=calendar())
    answer = ssm.get_calendar_state(CalendarNames=["freeze"])
    assert answer == {"State": "OPEN", "AtTime": ssm.now().strftime("%Y-%m-%dT%H:%M:%SZ")}


def test_the_default_version_counts_and_a_calendar_can_go() -> None:
    ssm, text = systems(freeze=calendar()), {"DocumentFormat": "TEXT"}
    made = ssm.update_document(Name="freeze", Content=calendar(YEAR_END), DocumentVersion="$LATEST", **text)
    described = made["DocumentDescription"]
    assert (described["DocumentVersion"], described["DefaultVersion"]) == ("2", "1")
    assert asked(ssm, "2026-12-26T00:00:00Z")[0] == "OPEN", "nobody has said that the new version counts"
    assert ssm.get_document(Name="freeze")["Content"] == calendar()
    ssm.update_document_default_version(Name="freeze", DocumentVersion="2")
    assert asked(ssm, "2026-12-26T00:00:00Z")[0] == "CLOSED"
    assert ssm.get_document(Name="freeze")["Content"] == calendar(YEAR_END)
    assert ssm.get_document(Name="freeze", DocumentVersion="1")["Content"] == calendar()
    refused("DuplicateDocumentContent", ssm.update_document, Name="freeze", Content=calendar(), **text)
    refused("InvalidDocumentVersion", ssm.update_document, Name="freeze", Content="x", DocumentVersion="1", **text)
    refused("InvalidDocumentVersion", ssm.update_document_default_version, Name="freeze", DocumentVersion="3")
    refused("InvalidDocumentContent", ssm.update_document, Name="freeze", Content=calendar(event("DTSTART:20261201")))
    ssm.delete_document(Name="freeze")
    refused("InvalidDocument", ssm.get_calendar_state, CalendarNames=["freeze"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("hello", "no line of iCalendar"),
        ("BEGIN:VCALENDAR\r\n", "not exactly one VCALENDAR"),
        ("BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "END:VEVENT ends nothing"),
        (calendar(kind="ALWAYS"), "X-CALENDAR-TYPE is ALWAYS"),
        (calendar(event("DTEND:20261201T000000Z")), "no DTSTART"),
        (calendar(event("DTSTART:tomorrow")), "DTSTART:tomorrow"),
        (calendar(event("DTSTART;TZID=Moon/Sea:20261201T000000")), "no such time zone"),
        (calendar(event("DTSTART:20261201T000000Z", "RRULE:FREQ=NEVER")), "RRULE:FREQ=NEVER"),
        (calendar(event("DTSTART:20261201T000000Z", "DURATION:2 hours")), "DURATION:2 hours"),
        (calendar(event("DTSTART:20261201T000000Z", "DTEND:20261101T000000Z")), "ends before it begins"),
    ],
)
def test_text_that_is_no_change_calendar_is_refused_when_it_is_made(content: str, says: str) -> None:
    request = {"Name": "wrong", "Content": content, "DocumentType": "ChangeCalendar", "DocumentFormat": "TEXT"}
    ssm = systems()
    assert says in refused("InvalidDocumentContent", ssm.create_document, **request)
    assert ssm.documents == {}


def test_what_is_no_calendar_has_no_state() -> None:
    ssm = systems(freeze=calendar())
    again = {"Name": "freeze", "Content": calendar(), "DocumentType": "ChangeCalendar", "DocumentFormat": "TEXT"}
    refused("DocumentAlreadyExists", ssm.create_document, **again)
    refused("InvalidDocumentContent", ssm.create_document, **{**again, "Name": "json", "DocumentFormat": "JSON"})
    refused("MaxDocumentSizeExceeded", ssm.create_document, **{**again, "Name": "big", "Content": "x" * 70000})
    refused("NotImplemented", ssm.create_document, Name="run-it", Content="{}", DocumentType="Command")
    refused("InvalidDocumentType", ssm.get_calendar_state, CalendarNames=["freeze", "AWS-RunShellScript"])
    refused("ValidationException", ssm.get_calendar_state, CalendarNames=["freeze"], AtTime="noon")
    refused("ValidationException", ssm.get_calendar_state, CalendarNames=[])
    ssm.documents["freeze"].versions[:] = ["BEGIN:VCALENDAR\r\nEND:VCALENDAR"]
    refused("UnsupportedCalendarException", ssm.get_calendar_state, CalendarNames=["freeze"])
