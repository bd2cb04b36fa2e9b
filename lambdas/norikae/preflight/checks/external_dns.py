"""Would an external-dns of blue write what norikae writes, or does it own it already?

What it does then was executed with the real program: docs/world/external-dns.md has the situations. Green's copies come
from the same commit, so what fights on blue would fight twice; what differs between the clusters cannot be seen yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.ownership.claim import ANNOTATION_ONLY, titled, unread_prefix
from norikae.ownership.registry import EXTERNAL_DNS
from norikae.ownership.settings import Judged, judge
from norikae.ownership.wants import LOOKED_AT
from norikae.preflight.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from norikae.ownership.claim import Claim
    from norikae.ownership.instances import Instance
    from norikae.ownership.registry import Mark
    from norikae.preflight.ground import Ground

NAME = "external-dns"
TEAMS = "(docs/application-teams.md, 'Two names for each Ingress')"
LEASE = "(norikae.dev/owner: lease; docs/ownership.md)"
HAND_OVER = "(docs/console.md, 'Handing the public names over')"


def check(ground: Ground) -> Iterator[Finding]:
    """No external-dns claims a public name, owns one, or is set up so that two clusters delete each other's records."""
    instances, marks = ground.external_dns, ground.marks
    hosts = ground.hosts("controller", "lease", "external-dns")
    ours = frozenset(ground.hosts("controller"))
    for instance in instances:
        if instance.unseen and _writes(ground, instance):
            remedy = "write its flags into args, with their values, then start the upgrade again"
            yield Finding(NAME, "unknown", str(instance), "; ".join(instance.unseen), remedy)
        touched = tuple(host for host in hosts if instance.domains.holds(host)) if _writes(ground, instance) else ()
        for judged in judge(instance, ground.blue_name, touched):
            yield _of_settings(instance, judged)
        mine = tuple(host for host in touched if host in ours)
        if mine:
            yield from _unseen_wishes(instance, mine)
            yield from _wishes(ground, instance, mine, marks)
    read = {prefix for instance in instances for prefix in instance.annotation_prefixes}
    yield from _unread(ground, instances, read)
    for host, found in marks.items():
        if host in ours:
            yield _owned(host, found, [instance for instance in instances if instance.encrypted])


def _writes(ground: Ground, instance: Instance) -> bool:
    return instance.may_write(ground.environment.dns.zones[0])


def _of_settings(instance: Instance, judged: Judged) -> Finding:
    return Finding(NAME, judged.severity, str(instance), judged.text, judged.remedy)


def _owned(host: str, marks: Sequence[Mark], encrypting: Sequence[Instance]) -> Finding:
    named = ", ".join(map(str, marks))
    batch = ", ".join(f"{mark.record.name} {mark.record.set_identifier}".strip() for mark in marks)
    hand_over = f"delete in one batch, before any annotation changes: TXT {batch} {HAND_OVER}"
    readable = [mark for mark in marks if mark.is_readable]
    if not readable:
        text = f"{named} beside it may be an owner that only its key can read, so it counts as somebody else's"
        text += "".join(f"; {instance} encrypts its own" for instance in encrypting)
        return Finding(NAME, "unknown", host, text, hand_over)
    text = f"it has an owner: {named}; that one writes its records back and deletes them"
    if not any(mark.heritage == EXTERNAL_DNS for mark in readable):
        return Finding(NAME, "blocker", host, text, f"find out what writes that, stop it, and {hand_over}")
    return Finding(NAME, "blocker", host, text, f"let norikae lease it {LEASE}, or {hand_over}")


def _wishes(
    ground: Ground, instance: Instance, hosts: Sequence[str], marks: dict[str, list[Mark]]
) -> Iterator[Finding]:
    """What it would claim; with a version that cannot be told, what it may claim."""
    for number, prefix in enumerate(instance.annotation_prefixes):
        for claim in ground.asked.by(instance, prefix, hosts):
            if not claim.prefix and number:
                continue  # said already: it does not depend on annotations
            if claim.prefix and len(instance.annotation_prefixes) > 1:
                chosen = f"give its image a tag with the version, or annotate for --annotation-prefix={prefix} as well"
                text = f"{_would(instance, claim)}, if it reads {prefix}: its image does not tell the version"
                yield Finding(NAME, _severity(instance, "unknown"), claim.host, text, chosen)
                continue
            remedy = _remedy(instance, claim, is_mismatch=_is_mismatch(ground, instance, claim))
            if claim.host in marks:
                remedy = f"first hand the name over {HAND_OVER}, then {remedy}"
            yield Finding(NAME, _severity(instance, "blocker"), claim.host, _would(instance, claim), remedy)


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


def _is_mismatch(ground: Ground, instance: Instance, claim: Claim) -> bool:
    """Whether the annotations that the object has already would do, were they read."""
    if not claim.unread or claim.annotation:
        return False
    otherwise = ground.asked.by(instance, claim.unread, [claim.host])
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
