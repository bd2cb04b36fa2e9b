"""Whether an application is wholly on a healthy green, which soak and decommission rely on."""

from norikae.errors import GateFailedError, RefusedError
from norikae.gates.reading import green_health
from norikae.gates.target_health import target_health
from norikae.gates.verdict import Outcome
from norikae.ports import Ports
from norikae.traffic.moving import Moving
from norikae.traffic.weights import WHOLE, green_weight, weights_of
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import enter


def arrived(ports: Ports, writer: Writer, application: str) -> float:
    """When the application was seen at 100 on green; refuses when it is not there (any more) or not healthy."""
    moving = Moving.read(ports, writer, application)
    weight = green_weight(weights_of(moving.records()), moving.blue_set, moving.green_set)
    if moving.item.outcome != "moved" or weight != WHOLE or moving.item.verified_at is None:
        enter(ports, writer, "shift-applications")  # so that a resume moves what has not moved, before it soaks again
        raise RefusedError(
            f"{application} has {weight} of {WHOLE} on green ({moving.item.outcome}); both clusters are kept: "
            "move it (resume) or abort"
        )
    verdict = target_health(green_health(moving), ports.environment.shift.thresholds.target_health)
    if verdict.outcome is not Outcome.PASS:
        raise RefusedError(f"{application} is not healthy on green: {verdict.reason}; repair it, then resume, or abort")
    return moving.item.verified_at


def unsettled(ports: Ports, writer: Writer, application: str, begin: float) -> str:
    """Why the background gates do not pass an application yet; empty when they do.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        begin: from when they count, in seconds since the epoch.

    Raises:
        GateFailedError: one of them fails.
        RefusedError: one of them cannot be read for too long.
    """
    if not ports.environment.shift.background:
        return ""
    from norikae.gates.judge import background_verdict  # noqa: PLC0415 - the decommission needs no gates

    verdict = background_verdict(Moving.read(ports, writer, application), begin)
    said = f"background gate {verdict.gate}: {verdict.reason}"
    if verdict.outcome is Outcome.FAIL:
        raise GateFailedError(f"{application} fails in the soak, {said}; repair it on green, then resume, or abort")
    if verdict.outcome is Outcome.ERROR:
        raise RefusedError(f"{application} cannot be judged in the soak, {said}; let norikae read it, then resume")
    return "" if verdict.outcome is Outcome.PASS else f"{application}: {said}"
