"""The answer to ``status`` as a tree of rows, which a terminal shows with colours and a pipe as plain lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.questions import ways_to_answer
from norikae.chat.bars import bar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Json = dict[str, Any]
Part = tuple[str, str]
"""Text and how it looks: a style of rich, or ""."""
WRONG = "bold red"
AT_REST = {"moved": "green", "rolled-back": "yellow", "held": "yellow", "failed": WRONG, "rollback-failed": WRONG}
"""Where an application stands when nothing moves it, and how that looks."""
ENDED = {"succeeded": "bold green", "planned": "bold green", "failed": WRONG}
PHASES = {
    "plan-upgrade": "Write the plan",
    "request-plan-approval": "Approve the plan",
    "ensure-green-cluster": "Build green",
    "ensure-argo-cd": "Install Argo CD",
    "request-decommission-approval": "Approve the decommission",
}
"""Phases whose state is called otherwise than what people wait for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line, and what is below it."""

    parts: tuple[Part, ...]
    rows: tuple[Row, ...] = ()

    @property
    def text(self) -> str:
        """The line without its looks."""
        return "".join(text for text, _ in self.parts)


def picture(answer: Mapping[str, Any], typed: Sequence[str] = (), *, most: int | None = None) -> Row:
    """Everything that a person wants to know of a run.

    Args:
        answer: to ``status``; what it does not have is left out.
        typed: options with which a person has to type further commands.
        most: of the applications; those under way come first then.
    """
    run = answer.get("run")
    if not run:
        nothing = Row((("no run has been started; ", ""), (said("start", *typed), "bold"), (" starts one", "")))
        here = str(answer.get("environment") or "norikae")
        return Row(((here, "bold"), *_clusters({**answer, "environment": ""})), (nothing, *_adoption(answer)))
    rows = [
        *_phases(answer),
        *_state(answer),
        *_applications(answer, most),
        *_questions(answer, typed),
        *_window(answer),
        *_adoption(answer),
    ]
    return Row(((run, "bold"), *_clusters(answer)), tuple(rows))


def lines(row: Row, depth: int = 0) -> Iterator[str]:
    """The tree as lines that a pipe can read; two spaces for each level."""
    yield f"{'  ' * depth}{row.text}".rstrip()
    for below in row.rows:
        yield from lines(below, depth + 1)


def said(*words: str) -> str:
    """A command as it is typed."""
    return " ".join(("norikae", *(f"'{word}'" if " " in word else word for word in words)))


def clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def instant(at: float) -> str:
    """Day and time of an instant in seconds since the epoch."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def phase_in_words(name: str) -> str:
    """A phase as people call it."""
    return PHASES.get(name, name.replace("-", " ").capitalize())


def _clusters(answer: Mapping[str, Any]) -> list[Part]:
    environment, blue, green = (str(answer.get(key) or "") for key in ("environment", "blue", "green"))
    parts = [(f"  {environment}", "")] if environment else []
    if blue:
        parts.append((f"  {blue} → {green}" if green else f"  {blue}", "dim"))
    return parts


def _phases(answer: Mapping[str, Any]) -> Iterator[Row]:
    spans, now = answer.get("spans") or [], answer.get("now")
    for span in spans:
        name, since, until = phase_in_words(span["name"]), span["since"], span.get("until")
        if until is not None:
            yield Row((("✔ ", "green"), (f"{name:<26}", ""), (clock(until - since), "dim")))
        elif answer.get("outcome"):
            yield Row((("■ ", ""), (name, "")))
        else:
            lasts = f", for {clock(now - since)}" if now else ""
            yield Row((("▶ ", "cyan"), (f"{name:<26}", "bold"), (f"since {instant(since)}{lasts}", "dim")))
    if not spans and answer.get("phase"):
        yield Row((("▶ ", "cyan"), (phase_in_words(answer["phase"]), "bold")))


def _state(answer: Mapping[str, Any]) -> Iterator[Row]:
    """How the run ended or what it waits for, and what people asked of it."""
    outcome, waits = answer.get("outcome"), _one_line(answer.get("waiting_for"))
    if outcome:
        yield Row((("ended: ", ""), (outcome, ENDED.get(outcome, "bold yellow")), (f": {waits}" if waits else "", "")))
    elif waits:
        yield Row((("waits for: ", ""), (waits, "")))
    flags = answer.get("flags") or {}
    words = [word for word in ("paused", "aborted") if flags.get(word)]
    words += [
        f"{word.replace('_', ' ')}: {', '.join(flags[word])}" for word in ("held", "sent_back") if flags.get(word)
    ]
    if words:
        by = f", by {flags['by']}" if flags.get("by") else ""
        why = f": {flags['reason']}" if flags.get("reason") else ""
        yield Row((("; ".join(words), "yellow"), (f"{by}{why}", "dim")))


def _applications(answer: Mapping[str, Any], most: int | None) -> Iterator[Row]:
    found: Mapping[str, Json] = answer.get("applications") or {}
    if not found:
        return
    moved = sum(one.get("outcome") == "moved" for one in found.values())
    shown = _shown(found, most)
    name = max(map(len, found))
    team = max(len(one.get("team") or "") for one in found.values())
    rows = [_application(one, found[one], name, team) for one in shown]
    if len(shown) < len(found):
        rows.append(Row(((f"and {len(found) - len(shown)} more", "dim"),)))
    yield Row(((f"applications: {moved} of {len(found)} moved", ""),), tuple(rows))


def _shown(found: Mapping[str, Json], most: int | None) -> list[str]:
    """What there is room for: first what needs a look, then what moves, then what waits."""
    if most is None or len(found) <= most:
        return list(found)
    rank = {"failed": 0, "rollback-failed": 0, "held": 1, "rolled-back": 1, "shifting": 2, "moved": 4}
    chosen = sorted(found, key=lambda name: rank.get(found[name].get("outcome", ""), 3))[: max(0, most - 1)]
    return [name for name in found if name in chosen]


def _application(name: str, one: Json, name_width: int, team_width: int) -> Row:
    weight, outcome = int(one.get("weight") or 0), str(one.get("outcome") or "")
    style = AT_REST.get(outcome, "cyan" if weight else "dim")
    team = f"{one.get('team') or '':<{team_width}}  " if team_width else ""
    parts = [(f"{name:<{name_width}}  ", ""), (team, "dim"), (bar(weight), style), (f" {weight:>3} %  ", "")]
    ways = [step for step in one.get("wants") or () if step > weight]
    more = f", next {ways[0]} %" if ways and outcome == "shifting" else ""
    reason = f": {_one_line(one['reason'])}" if one.get("reason") else ""
    return Row((*parts, (outcome, AT_REST.get(outcome, "")), (f"{more}{reason}", "dim")))


def _questions(answer: Mapping[str, Any], typed: Sequence[str]) -> Iterator[Row]:
    for asked in answer.get("questions") or []:
        until = f" (until {instant(asked['expires'])})" if asked.get("expires") else ""
        first, *more = str(asked.get("text", "")).splitlines() or [""]
        below = [Row(((line, ""),)) for line in more]
        below += [Row(((said(*way, *typed), "bold"),)) for way in ways_to_answer(str(answer["run"]), asked)]
        yield Row((("? ", "bold magenta"), (f"{asked['subject']}: {first}{until}", "")), tuple(below))


def _window(answer: Mapping[str, Any]) -> Iterator[Row]:
    now = (answer.get("window") or {}).get("now")
    if now:
        until = f" until {now['until']}" if now.get("until") else ""
        text = f"open{until}" if now["open"] else f"closed{until}: {now['reason']}"
        yield Row(((f"window: {text}", "dim"),))


def _adoption(answer: Mapping[str, Any]) -> Iterator[Row]:
    adoption = answer.get("adoption") or {}
    if adoption.get("outcome"):
        reason = f": {adoption['reason']}" if adoption.get("reason") else ""
        yield Row(((f"adoption of {adoption.get('cluster', '')}: {adoption['outcome']}{reason}", "dim"),))


def _one_line(text: object) -> str:
    return " ".join(str(text or "").split())
