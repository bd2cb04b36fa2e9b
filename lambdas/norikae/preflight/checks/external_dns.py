"""Would an external-dns of blue write what norikae writes, or does it own it already?

What it does then was executed with the real program: docs/world/external-dns.md has the situations. Green's copies come
from the same commit, so what fights on blue would fight twice; what differs between the clusters cannot be seen yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from norikae.ownership.claim import ANNOTATION_ONLY, titled, unread_prefix
from norikae.ownership.instances import find_instances
from norikae.ownership.registry import EXTERNAL_DNS, mark_of, owner_names
from norikae.ownership.routes import GATEWAYS, ROUTES
from norikae.ownership.settings import Judged, judge
from norikae.ownership.wants import DNS_ENDPOINTS, LOOKED_AT, claims
from norikae.preflight.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from norikae.cluster.ports import Json
    from norikae.ownership.claim import Claim
    from norikae.ownership.instances import Instance
    from norikae.ownership.registry import Mark
    from norikae.preflight.ground import Ground

NAME = "external-dns"
TEAMS = "(docs/application-teams.md, 'Two names for each Ingress')"
HAND_OVER = "(docs/console.md, 'Handing the public names over')"


class Objects(TypedDict):
    """What an external-dns looks at beside Ingresses."""

    services: list[Json]
    dns_endpoints: list[Json]
    routes: list[Json]
    gateways: list[Json]


def check(ground: Ground) -> Iterator[Finding]:
    """No external-dns claims a public name, owns one, or is set up so that two clusters delete each other's records."""
    hosts = tuple(sorted({host for application in ground.applications for host in application.hosts}))
    instances = find_instances(ground.kubernetes.list("deployments.apps"))
    marks = _marks(ground, hosts, instances)
    for instance in instances:
        if instance.unseen and _writes(ground, instance):
            remedy = "write its flags into args, with their values, then start the upgrade again"
            yield Finding(NAME, "unknown", str(instance), "; ".join(instance.unseen), remedy)
        touched = tuple(host for host in hosts if instance.domains.holds(host)) if _writes(ground, instance) else ()
        for judged in judge(instance, ground.blue_name, touched):
            yield _of_settings(instance, judged)
        if touched:
            yield from _unseen_wishes(instance, touched)
            yield from _wishes(ground, instance, touched, marks)
    read = {prefix for instance in instances for prefix in instance.annotation_prefixes}
    yield from _unread(ground, instances, read)
    for host, found in marks.items():
        yield _owned(host, found, [instance for instance in instances if instance.encrypted])


def _writes(ground: Ground, instance: Instance) -> bool:
    return instance.may_write(ground.environment.dns.zones[0])


def _of_settings(instance: Instance, judged: Judged) -> Finding:
    return Finding(NAME, judged.severity, str(instance), judged.text, judged.remedy)


def _marks(ground: Ground, hosts: Sequence[str], instances: Sequence[Instance]) -> dict[str, list[Mark]]:
    """The owners that are written beside the public names, but for norikae itself."""
    spellings = [instance.affixes for instance in instances]
    names = {host: owner_names(host, spellings) for host in hosts}
    records = ground.names.records(sorted({name for twins in names.values() for name in twins}), ("TXT",))
    marks = [mark for record in records if (mark := mark_of(record)) is not None and not mark.is_ours]
    # what is encrypted has a name of its own by type as well: encryption came after these (v0.13, v0.12)
    found = {
        host: [one for one in marks if one.record.name in twins and (one.is_readable or one.record.name != host)]
        for host, twins in names.items()
    }
    return {host: of_host for host, of_host in found.items() if of_host}


def _owned(host: str, marks: Sequence[Mark], encrypting: Sequence[Instance]) -> Finding:
    named = ", ".join(map(str, marks))
    batch = ", ".join(f"{mark.record.name} {mark.record.set_identifier}".strip() for mark in marks)
    remedy = f"delete in one batch, before any annotation changes: TXT {batch} {HAND_OVER}"
    if not any(mark.is_readable for mark in marks):
        text = f"{named} beside it may be an owner that only its key can read, so it counts as somebody else's"
        text += "".join(f"; {instance} encrypts its own" for instance in encrypting)
        return Finding(NAME, "unknown", host, text, remedy)
    text = f"it has an owner: {named}; that one writes its records back and deletes them"
    if not any(mark.heritage == EXTERNAL_DNS for mark in marks if mark.is_readable):
        remedy = f"find out what writes that, stop it, and {remedy}"
    return Finding(NAME, "blocker", host, text, remedy)


def _wishes(
    ground: Ground, instance: Instance, hosts: Sequence[str], marks: dict[str, list[Mark]]
) -> Iterator[Finding]:
    """What it would claim; with a version that cannot be told, what it may claim."""
    objects = _objects(ground, instance)
    for number, prefix in enumerate(instance.annotation_prefixes):
        for claim in claims(instance, prefix, hosts, ground.ingresses, **objects):
            if not claim.prefix and number:
                continue  # said already: it does not depend on annotations
            if claim.prefix and len(instance.annotation_prefixes) > 1:
                chosen = f"give its image a tag with the version, or annotate for --annotation-prefix={prefix} as well"
                text = f"{_would(instance, claim)}, if it reads {prefix}: its image does not tell the version"
                yield Finding(NAME, _severity(instance, "unknown"), claim.host, text, chosen)
                continue
            remedy = _remedy(instance, claim, is_mismatch=_is_mismatch(ground, instance, claim, objects))
            if claim.host in marks:
                remedy = f"first hand the name over {HAND_OVER}, then {remedy}"
            yield Finding(NAME, _severity(instance, "blocker"), claim.host, _would(instance, claim), remedy)


def _objects(ground: Ground, instance: Instance) -> Objects:
    """What it looks at beside Ingresses; a cluster that does not serve a kind has no object of it."""

    def listed(resource: str, source: str) -> list[Json]:
        return ground.kubernetes.list(resource) if source in instance.sources else []

    return {
        "services": listed("services", "service"),
        "dns_endpoints": listed(DNS_ENDPOINTS, "crd") if instance.reads_dns_endpoints else [],
        "routes": listed(ROUTES, "gateway-httproute"),
        "gateways": listed(GATEWAYS, "gateway-httproute"),
    }


def _severity(instance: Instance, severity: Severity) -> Severity:
    """A private zone of the same name is not the one that norikae shifts."""
    return "note" if instance.zone_type == "private" else severity


def _would(instance: Instance, claim: Claim) -> str:
    kind = f"weighted record {claim.identifier!r}" if claim.identifier else "simple record"
    where = " in private zones, which norikae does not shift" if instance.zone_type == "private" else ""
    why = []
    if claim.is_defined:
        but = f" and {claim.quieted_by} is not {ANNOTATION_ONLY}" if claim.quieted_by else ""
        why.append(f"its {claim.by} {'name' if claim.by.endswith('s') else 'names'} it{but}")
    if claim.annotation:
        why.append(f"its {claim.annotation} names it")
    if claim.unread:
        why.append(f"its annotations {claim.unread}… are not read")
    return f"{instance} wants a {kind} for it{where}: {claim.resource}: {', '.join(why)}"


def _is_mismatch(ground: Ground, instance: Instance, claim: Claim, objects: Objects) -> bool:
    """Whether the annotations that the object has already would do, were they read."""
    if not claim.unread or claim.annotation:
        return False
    otherwise = claims(instance, claim.unread, [claim.host], ground.ingresses, **objects)
    return not any(one.resource == claim.resource for one in otherwise)


def _remedy(instance: Instance, claim: Claim, *, is_mismatch: bool) -> str:
    if is_mismatch:
        return (
            f"write the annotations of {claim.resource} with {claim.prefix}, or start {instance}"
            f" with --annotation-prefix={claim.unread}"
        )
    if claim.is_defined and claim.prefix and not claim.quieted_by:
        return instance.domains.exclusion([claim.host])
    steps = []
    if claim.is_defined and claim.quieted_by:
        steps.append(f'annotate {claim.resource} with {claim.quieted_by}: "{ANNOTATION_ONLY}"')
    elif claim.is_defined:
        steps.append(f"take {claim.by} out of {claim.resource}, or let it name a name of the cluster")
    if claim.annotation:
        steps.append(f"let {claim.annotation} of {claim.resource} name a name of the cluster instead")
    return f"{' and '.join(steps)} {TEAMS}"


def _unseen_wishes(instance: Instance, hosts: Sequence[str]) -> Iterator[Finding]:
    known = LOOKED_AT if instance.reads_dns_endpoints else LOOKED_AT - {"crd"}
    unseen = [f"--source={source}" for source in instance.sources if source not in known]
    if instance.template:
        unseen.append("--fqdn-template")
    if unseen:
        text = f"what it wants by {', '.join(unseen)} is not looked at, and it may write the public names"
        yield Finding(NAME, _severity(instance, "unknown"), str(instance), text, instance.domains.exclusion(hosts))


def _unread(ground: Ground, instances: Sequence[Instance], read: set[str]) -> Iterator[Finding]:
    """Annotations for another version: whatever they ask for does not happen."""
    if not instances:
        return
    for ingress in ground.ingresses:
        prefix = unread_prefix(ingress, read)
        notes = ingress["metadata"].get("annotations") or {}
        if prefix and not any(key.startswith(tuple(read)) for key in notes):
            text = f"it has annotations {prefix}…, and every external-dns here reads {', '.join(sorted(read))}"
            remedy = f"write them with {min(read)}, or start external-dns with --annotation-prefix={prefix}"
            yield Finding(NAME, "warning", titled("Ingress", ingress), text, remedy)
