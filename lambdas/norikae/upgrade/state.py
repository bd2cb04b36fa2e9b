"""What the table keeps of a run, item by item."""

from typing import Any, Literal

import msgspec

from norikae.gates.counts import Counts
from norikae.upgrade.plan import Plan, PlannedSingleton

Outcome = Literal["", "succeeded", "planned", "partial", "refused", "rolled-back", "held", "failed"]
AppOutcome = Literal["waiting", "shifting", "moved", "rolled-back", "held", "failed", "rollback-failed"]


class PlanItem(msgspec.Struct, frozen=True):
    """``PLAN``: the plan and its hash."""

    plan: Plan
    hash: str


class PhaseSpan(msgspec.Struct, frozen=True):
    """One phase that the run was in, with the instants in seconds since the epoch."""

    name: str
    since: float
    until: float | None = None


class PhaseItem(msgspec.Struct, frozen=True, kw_only=True):
    """``PHASE``: where the run is and what it waits for.

    Args:
        phase: the state of the machine, in kebab case.
        waiting_for: in words.
        spans: the phases so far.
        outcome: how the run ended; empty while it lives.
        turn: how often the applications were handed to the shift machine.
        point_of_no_return: decommission has begun; from here on nothing raises blue's weight.
    """

    phase: str
    waiting_for: str = ""
    spans: tuple[PhaseSpan, ...] = ()
    outcome: Outcome = ""
    turn: int = 0
    point_of_no_return: bool = False


class SkippedGate(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that counts as passed.

    Args:
        application: whose.
        gate: its kind.
        lease: the fencing token of the application's lease in the one shift for which it counts.
        by: who said so.
        reason: why.
    """

    application: str
    gate: str
    lease: int
    by: str = ""
    reason: str = ""


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """``FLAGS``: what operators asked for; written by commands only.

    Args:
        paused: the run stays where it is.
        aborted: the whole run goes back to blue.
        held: applications that keep their weight.
        sent_back: applications that go back to blue.
        skipped: gates that do not judge.
        by: who said the last of it.
        reason: why.
    """

    paused: bool = False
    aborted: bool = False
    held: tuple[str, ...] = ()
    sent_back: tuple[str, ...] = ()
    skipped: tuple[SkippedGate, ...] = ()
    by: str = ""
    reason: str = ""


class ServedBy(msgspec.Struct, frozen=True):
    """A load balancer's DNS name, the resources (``<namespace>/<ingress>-<service>``) and public names served there."""

    load_balancer: str
    resources: tuple[str, ...]
    hosts: tuple[str, ...] = ()


class AppItem(msgspec.Struct, frozen=True, kw_only=True):
    """``APP#<app>``: how far one application is.

    Args:
        application: its name.
        outcome: where it stands.
        weight: green's weight that was last verified in Route 53.
        intended: green's weight that was last written or is about to be.
        overtaken: green's weight that was to be written when another was written down instead: a function that was
            stopped in between may still ask for it, so it is ours, too.
        written: set identifier to weight, as Route 53 was last seen to have them from us; a record that says neither
            this nor what is intended is somebody else's.
        change: the intent or Route 53's id of the last change, "" while its answer is not known.
        changed_at: when that change was made, in seconds since the epoch.
        green: where green serves the application, read when the weight was written.
        verified_at: when ``weight`` was seen in force, in seconds since the epoch; the bake counts from here.
        inconclusive: looks after the bake that were inconclusive.
        snapshot: the record sets before the first change, whole, to restore them.
        steps: instants and weights that were in force, for the report.
        revisions: what each Argo CD application of it on green was synced to when the weight was written.
        rebaked: how often a step of this shift baked once more because green was synced meanwhile.
        reason: why it stands there.
        gates: the measurements of each gate whose limits need them; a gate's kind to its counts.
        critical: the last decision sends it back because green hardly answers at all.
        blue_is_gone: the decommission has removed blue's record sets, and name servers answer without them.
        blue: where blue served the application before the first weight.
        targets: healthy targets of each of its target groups on blue before the first weight.
        backwards: the last weight was written on the way back to blue.
        critical: the gate that failed said that green hardly answers, so the way back makes no stops.
        short_since: since when the way back waits for blue to scale up, in seconds since the epoch.
        asked_at: since when its team is asked to let it move, in seconds since the epoch.
        reminders: how often the team was asked.
        sets: cluster to the set identifier of its record sets, where that is not the cluster's name.
        marks: the names of the TXT records that say who owns the record sets, where an external-dns does.
        reverts_after: seconds after which every external-dns has undone what it undoes; a bake lasts as long.
        read_at: when the records were read last in this bake, in seconds since the epoch.
        seen_at: when Route 53 first had what external-dns was told, in seconds since the epoch.
        given_back: its leased names were seen to be their external-dns's again, since they were last taken.
        safe: green's weight that last passed a bake; whoever contests the records, it is restored once.
        restored: it was restored, and no bake has passed since.
        locked: its names may be protected in Route 53 by us.
        unlocked: why they could not be, once that was noted.
        drains: looks of this shift that waited: too many of green's nodes were being drained, or a secret lagged.
    """

    application: str
    outcome: AppOutcome = "waiting"
    weight: int = 0
    intended: int = 0
    overtaken: int = 0
    written: dict[str, int] = {}
    change: str = ""
    changed_at: float = 0
    green: tuple[ServedBy, ...] = ()
    verified_at: float | None = None
    inconclusive: int = 0
    snapshot: tuple[dict[str, Any], ...] = ()
    steps: tuple[tuple[float, int], ...] = ()
    revisions: dict[str, str] = {}
    rebaked: int = 0
    reason: str = ""
    gates: dict[str, Counts] = {}
    critical: bool = False
    blue_is_gone: bool = False
    blue: tuple[ServedBy, ...] = ()
    targets: dict[str, int] = {}
    backwards: bool = False
    short_since: float | None = None
    asked_at: float | None = None
    reminders: int = 0
    sets: dict[str, str] = {}
    marks: tuple[str, ...] = ()
    reverts_after: int = 0
    read_at: float = 0
    seen_at: float | None = None
    given_back: bool = False
    safe: int = 0
    restored: bool = False
    locked: bool = False
    unlocked: str = ""
    drains: int = 0


class ReleasedItem(msgspec.Struct, frozen=True, kw_only=True):
    """``RELEASED#<app>``: its team lets an application move; written by the command ``shift`` only."""

    by: str
    at: float


class ApprovalItem(msgspec.Struct, frozen=True, kw_only=True):
    """``APPROVAL#<subject>``: what waits for a person; the task token never leaves the table.

    Args:
        subject: ``plan``, ``decommission``, ``hold`` or ``hold/<application>``.
        task_token: Step Functions' token.
        plan_hash: what an approval has to name.
        text: what the person is asked.
        phase: where the machine goes on after a hold.
        code: what a person types to answer it; it is made of the token, which it does not tell.
        expires: when the machine takes silence for a no, in seconds since the epoch; 0.0 for a question of no deadline.
    """

    subject: str
    task_token: str
    plan_hash: str
    text: str
    phase: str = ""
    code: str = ""
    expires: float = 0.0


class RequestedItem(msgspec.Struct, frozen=True, kw_only=True):
    """``REQUESTED``: who asked for a run by a command, written before it was started; one from the console has none.

    Args:
        by: as the audit trail calls them.
        person: their name in ``access.people``; "" when they did not prove to be one of these.
        door: by which they came.
        at: when, in seconds since the epoch.
        request: the input of the execution.
    """

    by: str
    person: str = ""
    door: str = ""
    at: float
    request: dict[str, Any] = {}


class AssentItem(msgspec.Struct, frozen=True, kw_only=True):
    """``ASSENT#<subject>``: the first yes, where two people have to say it.

    Args:
        code: of the question that was answered; it does not count for another one.
        person: who said it, by their name in ``access.people``.
        at: when, in seconds since the epoch.
        reason: why.
    """

    code: str
    person: str
    at: float
    reason: str = ""


class ApprovedItem(msgspec.Struct, frozen=True, kw_only=True):
    """``APPROVED#<subject>``: what a person has said yes to; a later attempt of the run does not ask for it again."""

    plan_hash: str
    by: str
    at: float


class SingletonItem(msgspec.Struct, frozen=True, kw_only=True):
    """``SINGLETON#<resource>/<namespace>/<name>``: where something runs that must not run in both clusters.

    Args:
        singleton: what it is, by its name on blue.
        place: where it runs, or whereto it is on its way; written before each move.
        size: what it had when it last ran: replicas, 1 for a CronJob; 0 when somebody else had suspended it.
        since: when its last move began, in seconds since the epoch.
    """

    singleton: PlannedSingleton
    place: Literal["blue", "to-green", "green", "to-blue"] = "blue"
    size: int = 1
    since: float = 0


class ClustersItem(msgspec.Struct, frozen=True, kw_only=True):
    """``CLUSTERS``: which cluster serves, which one is being built, and for which run."""

    blue: str
    green: str = ""
    run: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """``EVENT#<time>#<n>``: one line of the audit trail."""

    at: float
    what: str
    by: str = ""
    detail: dict[str, Any] = {}
