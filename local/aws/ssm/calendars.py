"""Change Calendars: documents with iCalendar text, and whether changes may be made at an instant.

Sources: Systems Manager API reference (GetCalendarState, CreateDocument, UpdateDocument, whose default format is JSON,
UpdateDocumentDefaultVersion; that GetCalendarState looks at the default version is assumed) and guide ("Change
Calendar": a calendar that is open by default is closed in its events, one that is closed by default is open in them);
CloudFormation reference, AWS::SSM::Document (how a calendar says which it is).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError
from local.aws.ssm.ical import Occurrences, UnreadableError, events, read

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS = {"DEFAULT_OPEN": True, "DEFAULT_CLOSED": False}
AHEAD = timedelta(days=366)
"""How far a change of state is looked for."""
MOST = 64 * 1024
"""Bytes of a document (Systems Manager quotas)."""


@dataclass(slots=True)
class Document:
    """A Change Calendar and its versions.

    Args:
        name: of it.
        created: when.
        versions: their texts, the oldest first.
        default: number of the version that counts; a new one has to be made the default.
    """

    name: str
    created: datetime
    versions: list[str] = field(default_factory=list)
    default: int = 1

    @property
    def text(self) -> str:
        """The version that counts."""
        return self.versions[self.default - 1]

    def numbered(self, version: str) -> int:
        """The number of a version.

        Raises:
            AwsError: InvalidDocumentVersion.
        """
        known = {"$DEFAULT": self.default, "$LATEST": len(self.versions)}
        number = known.get(version) or (int(version) if version.isdecimal() else 0)
        if not 1 <= number <= len(self.versions):
            raise AwsError("InvalidDocumentVersion", "The document version is not valid or does not exist.")
        return number

    def described(self, version: str = "$LATEST") -> dict[str, Any]:
        """A version as CreateDocument and UpdateDocument answer."""
        number = self.numbered(version)
        return {
            "Name": self.name,
            "Hash": hashlib.sha256(self.versions[number - 1].encode()).hexdigest(),
            "HashType": "Sha256",
            "CreatedDate": self.created,
            "Status": "Active",
            "DocumentVersion": str(number),
            "LatestVersion": str(len(self.versions)),
            "DefaultVersion": str(self.default),
            "DocumentType": "ChangeCalendar",
            "DocumentFormat": "TEXT",
        }


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a document means.

    Args:
        is_open: outside of its events.
        events: when it is the other way round.
    """

    is_open: bool
    events: tuple[Occurrences, ...]

    @classmethod
    def of(cls, text: str) -> Calendar:
        """The calendar of a document.

        Raises:
            UnreadableError: it is none.
        """
        calendar = read(text)
        kind = calendar.text("X-CALENDAR-TYPE")
        if kind not in KINDS:
            raise UnreadableError(f"X-CALENDAR-TYPE is {kind or 'missing'}; it is {' or '.join(KINDS)}")
        return cls(KINDS[kind], events(calendar, text))

    def spans(self, at: datetime) -> list[tuple[datetime, datetime]]:
        """Its events from an instant on, as far as anybody looks."""
        return [span for event in self.events for span in event.between(at, at + AHEAD)]


def state(calendars: Iterable[Calendar], at: datetime) -> tuple[bool, datetime | None]:
    """Whether all calendars are open at an instant, and when that changes; None when it does not within a year.

    Args:
        calendars: what their documents mean.
        at: with its time zone.
    """
    known = [(one.is_open, one.spans(at)) for one in calendars]

    def all_open(instant: datetime) -> bool:
        return all(
            is_open != any(begin <= instant < end for begin, end in spans)  # an event is the other way round
            for is_open, spans in known
        )

    now = all_open(at)
    edges = sorted({edge for _, spans in known for span in spans for edge in span if edge > at})
    return now, next((edge for edge in edges if all_open(edge) != now), None)


class ChangeCalendars:
    """The operations of Systems Manager that are about Change Calendars; the clock is the subclass's."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    def now(self) -> datetime:
        """The instant of a call."""
        raise NotImplementedError

    def create_document(self, **request: Any) -> dict[str, Any]:
        """A calendar, active at once; other documents are outside of the world.

        Raises:
            AwsError: DocumentAlreadyExists; InvalidDocumentContent for text that is no Change Calendar.
        """
        if request.get("DocumentType") != "ChangeCalendar":
            raise AwsError("NotImplemented", "only documents of the type ChangeCalendar are in this world", 501)
        if request["Name"] in self.documents:
            raise AwsError("DocumentAlreadyExists", f"Document with same name {request['Name']} already exists")
        _check(request)
        made = Document(request["Name"], self.now(), [request["Content"]])
        self.documents[made.name] = made
        return {"DocumentDescription": made.described()}

    def update_document(self, **request: Any) -> dict[str, Any]:
        """The next version of a calendar, which counts once it is made the default.

        Raises:
            AwsError: InvalidDocument; DuplicateDocumentContent; InvalidDocumentVersion for one that is not the latest.
        """
        known = self._document(request["Name"])
        if known.numbered(request.get("DocumentVersion", "$LATEST")) != len(known.versions):
            raise AwsError("InvalidDocumentVersion", "Only the latest version of a document can be updated.")
        if request["Content"] in known.versions:
            raise AwsError("DuplicateDocumentContent", "The content of the association document matches another one.")
        _check(request)
        known.versions.append(request["Content"])
        return {"DocumentDescription": known.described()}

    def update_document_default_version(self, **request: Any) -> dict[str, Any]:
        """From now on another version of a calendar counts.

        Raises:
            AwsError: InvalidDocument; InvalidDocumentVersion.
        """
        known = self._document(request["Name"])
        known.default = known.numbered(request["DocumentVersion"])
        return {"Description": {"Name": known.name, "DefaultVersion": str(known.default)}}

    def get_document(self, **request: Any) -> dict[str, Any]:
        """A calendar's text, of the version that counts unless another is asked for.

        Raises:
            AwsError: InvalidDocument; InvalidDocumentVersion.
        """
        known, version = self._document(request["Name"]), request.get("DocumentVersion", "$DEFAULT")
        kept = ("Name", "CreatedDate", "DocumentVersion", "Status", "DocumentType", "DocumentFormat")
        described = known.described(version)
        return {**{name: described[name] for name in kept}, "Content": known.versions[known.numbered(version) - 1]}

    def delete_document(self, **request: Any) -> dict[str, Any]:
        """No calendar of that name any more."""
        del self.documents[self._document(request["Name"]).name]
        return {}

    def get_calendar_state(self, **request: Any) -> dict[str, Any]:
        """OPEN if every calendar is, and when that changes.

        Raises:
            AwsError: InvalidDocument; InvalidDocumentType; UnsupportedCalendarException.
        """
        at = self.now().replace(microsecond=0)
        if "AtTime" in request:
            at = _instant(request["AtTime"])
        try:
            calendars = [Calendar.of(self._document(name).text) for name in request["CalendarNames"]]
        except UnreadableError as error:
            raise AwsError("UnsupportedCalendarException", str(error)) from error
        if not calendars:
            raise AwsError("ValidationException", "CalendarNames has to name a calendar")
        is_open, until = state(calendars, at)
        return {
            "State": "OPEN" if is_open else "CLOSED",
            "AtTime": _text(at),
            **({"NextTransitionTime": _text(until)} if until else {}),
        }

    def _document(self, name: str) -> Document:
        plain = name.rpartition("document/")[2]
        if plain.startswith(("AWS-", "AWSSupport-")):
            raise AwsError("InvalidDocumentType", f"{plain} is no document of the type ChangeCalendar")
        if plain not in self.documents:
            raise AwsError("InvalidDocument", f"Document with name {plain} does not exist.")
        return self.documents[plain]


def _check(request: dict[str, Any]) -> None:
    """Text that is a Change Calendar."""
    if request.get("DocumentFormat") != "TEXT":
        raise AwsError("InvalidDocumentContent", "A ChangeCalendar has the DocumentFormat TEXT.")
    if len(request["Content"].encode()) > MOST:
        raise AwsError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")
    try:
        Calendar.of(request["Content"])
    except UnreadableError as error:
        raise AwsError("InvalidDocumentContent", str(error)) from error


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise AwsError("ValidationException", f"AtTime {text!r} is no time in ISO 8601") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
