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
from norikae.upgrade.plan import Plan


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


def still_leased(ports: Ports, writer: Writer, plan: Plan) -> list[str]:
    """The names that norikae leased and that are not their external-dns's again, each with why; one move for each.

    Raises:
        ForeignWriteError: somebody else wrote to their records.
    """
    names = [planned.name for planned in plan.applications() if planned.owner == "lease"]
    if not names:
        return []
    from norikae.traffic.hand_back import hand_back  # noqa: PLC0415 - names of norikae's own are not given back

    found = {name: hand_back(Moving.read(ports, writer, name)) for name in names}
    return [
        f"{name}: {f'Git has to say what Route 53 says: {given.git}' if given.git else 'its names go back now'}"
        for name, given in found.items()
        if not given.done
    ]


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
