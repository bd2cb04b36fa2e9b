"""Whether an application is wholly on a healthy green, which soak and decommission rely on."""

from norikae.errors import RefusedError
from norikae.gates.judge import green_health
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
    weight = green_weight(weights_of(moving.records()), moving.blue, moving.green)
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
