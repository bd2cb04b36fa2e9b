"""One look during a bake: flags and gates are read, one pure decision follows, and it is written down."""

from typing import Any

from norikae.errors import TransientError
from norikae.gates.decision import Decision, Look, decide
from norikae.gates.http_5xx import http_5xx
from norikae.gates.target_health import target_health
from norikae.gates.verdict import Outcome, Verdict, worst
from norikae.ports import Ports
from norikae.traffic.history import BAKES_ANEW
from norikae.traffic.hotfix import hotfix, synced_on_green
from norikae.traffic.moving import Moving
from norikae.traffic.ports import TargetGroupHealth
from norikae.upgrade.identity import Writer

Answer = dict[str, Any]
HOTFIX = "hotfix"
COMMANDS = {"hold": "pause", "roll-back-all": "abort"}
"""What the state machine says to the run when a gate has failed, by ``shift.on_failure``."""


def judge_gates(ports: Ports, writer: Writer, application: str, weight: int) -> Answer:
    """What the shift does next, decided from flags, gates and the time that the weight has been in force.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        weight: green's share that bakes.
    """
    moving = Moving.read(ports, writer, application)
    flags = moving.flags()
    since = moving.item.verified_at or ports.now
    verdicts = gate_verdicts(moving, since)
    held = flags.paused
    if not (flags.aborted or held or worst(verdicts).outcome is Outcome.FAIL):
        # Only now is Kubernetes asked: the way back never waits for it.
        fresh = _since_last_sync(moving)
        if isinstance(fresh, Decision):
            return _answer(moving, fresh, weight)
        verdicts = (*verdicts, *fresh)
    decision = decide(
        Look(
            aborted=flags.aborted,
            held=held,
            bake_left_seconds=since + _bake_seconds(moving) - ports.now,
            verdicts=verdicts,
            inconclusive=moving.item.inconclusive,
            inconclusive_limit=ports.environment.shift.thresholds.inconclusive_limit,
            next_weight=moving.next_weight(weight),
        )
    )
    _write_down(moving, decision)
    command = COMMANDS.get(ports.environment.shift.on_failure)
    if decision.next == "roll-back" and command and not flags.aborted:
        return {**_answer(moving, decision, weight), "next": "stop-run", "command": command}
    return _answer(moving, decision, weight)


def _answer(moving: Moving, decision: Decision, weight: int) -> Answer:
    following = moving.next_weight(weight) if decision.next == "step" else weight
    return {"next": decision.next, "weight": following, "waiting_for": decision.reason}


def _since_last_sync(moving: Moving) -> Decision | tuple[Verdict, ...]:
    """The decision to bake once more when green was synced since the weight was written; otherwise nothing.

    When Argo CD's applications cannot be read nothing passes, and nothing fails.
    """
    try:
        revisions = synced_on_green(moving)
    except TransientError as error:
        return (Verdict(HOTFIX, Outcome.INCONCLUSIVE, f"what green is synced to cannot be read: {error}"),)
    changes = hotfix(moving.item.revisions, revisions)
    if not changes:
        return ()
    again = moving.item.rebaked + 1
    if again > BAKES_ANEW:
        reason = f"green was synced once more during the shift ({changes}); resume when the deployments are over"
        decision = Decision("hold", reason)
        _write_down(moving, decision)
        return decision
    decision = Decision("bake", f"{changes} was synced on green; the step bakes once more")
    moving.save(verified_at=moving.ports.now, revisions=revisions, rebaked=again, inconclusive=0)
    moving.note("baked-again", synced=changes)
    return decision


def gate_verdicts(moving: Moving, since: float) -> tuple[Verdict, ...]:
    """The verdicts of all gates that the plan names for the application.

    Args:
        moving: the application.
        since: when its weight came into force, in seconds since the epoch.
    """
    thresholds, now = moving.ports.environment.shift.thresholds, moving.ports.now
    groups = green_health(moving)
    verdicts: list[Verdict] = []
    if "target-health" in moving.planned.gates:
        verdicts.append(target_health(groups, thresholds.target_health))
    if "http-5xx" in moving.planned.gates:
        start = max(since, now - thresholds.http_5xx.window)
        answers = moving.ports.metrics.answers(groups, start=start, end=now)
        verdicts.append(http_5xx(answers, thresholds.http_5xx))
    return tuple(verdicts)


def green_health(moving: Moving) -> tuple[TargetGroupHealth, ...]:
    """The target groups of the application behind the load balancers that green's records point at."""
    return tuple(
        group
        for served in moving.item.green
        for group in moving.ports.load_balancers.health(served.load_balancer, served.resources)
    )


def _bake_seconds(moving: Moving) -> int:
    # A resolver may answer from its cache for one TTL after the change; a shorter bake would judge the old weight.
    return max(moving.planned.bake_seconds, moving.ports.environment.dns.answer_ttl)


def _write_down(moving: Moving, decision: Decision) -> None:
    outcome = "moved" if decision.next == "finish" else moving.item.outcome
    changed = (outcome, decision.inconclusive) != (moving.item.outcome, moving.item.inconclusive)
    if changed or decision.next != "bake":
        moving.save(outcome=outcome, inconclusive=decision.inconclusive, reason=decision.reason)
        moving.note("judged", next=decision.next, reason=decision.reason)
