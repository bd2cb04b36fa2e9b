"""May the names that an external-dns of blue owns be taken from it, and would it leave them alone until they go back?

Green's copy cannot be seen yet: it is looked at before the first weight (``norikae/traffic/learn.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.ownership.registry import EXTERNAL_DNS
from norikae.ownership.survey import WEIGHTS, Place, mark_names, survey
from norikae.preflight.finding import Finding
from norikae.traffic.records import TRAFFIC_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.ownership.claim import Claim
    from norikae.preflight.ground import Ground
    from norikae.traffic.applications import Application

NAME = "leased-names"


def check(ground: Ground) -> Iterator[Finding]:
    """Every such application has one weighted record set on blue, owned by an external-dns that asks for just that."""
    for application in ground.applications:
        owner = ground.owners[application.name]
        if owner != "controller":
            yield from _of_application(ground, application, owner)


def _of_application(ground: Ground, application: Application, owner: str) -> Iterator[Finding]:
    balancers = {host: one.load_balancer for one in application.ingresses for host in one.hosts}
    place = Place(ground.blue_name, balancers, ground.external_dns)
    names = sorted({*application.hosts, *mark_names(application.hosts, [place])})
    records = ground.names.records(names, (*TRAFFIC_TYPES, "CNAME", "TXT"))
    found = survey(application.hosts, records, [place], ground.environment.environment)
    for obstacle in found.obstacles:
        yield Finding(NAME, "blocker", application.name, obstacle.text, obstacle.remedy)
    if not found.obstacles:
        yield from _of_wishes(ground, application, found.sets[ground.blue_name])
        text = f"external-dns owns its names (set identifier {found.sets[ground.blue_name]}); it moves as {owner}"
        yield Finding(NAME, "note", application.name, text, _afterwards(owner))


def _afterwards(owner: str) -> str:
    if owner == "lease":
        return "once it has moved, commit aws-weight 100 for green and 0 for blue, and norikae gives the names back"
    return ""


def _of_wishes(ground: Ground, application: Application, identifier: str) -> Iterator[Finding]:
    """What external-dns would do once it owns the names again must be what is in Route 53 now."""
    wishes = {host: _claims(ground, host) for host in application.hosts}
    for host, found in wishes.items():
        if not found:
            yield Finding(
                NAME,
                "blocker",
                host,
                f"{EXTERNAL_DNS} owns its record set {identifier}, but no object of blue asks for it",
                "annotate its Ingress again, or let norikae own the name (norikae.dev/owner: controller)",
            )
        for claim in found:
            if claim.identifier != identifier:
                wanted = f"the record set {claim.identifier}" if claim.identifier else "a simple record"
                text = f"{claim.resource} asks for {wanted}, while Route 53 has the record set {identifier}"
                yield Finding(NAME, "blocker", host, text, f"give it set-identifier {identifier} {WEIGHTS}")


def _claims(ground: Ground, host: str) -> list[Claim]:
    zone = ground.environment.dns.zones[0]
    return [
        claim
        for instance in ground.external_dns
        if instance.may_write(zone)
        for claim in ground.asked.by_any(instance, [host])
    ]
