"""Gate ``target-health``: green's load balancers have healthy targets, and hardly any that are not."""

from collections.abc import Sequence

from norikae.environment import TargetHealthGate
from norikae.gates.verdict import Outcome, Verdict
from norikae.traffic.ports import TargetGroupHealth

GATE = "target-health"


def target_health(groups: Sequence[TargetGroupHealth], threshold: TargetHealthGate) -> Verdict:
    """Pass when every target group meets the thresholds; without a target group nothing can be said.

    Args:
        groups: the target groups of one application on green.
        threshold: what counts as unhealthy.
    """
    if not groups:
        return Verdict(GATE, Outcome.INCONCLUSIVE, "green has no target group for the application")
    critical = not any(group.healthy for group in groups)
    for group in groups:
        if group.healthy < threshold.min_healthy:
            text = f"{group.target_group}: {group.healthy} healthy targets, {threshold.min_healthy} needed"
            return Verdict(GATE, Outcome.FAIL, text, critical)
        unhealthy = 100 * (group.total - group.healthy) / group.total
        if unhealthy > threshold.max_unhealthy_percent:
            text = f"{group.target_group}: {unhealthy:.0f} % of {group.total} targets are not healthy"
            return Verdict(GATE, Outcome.FAIL, f"{text}, {threshold.max_unhealthy_percent:.0f} % allowed")
    return Verdict(GATE, Outcome.PASS, f"all targets of {len(groups)} groups are healthy")
