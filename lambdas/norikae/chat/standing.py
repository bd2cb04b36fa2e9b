"""Where a run stands, in lines and bars: the answer to ``status``; and when it may move: the answer to ``windows``."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from norikae.chat.bars import bar
from norikae.chat.line import line_of
from norikae.chat.markup import Said
from norikae.chat.phrases import LABELS, NOTES, OUTCOMES, PHASES
from norikae.chat.translated import said_in
from norikae.commands.ways import ways_to_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from norikae.environment.notify import Language

Json = dict[str, Any]
WIDTH, NAMES, MOST = 10, 24, 30
"""Characters of a bar and of a name, and applications that are shown: a telephone is narrow."""
FIRST = {"failed": 0, "rollback-failed": 0, "held": 1, "rolled-back": 1, "shifting": 2, "moved": 4}
"""What needs a look comes before what moves, and that before what waits."""


def standing(answer: Mapping[str, Any], language: Language) -> Said:
    """Where a run stands.

    Args:
        answer: to ``status``; what it does not have is left out.
        language: of the labels.
    """
    lines = [_head(answer, language)]
    if answer.get("run"):
        is_known = any(answer.get(name) for name in ("phase", "requested_by", "applications", "outcome"))
        lines += [] if is_known else [NOTES["unknown"][language]]
        lines += [*_phase(answer, language), *_flags(answer, language), *_questions(answer, language)]
    window = answer.get("window") or {}
    if window:
        says = _said(window["error"], language) if "error" in window else _open(window.get("now") or {}, language)
        lines.append(f"{LABELS['window'][language]}: {says}")
    adoption = answer.get("adoption") or {}
    if adoption.get("outcome"):
        why = f": {_said(adoption['reason'], language)}" if adoption.get("reason") else ""
        how = outcome(adoption["outcome"], language)
        lines.append(f"{LABELS['adoption'][language]}: {adoption.get('cluster', '')}, {how}{why}")
    found: Mapping[str, Json] = answer.get("applications") or {}
    if found:
        moved = sum(one.get("outcome") == "moved" for one in found.values())
        lines.append(f"{LABELS['moved'][language]}: {moved}/{len(found)}")
    return Said("\n".join(lines), "\n".join(_applications(found, language)))


def windows(answer: Mapping[str, Any], language: Language) -> Said:
    """When upgrades may move on.

    Args:
        answer: to ``windows``.
        language: of the labels.
    """
    now = answer.get("now") or {}
    if now.get("open") and not now.get("until") and not answer.get("next"):
        return Said(NOTES["always"][language])
    lines = [f"{_open(now, language)} ({answer.get('timezone', '')})"]
    lines += [f"{LABELS['next'][language]}: {one['opens']} - {one['closes']}" for one in answer.get("next") or ()]
    return Said("\n".join(lines))


def outcome(name: str, language: Language) -> str:
    """How something ended or stands, as people call it."""
    return OUTCOMES.get(name, name) if language == "ja" else name


def _head(answer: Mapping[str, Any], language: Language) -> str:
    environment, blue, green = (str(answer.get(key) or "") for key in ("environment", "blue", "green"))
    run = str(answer.get("run") or NOTES["nothing"][language])
    clusters = f", {blue} → {green}" if green else f", {blue}" if blue else ""
    return f"{run} ({environment}{clusters})"


def _phase(answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    waits = _said(answer.get("waiting_for"), language)
    if answer.get("outcome"):
        how = outcome(str(answer["outcome"]), language)
        yield f"{LABELS['ended'][language]}: {how}" + (f": {waits}" if waits else "")
    elif answer.get("phase"):
        spans = answer.get("spans") or []
        since = f" ({LABELS['since'][language]} {_instant(spans[-1]['since'])})" if spans else ""
        phase = PHASES.get(answer["phase"], answer["phase"]) if language == "ja" else answer["phase"]
        yield f"{LABELS['phase'][language]}: {phase}{since}"
        if waits:
            yield f"{LABELS['waits'][language]}: {waits}"


def _flags(answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    flags = answer.get("flags") or {}
    words = [LABELS[word][language] for word in ("paused", "aborted") if flags.get(word)]
    words += [
        f"{LABELS[word][language]}: {', '.join(flags[word])}" for word in ("held", "sent_back") if flags.get(word)
    ]
    if words:
        by = f" ({LABELS['by'][language]} {flags['by']})" if flags.get("by") else ""
        yield "; ".join(words) + by + (f": {_line(flags['reason'])}" if flags.get("reason") else "")


def _questions(answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    for asked in answer.get("questions") or ():
        until = f" ({LABELS['until'][language]} {_instant(asked['expires'])})" if asked.get("expires") else ""
        said = f" ({LABELS['yes'][language]} {asked['yes']})" if asked.get("yes") else ""
        yield f"{LABELS['question'][language]} {asked['subject']}: {_said(asked.get('text'), language)}{until}{said}"
        for way in ways_to_answer(str(answer["run"]), asked):
            yield f"  {line_of(way)}"


def _open(now: Mapping[str, Any], language: Language) -> str:
    until = f" ({LABELS['until'][language]} {now['until']})" if now.get("until") else ""
    if now.get("open"):
        return f"{LABELS['open'][language]}{until}"
    return f"{LABELS['closed'][language]}{until}: {_said(now.get('reason'), language)}"


def _applications(found: Mapping[str, Json], language: Language) -> Iterator[str]:
    chosen = sorted(found, key=lambda name: FIRST.get(found[name].get("outcome", ""), 3))[:MOST]
    shown = [name for name in found if name in chosen]
    width = min(max(map(len, shown), default=0), NAMES)
    for name in shown:
        one = found[name]
        weight = int(one.get("weight") or 0)
        how = outcome(str(one.get("outcome") or ""), language)
        why = f": {_said(one['reason'], language)}" if one.get("reason") else ""
        yield f"{_fit(name, width)} {bar(weight, WIDTH)} {weight:>3}% {how}{why}".rstrip()
    if len(shown) < len(found):
        yield f"+{len(found) - len(shown)} {LABELS['more'][language]}"


def _fit(name: str, width: int) -> str:
    """A name in as many columns, of which wide letters take two."""
    short = name if len(name) <= width else f"{name[: width - 1]}…"
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in short)
    return short + " " * max(0, width - len(short) - wide)


def _instant(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _said(text: object, language: Language) -> str:
    return _line(said_in(language, str(text or "")))


def _line(text: object) -> str:
    return " ".join(str(text or "").split())
