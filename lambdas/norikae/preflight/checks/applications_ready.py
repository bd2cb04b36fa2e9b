"""Does blue run what Git says? Green is built from the same commit, so what is broken on blue would be broken twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.applications import children, descendants
from norikae.argocd.ready import Expected, readiness
from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.preflight.ground import Ground

NAME = "applications-ready"
PROGRESSING = "is Progressing"
"""The health of what has fewer ready pods than it wants (Argo CD docs, "Resource Health")."""


def check(ground: Ground) -> Iterator[Finding]:
    """Every Argo CD application on blue is synced and healthy, by whoever's sync."""
    argocd = ground.environment.argocd
    apps = ground.argocd_applications
    for name in (ground.home.root, *descendants(apps, ground.home.root)):
        subject = f"application {argocd.namespace}/{name}"
        app = apps.get(name)
        if app is None:
            yield Finding(NAME, "blocker", subject, "it does not exist on blue", "create or sync it on blue first")
            continue
        for condition in app.get("status", {}).get("conditions") or []:
            if condition.get("type") == "SharedResourceWarning":
                text, remedy = condition.get("message", ""), "let one application only own the resource"
                yield Finding(NAME, "blocker", subject, f"on blue, it shares a resource: {text}", remedy)
        expected = Expected(now=ground.now, is_parent=bool(children(app)), suspended=ground.suspended)
        judged = readiness(app, expected)
        for reason in judged.reasons:
            if ground.disturbed and PROGRESSING in reason:  # its pods move to other nodes; an interruption fails no run
                yield Finding(NAME, "warning", subject, f"on blue, {reason}", "none: nodes of blue are being drained")
                continue
            yield Finding(NAME, "blocker", subject, f"on blue, {reason}", "make it synced and healthy on blue first")
