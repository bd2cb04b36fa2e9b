"""The one message of a run: where it is, with bars of text for its phases and its applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.chat.bars import bar
from norikae.chat.phrases import OUTCOMES
from norikae.chat.phrases import PHASES as IN_JAPANESE
from norikae.chat.translated import said_in
from norikae.notify.card import DONE, ICONS, Card, label

if TYPE_CHECKING:
    from norikae.notify.kind import Language
    from norikae.notify.run_look import Row, RunLook

PHASES: dict[str, str] = {
    "plan-upgrade": "Write the plan",
    "run-preflight": "Run preflight",
    "request-plan-approval": "Approve the plan",
    "ensure-green-cluster": "Build green",
    "ensure-argo-cd": "Install Argo CD",
    "sync-platform": "Sync the platform",
    "sync-applications": "Sync applications",
    "verify-green": "Verify green",
    "hand-over-green": "Hand over green",
    "shift-applications": "Shift applications",
    "conclude-shifts": "Conclude shifts",
    "hand-off-singletons": "Hand off singletons",
    "soak": "Soak",
    "request-decommission-approval": "Approve the decommission",
    "decommission-blue": "Decommission blue",
    "restore-revisions": "Restore revisions",
}
"""In English, in the order in which a run that succeeds enters them; ``norikae.chat.phrases`` has them in Japanese."""
BESIDES: dict[str, str] = {
    "check-window": "Check window",
    "compare-wave": "Compare with blue",
    "request-sync-approval": "Approve the difference",
    "hold-upgrade": "Hold for a person",
    "roll-back-applications": "Roll applications back",
}
"""Phases that a run enters between others, or not at all: they move no bar."""
GOOD = frozenset({"succeeded", "planned"})
WORST_FIRST = {"failed": 0, "rollback-failed": 0, "held": 1, "rolled-back": 2, "shifting": 3, "waiting": 4, "moved": 5}
MOST_ROWS = 40
NAME, WIDTH = 32, 10


def run_card(look: RunLook, environment: str, language: Language) -> Card:
    """A run as the table has it.

    Args:
        look: at the table.
        environment: whose run it is.
        language: of the words.
    """
    clusters = f": {look.blue} → {look.green}" if look.blue else ""
    texts, why = [], said_in(language, look.waiting_for)
    if look.outcome:
        texts.append(_said(label("ended", language), _outcome(look.outcome, language), why))
    elif why:
        texts.append(_said(label("waits", language), why))
    if look.asked and not look.outcome:
        texts.append(_said(label("asks", language), ", ".join(look.asked)))
    return Card(
        title=f"{environment} {look.run}{clusters}",
        icon=_icon(look),
        texts=tuple(texts),
        rows=(*_phase(look, language), *_applications(look, language)),
    )


def _icon(look: RunLook) -> str:
    if look.outcome:
        return DONE if look.outcome in GOOD else ICONS["action"]
    return ICONS["action"] if look.asked or look.phase == "hold-upgrade" else ICONS["info"]


def _said(name: str, *values: str) -> str:
    return ": ".join((name, *(value for value in values if value)))


def _phase(look: RunLook, language: Language) -> list[str]:
    """How far the run is; phases that come between others leave the bar out."""
    if not look.phase:
        return []
    named = IN_JAPANESE if language == "ja" else {**PHASES, **BESIDES}
    words = named.get(look.phase) or look.phase.replace("-", " ")
    order = [*PHASES]
    if look.outcome in GOOD:
        return [f"{bar(100, WIDTH)} {words}"]
    if look.phase not in order:
        return [f"{' ' * WIDTH} {words}"]
    at = order.index(look.phase)
    return [f"{bar(round(at * 100 / len(order)), WIDTH)} {at + 1}/{len(order)} {words}"]


def _applications(look: RunLook, language: Language) -> list[str]:
    """Each application with its weight; where there are too many, what needs a look comes first."""
    rows = look.applications
    if not rows:
        return []
    shown = sorted(rows, key=lambda one: WORST_FIRST.get(one.outcome, 4))[:MOST_ROWS] if len(rows) > MOST_ROWS else rows
    width = min(NAME, max(len(one.name) for one in shown))
    moved = sum(one.outcome == "moved" for one in rows)
    lines = ["", f"{moved}/{len(rows)} {label('moved', language)}", *(_row(one, width, language) for one in shown)]
    if len(shown) < len(rows):
        lines.append(label("more", language).replace("{count}", str(len(rows) - len(shown))))
    return lines


def _row(one: Row, width: int, language: Language) -> str:
    name = one.name if len(one.name) <= width else f"{one.name[: width - 1]}…"
    return f"{name:<{width}} {bar(one.weight, WIDTH)} {one.weight:>3} % {_outcome(one.outcome, language)}"


def _outcome(name: str, language: Language) -> str:
    return OUTCOMES.get(name, name) if language == "ja" else name
