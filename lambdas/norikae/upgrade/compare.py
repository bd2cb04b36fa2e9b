"""Compare wave as a state: before anything is synced, what would differ from blue is known, kept and judged."""

from typing import Any

import msgspec

from norikae.argocd.applications import APPLICATIONS, COMMIT
from norikae.argocd.home import Home, home_of
from norikae.argocd.root import ensure_root
from norikae.compare.difference import Difference, hash_of
from norikae.compare.report import document, question
from norikae.compare.wave import Wave, read_wave
from norikae.errors import NotFoundError, UnreachableError
from norikae.ports import Ports
from norikae.singletons.suspend import suspended
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import advance
from norikae.upgrade.pin import move_pin, pinned
from norikae.upgrade.plan import Plan
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import ApprovedItem, Event
from norikae.upgrade.sync_state import DiffItem, PinItem, WaveItem

Answer = dict[str, Any]
PHASE = "compare-wave"
PATIENCE_SECONDS, POLL_SECONDS = 1800, 120
"""An argocd-server that does not answer is asked so often, and for so long before a person has to look at it."""


def compare_wave(ports: Ports, writer: Writer) -> Answer:
    """The wave is compared; the answer is the phase that may sync it, ``ask``, ``wait``, ``hold`` or ``abort``.

    When blue has synced another commit than the pinned one, the pin moves there, green's root application follows, and
    the syncs begin again: what was approved for the old commit counts no more, since its hash holds the commit.

    Args:
        ports: the world.
        writer: in whose name.

    Raises:
        NotFoundError: no wave waits, or one of its applications is not there.
        RefusedError: Argo CD cannot render an application, or a singleton would run in both clusters.
    """
    plan = read_plan(ports.table, writer.run).plan
    words: list[str] = []

    def move() -> Progress:
        try:
            words.append(_word(ports, writer, plan))
        except UnreachableError as error:
            return Progress.wait(str(error), POLL_SECONDS)
        return Progress.done()

    answer = advance(ports, writer, PHASE, PATIENCE_SECONDS, move)
    return {**answer, "next": words[0]} if answer["next"] == "go-on" else answer


def _word(ports: Ports, writer: Writer, plan: Plan) -> str:
    if _follow_blue(ports, writer, plan):
        return "sync-platform"
    wave = ports.table.read(writer.run, "WAVE", WaveItem)
    if wave is None:
        raise NotFoundError(f"run {writer.run} has no wave to compare; Sync platform and Sync applications write it")
    revision = pinned(ports, writer.run)
    if wave.revision != revision:  # the pin has moved since: also when the look that moved it died
        return "sync-platform"
    found = read_wave(ports, plan, wave.applications, revision)
    item = _judge(ports, writer, wave, found, plan)
    if item.verdict == "asked":
        return "ask"
    for part in found.parts:  # before their first sync, or they would run in both clusters
        suspended(ports, writer, plan, part.app, part.targets)
    return wave.phase


def _follow_blue(ports: Ports, writer: Writer, plan: Plan) -> bool:
    """Pin the run to the commit that blue has synced, if that is another one; whether green's root had to follow."""
    argocd = ports.environment.argocd
    blue, green = home_of(argocd, plan.blue.name), home_of(argocd, plan.green.name)
    revision = _synced_on_blue(ports, blue) or pinned(ports, writer.run)
    move_pin(ports, writer, revision)
    kubernetes = ports.kubernetes(green.cluster)
    before = kubernetes.get(APPLICATIONS, green.root, green.namespace) or {}
    after = ensure_root(kubernetes, argocd, green, revision)
    return bool(before.get("spec", {}).get("source") != after["spec"]["source"])


def _synced_on_blue(ports: Ports, blue: Home) -> str:
    """The commit that blue's root application runs; "" while it is between two: what is only compared may wait."""
    kubernetes = ports.kubernetes(blue.cluster)
    root = kubernetes.get(APPLICATIONS, blue.root, blue.namespace) or {}
    sync = root.get("status", {}).get("sync") or {}
    revision = str(sync.get("revision", ""))
    return revision if sync.get("status") == "Synced" and COMMIT.match(revision) else ""


def _judge(ports: Ports, writer: Writer, wave: WaveItem, found: Wave, plan: Plan) -> DiffItem:
    """The verdict about the wave, in the table; the whole difference is evidence."""
    differences = found.differences(ports.environment)
    digest = hash_of(found.revision, wave.applications, differences)
    before = ports.table.read(writer.run, wave.key, DiffItem)
    number = before.number if before and before.hash == digest else _next_number(ports, writer.run, wave.phase)
    unexpected = sum(one.is_unexpected for one in differences)
    item = DiffItem(
        phase=wave.phase,
        applications=wave.applications,
        revision=found.revision,
        hash=digest,
        unexpected=unexpected,
        verdict="expected",
        number=number,
        summary=_question(ports, writer.run, wave, differences, plan),
        attempt=writer.attempt,
    )
    if _needs_approval(ports, unexpected):
        is_approved = _is_approved(ports, writer.run, item, before)
        item = msgspec.structs.replace(item, verdict="approved" if is_approved else "asked")
    return _kept(ports, writer, wave, item, before, differences)


def _kept(
    ports: Ports,
    writer: Writer,
    wave: WaveItem,
    item: DiffItem,
    before: DiffItem | None,
    differences: list[Difference],
) -> DiffItem:
    """Evidence first, then the item, then the audit trail; a wave that is compared again alike leaves all as it is."""
    if before and msgspec.structs.replace(before, report=item.report) == item:
        return before
    name = f"diff-{wave.phase}-{item.number}.json"
    facts = {key: value for key, value in msgspec.to_builtins(item).items() if key not in ("unexpected", "report")}
    where = ports.evidence.keep(f"{writer.run}/{name}", document(differences, run=writer.run, **facts))
    item = msgspec.structs.replace(item, report=where)
    ports.table.write(writer, wave.key, item)
    detail = {"phase": wave.phase, "hash": item.hash, "unexpected": item.unexpected, "verdict": item.verdict}
    ports.table.log(writer.run, Event(at=ports.now, what="compared", detail={**detail, "report": where}))
    return item


def _question(ports: Ports, run: str, wave: WaveItem, differences: list[Difference], plan: Plan) -> str:
    moved = ports.table.read(run, "PIN", PinItem)
    revision, was = (moved.revision, moved.was) if moved else (plan.revision, "")
    return question(wave.applications, plan.green.name, revision, was, differences)


def _needs_approval(ports: Ports, unexpected: int) -> bool:
    policy = ports.environment.approvals.sync
    return policy == "always" or (policy == "unexpected-only" and unexpected > 0)


def _is_approved(ports: Ports, run: str, item: DiffItem, before: DiffItem | None) -> bool:
    """Whether a person said yes to exactly this; the last yes may be about a later wave, so the item remembers too."""
    approved = ports.table.read(run, "APPROVED#sync", ApprovedItem)
    if approved is not None and approved.plan_hash == item.hash:
        return True
    return before is not None and before.verdict == "approved" and before.hash == item.hash


def _next_number(ports: Ports, run: str, phase: str) -> int:
    return 1 + max((one.number for one in ports.table.read_all(run, f"DIFF#{phase}#", DiffItem)), default=0)
