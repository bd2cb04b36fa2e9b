"""Texts of Change Calendars as people make them."""

from __future__ import annotations


def calendar(*events: str, kind: str = "DEFAULT_OPEN", zones: str = "") -> str:
    """A document as the console of Systems Manager makes it, with events."""
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//AWS//Change Calendar 1.0//EN",
        "VERSION:2.0",
        f"X-CALENDAR-TYPE:{kind}",
        "X-WR-CALDESC:",
        "BEGIN:VTODO",
        "DTSTAMP:20261101T000000Z",
        "UID:3b5af39a-0000-4049-a839-d7bb8af01f92",
        "SUMMARY:Add events to this calendar.",
        "END:VTODO",
        *filter(None, [zones]),
        *events,
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)


def event(*lines: str) -> str:
    """An event of some lines."""
    return "\r\n".join(["BEGIN:VEVENT", "UID:freeze", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"])


YEAR_END = event("DTSTART;TZID=Asia/Tokyo:20261225T000000", "DTEND;TZID=Asia/Tokyo:20270105T000000")
NIGHTLY = event(
    "DTSTART;TZID=Europe/Berlin:20261001T020000",
    "DTEND;TZID=Europe/Berlin:20261001T040000",
    "RRULE:FREQ=DAILY;UNTIL=20261231T000000Z",
)
