"""Gate ``argocd-health``: the application's Argo CD applications on green are healthy, each resource of theirs too."""

from collections.abc import Mapping

from norikae.argocd.ready import Expected, unhealthy
from norikae.cluster.ports import Json
from norikae.gates.verdict import Outcome, Verdict

GATE = "argocd-health"
BROKEN = frozenset({"Degraded", "Missing"})
"""Health states that a rollout or a scale-up does not pass through (Argo CD docs, "Resource Health")."""


def argocd_health(apps: Mapping[str, Json | None], expected: Expected) -> Verdict:
    """Pass when all are healthy; fail when one is broken, and inconclusive while one is on its way or cannot tell.

    Args:
        apps: the Argo CD applications by name, None for one that is not there.
        expected: this instant, and what may be suspended.
    """
    if not apps:
        text = "no Argo CD application owns its Ingresses; take argocd-health out of norikae.dev/gates"
        return Verdict(GATE, Outcome.INCONCLUSIVE, text)
    gone = [name for name, app in apps.items() if app is None]
    reasons = {name: unhealthy(app, expected) for name, app in apps.items() if app is not None}
    texts = [f"{name} is not on green" for name in gone]
    texts += [f"{name}: {reason}" for name, found in reasons.items() for reason in found]
    if not texts:
        return Verdict(GATE, Outcome.PASS, f"{', '.join(apps)} healthy")
    broken = any(_states(app) & BROKEN for app in apps.values() if app is not None)
    return Verdict(GATE, Outcome.FAIL if broken else Outcome.INCONCLUSIVE, "; ".join(texts))


def _states(app: Json) -> set[str]:
    """The health states of an application and of its resources."""
    status = app.get("status") or {}
    resources = [one for one in status.get("resources") or [] if not one.get("hook")]
    return {str((one.get("health") or {}).get("status", "")) for one in (status, *resources)}
