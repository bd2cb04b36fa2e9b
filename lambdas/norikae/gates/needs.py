"""What a gate needs before it can say anything; a plan that names one without it is refused before anything begins."""

from collections.abc import Iterable

from norikae.environment import Thresholds


def unmet_need(gates: Iterable[str], thresholds: Thresholds, *, sources: Iterable[str]) -> str:
    """Why one of an application's gates could never pass, with the remedy; empty when all of them can.

    Args:
        gates: kinds of gates.
        thresholds: of the environment.
        sources: the Argo CD applications that own the application's Ingresses.
    """
    wanted = set(gates)
    if "cloudwatch-alarm" in wanted and not thresholds.cloudwatch_alarm.alarms:
        return "gate cloudwatch-alarm judges by no alarm; name some in shift.thresholds.cloudwatch_alarm.alarms"
    if "cloudwatch-query" in wanted and not thresholds.cloudwatch_query.queries:
        return "gate cloudwatch-query judges by no query; write some in shift.thresholds.cloudwatch_query.queries"
    if "argocd-health" in wanted and not tuple(sources):
        return "gate argocd-health judges by no Argo CD application, because none owns its Ingresses; name another gate"
    return ""
