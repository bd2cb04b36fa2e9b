"""Which intents share a request, and how one that Route 53 refuses is found without the others suffering; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import AwsRefusedError, NorikaeError, PermanentError
from norikae.traffic.records import TRAFFIC_TYPES, Change, RecordSet
from norikae.traffic.weights import once_more

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from norikae.zone.intent import Intent

MOST_INTENTS = 100
MOST_RECORDS = 1000
"""``ResourceRecord`` elements of a request (Route 53 guide, "Quotas", maximum API requests); an alias counts as one."""
MOST_CHARACTERS = 32_000
"""Characters of all ``Value`` elements of a request (same page)."""
MOST_COMMENT = 256
"""Characters of a batch's comment (API reference, ChangeBatch)."""

INVALID_INPUT = "InvalidInput"
"""Route 53's code for a record set that no zone could have, such as one with the weight 256."""

Verdict = str | NorikaeError
"""Route 53's id of the change that applied an intent, or why it was refused."""


def packed(intents: Iterable[Intent]) -> list[list[Intent]]:
    """As few requests as the quotas allow, in order; each intent is whole in one of them.

    Two intents about the same record set never share a request, which Route 53 would refuse ("invalid set of changes").
    """
    batches: list[list[Intent]] = []
    records = characters = 0
    touched: set[tuple[str, str, str]] = set()
    for intent in intents:
        more, longer, keys = _records(intent), _characters(intent), _keys(intent)
        fits = batches and len(batches[-1]) < MOST_INTENTS and not keys & touched
        if not (fits and records + more <= MOST_RECORDS and characters + longer <= MOST_CHARACTERS):
            batches.append([])
            records, characters, touched = 0, 0, set()
        batches[-1].append(intent)
        records, characters = records + more, characters + longer
        touched |= keys
    return batches


def bisected(batch: Sequence[Intent], submit: Callable[[Sequence[Change], str], str]) -> dict[str, Verdict]:
    """What becomes of each intent of a request: a refusal is halved until it is of one intent alone.

    Args:
        batch: intents that fit into one request.
        submit: asks Route 53; the id of the change.

    Raises:
        TransientError: Route 53 asks for less or does not answer; what was found out so far is lost with it, and
            reading tells (``already_there``).
    """
    try:
        change = submit([change for intent in batch for change in intent.changes], comment_of(batch))
    except PermanentError as refusal:
        if len(batch) == 1 or not _is_about_some(refusal):
            return {intent.id: refusal for intent in batch}
        half = len(batch) // 2
        return {**bisected(batch[:half], submit), **bisected(batch[half:], submit)}
    return {intent.id: change for intent in batch}


def _is_about_some(refusal: PermanentError) -> bool:
    """Whether a part of the request may be fine: its content was refused, not the caller or the zone."""
    return not isinstance(refusal, AwsRefusedError) or refusal.code == INVALID_INPUT


def comment_of(batch: Sequence[Intent]) -> str:
    """The comment of a request, which says whose intents it has, as far as there is room."""
    text = "; ".join(intent.comment for intent in batch)
    return text if len(text) <= MOST_COMMENT else f"{text[: MOST_COMMENT - 2]} …"


def already_there(intent: Intent, records: Iterable[RecordSet]) -> bool:
    """Whether the record sets are as an intent wants them.

    Args:
        intent: what is wanted.
        records: all record sets of its names and types, as just read.
    """
    found = {_key(record): record for record in records}
    made = {_key(change.record): change.record for change in intent.changes if change.action == "CREATE"}
    gone = _keys(intent) - made.keys()
    return not gone & found.keys() and all(key in found and same(found[key], one) for key, one in made.items())


def written_again(intent: Intent, records: Iterable[RecordSet]) -> tuple[Change, ...]:
    """The changes that write what an intent made once more, for a change id that can be asked for.

    When it only deleted, a neighbour of the same name is written once more: a change that came later.

    Args:
        intent: which is already there.
        records: all record sets of its names and types, as just read.
    """
    made = {_key(change.record) for change in intent.changes if change.action == "CREATE"}
    found = [record for record in records if record.name in {change.record.name for change in intent.changes}]
    mine = [record for record in found if _key(record) in made]
    return once_more(mine or [record for record in found if record.type in TRAFFIC_TYPES][:1])


def same(one: RecordSet, other: RecordSet) -> bool:
    """Whether two record sets say the same, however their names are spelled."""

    def values(record: RecordSet) -> object:
        raw = record.raw
        health = raw.get("AliasTarget", {}).get("EvaluateTargetHealth")
        return (record.weight, record.target, health, raw.get("TTL"), raw.get("ResourceRecords"))

    return _key(one) == _key(other) and values(one) == values(other)


def _records(intent: Intent) -> int:
    return sum(max(1, len(change.record.raw.get("ResourceRecords", ()))) for change in intent.changes)


def _characters(intent: Intent) -> int:
    return sum(len(one["Value"]) for change in intent.changes for one in change.record.raw.get("ResourceRecords", ()))


def _keys(intent: Intent) -> set[tuple[str, str, str]]:
    return {_key(change.record) for change in intent.changes}


def _key(record: RecordSet) -> tuple[str, str, str]:
    return record.name.lower(), record.type, record.set_identifier
