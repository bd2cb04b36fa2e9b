"""What people read of a comparison: the whole of it as evidence, and as much as fits into a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.compare.difference import order_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from norikae.compare.difference import Difference

CHAT = 1400
"""Letters that a question may have; with the address of the evidence it stays below the 1,500 that chats show."""
VALUE = 60
"""Letters of a value before it is cut."""
NAMED = 6
COMMIT = 12
_RESERVE = 60
"""Letters for the last line, which says how much is left out."""


def question(applications: Sequence[str], green: str, revision: str, was: str, found: Sequence[Difference]) -> str:
    """What a person is asked before a wave is synced, in at most ``CHAT`` letters.

    Args:
        applications: the wave.
        green: the cluster.
        revision: the pinned commit.
        was: the commit before it, when the pin has moved; else "".
        found: all differences.
    """
    unexpected = sorted((one for one in found if one.is_unexpected), key=order_of)
    expected = sum(one.what != "note" and not one.is_unexpected for one in found)
    more = f" and {len(applications) - NAMED} more" if len(applications) > NAMED else ""
    lines = [
        f"May {', '.join(applications[:NAMED])}{more} be synced to {green} from commit {revision[:COMMIT]}?",
        *([f"The commit changed from {was[:COMMIT]} to {revision[:COMMIT]}."] if was else []),
        f"Between green's targets and blue's objects nobody expects {_count(unexpected)}; {expected} are expected.",
    ]
    shown = 0
    for one in unexpected:
        line = f"- {in_words(one)}"
        if sum(map(len, lines)) + len(lines) + len(line) > CHAT - _RESERVE:
            break
        lines.append(line)
        shown += 1
    if shown < len(unexpected):
        lines.append(f"and {len(unexpected) - shown} more")
    return "\n".join(lines)[:CHAT]


def in_words(difference: Difference) -> str:
    """One difference in one line."""
    what = f"{difference.kind} {difference.name}" + (f" {difference.path}" if difference.path else "")
    match difference.what:
        case "refused":
            return f"{what}: green refuses it: {_cut(difference.text, 2 * VALUE)}"
        case "changed":
            return f"{what}: blue {_value(difference.blue)}, green {_value(difference.green)}"
        case "only on green" if difference.path:
            return f"{what}: green {_value(difference.green)}, nothing on blue"
        case "only on blue" if difference.path:
            return f"{what}: blue {_value(difference.blue)}, nothing on green"
        case _:
            return f"{what}: {difference.what}: {_cut(difference.text, 2 * VALUE)}"


def document(found: Iterable[Difference], **facts: object) -> dict[str, Any]:
    """The whole comparison for the evidence: what nobody expects first, then the rest, then notes.

    Args:
        found: all differences.
        facts: of the comparison, such as its hash.
    """
    ordered = sorted(found, key=order_of)
    return {
        **facts,
        "unexpected": [_plain(one) for one in ordered if one.is_unexpected],
        "expected": [_plain(one) for one in ordered if one.expected],
        "notes": [_plain(one) for one in ordered if one.what == "note" and not one.expected],
    }


def _count(unexpected: Sequence[Difference]) -> str:
    deletions = sum(one.is_deletion for one in unexpected)
    lacking = f" ({deletions} missing on green)" if deletions else ""
    return f"{len(unexpected)} difference{'' if len(unexpected) == 1 else 's'}{lacking}"


def _plain(difference: Difference) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.to_builtins(difference)
    return {key: value for key, value in members.items() if value not in ("", None)}


def _value(value: object) -> str:
    return _cut(msgspec.json.encode(value).decode(), VALUE)


def _cut(text: str, length: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= length else f"{plain[: length - 1]}…"
