"""Adopting the cluster that serves today, and letting go of it again: one look and one move at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from norikae.cluster.adopt import (
    BLUE_GROUPS,
    HUB_GROUPS,
    Doorway,
    Guest,
    adoptable,
    ensure_guest,
    ensure_no_guest,
    step_out,
    tags_of_blue,
)
from norikae.cluster.rbac import for_namespace, shipped
from norikae.errors import PermanentError, RefusedError
from norikae.notify.tell import tell
from norikae.ownership.detect import marks_beside, owners
from norikae.ownership.registry import owner_names
from norikae.ports import Ports
from norikae.traffic.applications import Application, find_applications
from norikae.traffic.conversion import batch_as_asked
from norikae.traffic.hand_back import wishes_of
from norikae.traffic.learn import place_of
from norikae.traffic.records import TRAFFIC_TYPES, Change, RecordSet
from norikae.traffic.takeover import give_back, names_of, take_over
from norikae.upgrade.adopted import Admission, AdoptionItem
from norikae.upgrade.errand import is_over, read_request, take_environment
from norikae.upgrade.identity import Writer
from norikae.upgrade.ports import read_clusters
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import ClustersItem, Event

Answer = dict[str, Any]

DEADLINE_SECONDS = 1800
"""Access takes seconds to take effect; what is not there after half an hour will not come by itself."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The input of an execution of the machine ``adopt``.

    Args:
        cluster: by default the one that the environment file names.
        undo: let go of it instead.
        by: who asks, for the audit trail.
        reason: why.
    """

    cluster: str = ""
    undo: bool = False
    by: str = ""
    reason: str = ""


def adopt_cluster(ports: Ports, request: Mapping[str, Any], execution: str, started_at: str) -> Answer:
    """The next move of an adoption: ``done``, ``wait`` or ``refused``; then its reason is in the table and was told.

    Args:
        ports: the world.
        request: the execution's input.
        execution: its ARN.
        started_at: when it was started, as Step Functions writes instants (RFC 3339).
    """
    wanted = read_request(request, Request)
    name = wanted.cluster or ports.environment.clusters.adopt
    writer = take_environment(ports, execution)
    try:
        progress = (_let_go if wanted.undo else _adopt)(ports, writer, name, execution)
    except PermanentError as error:
        return _refuse(ports, writer, wanted, name, execution, str(error))
    if progress.ready:
        return _finish(ports, writer, wanted, name, execution)
    if is_over(ports, started_at, DEADLINE_SECONDS):
        reason = f"{DEADLINE_SECONDS} s have passed: {progress.waiting_for}"
        return _refuse(ports, writer, wanted, name, execution, reason)
    return progress.answer()


def _adopt(ports: Ports, writer: Writer, name: str, execution: str) -> Progress:
    if name != ports.environment.clusters.adopt:
        raise RefusedError(f"{name} is not clusters.adopt of the environment file; name it there and deploy first")
    blue = adoptable(ports.eks, ports.environment, name)
    door, item = _doorway(ports), _item(ports, name, execution)
    for guest in _guests(ports, name, execution):
        admission = _admission(item, guest.cluster)
        if admission is None:
            before = {entry.principal: tuple(sorted(entry.groups)) for entry in ports.eks.access_entries(guest.cluster)}
            admission = Admission(cluster=guest.cluster, before=before)
            item = _keep(ports, writer, item, admission)
        if admission.inside:
            continue
        is_blue = guest.cluster == name
        cluster = blue if is_blue else adoptable(ports.eks, ports.environment, guest.cluster, shared=True)
        progress = ensure_guest(door, guest, cluster)
        if not progress.ready:
            return progress
        item = _keep(ports, writer, item, msgspec.structs.replace(admission, inside=True))
    if not item.taken:
        item = _take_records_over(ports, writer, item)
        ports.eks.tag(blue.arn, tags_of_blue(ports.environment))
        known = read_clusters(ports.table, name)
        ports.table.write_environment(writer, "CLUSTERS", msgspec.structs.replace(known, blue=name))
        ports.table.write_environment(writer, "ADOPTION", msgspec.structs.replace(item, taken=True))
    for guest in _guests(ports, name, execution):
        step_out(ports.eks, guest)
    return Progress.done()


def _let_go(ports: Ports, writer: Writer, name: str, execution: str) -> Progress:
    item = _adopted(ports, name, execution)
    if item.execution != execution:  # the first look of this execution: nobody has been let out yet
        out = tuple(msgspec.structs.replace(one, inside=True) for one in item.admissions)
        item = msgspec.structs.replace(item, execution=execution, admissions=out)
    originals = [RecordSet(raw) for raw in item.records]
    if originals:
        records = ports.dns.records(sorted({one.name for one in originals}))
        if changes := give_back(records, originals, name):
            ports.dns.change(changes, f"norikae unadopt {name}")
    for guest in _guests(ports, name, execution):
        admission = _admission(item, guest.cluster)
        if admission is None or not admission.inside:
            continue
        progress = ensure_no_guest(_doorway(ports), guest, admission.before)
        if not progress.ready:
            return progress
        item = _keep(ports, writer, item, msgspec.structs.replace(admission, inside=False))
    blue = ports.eks.cluster(name)
    if blue is not None:
        ports.eks.untag(blue.arn, tuple(tags_of_blue(ports.environment)))
    ports.table.write_environment(writer, "CLUSTERS", ClustersItem(blue=""))
    return Progress.done()


def _adopted(ports: Ports, name: str, execution: str) -> AdoptionItem:
    """What adopting changed, of a cluster that serves and beside which nothing is built."""
    item = ports.table.environment("ADOPTION", AdoptionItem)
    is_adopted = item is not None and item.cluster == name and item.admissions
    if item is None or not is_adopted or (item.outcome == "undone" and item.execution != execution):
        raise RefusedError(f"{name} has not been adopted; there is nothing to undo")
    clusters = ports.table.environment("CLUSTERS", ClustersItem) or ClustersItem(blue="")
    if clusters.blue not in ("", name):
        raise RefusedError(f"{clusters.blue} serves by the record, not {name}; only what serves can be let go of")
    if clusters.green:
        raise RefusedError(f"{clusters.green} of run {clusters.run} is still there; `clean-green` removes it")
    return item


def _take_records_over(ports: Ports, writer: Writer, item: AdoptionItem) -> AdoptionItem:
    """One batch; the originals are in the table before it is sent."""
    applications = find_applications(ports.kubernetes(item.cluster).list("ingresses.networking.k8s.io"))
    records = ports.dns.records(names_of(applications), (*TRAFFIC_TYPES, "CNAME", "TXT"))
    marks = marks_beside(sorted({host for one in applications for host in one.hosts}), records, ())
    owned_by = owners(applications, ports.environment.dns.owner, marks)
    taken = take_over([one for one in applications if owned_by[one.name] == "controller"], records, item.cluster)
    kept = {(raw["Name"], raw["Type"], raw.get("SetIdentifier")) for raw in item.records}
    deleted = [dict(change.record.raw) for change in taken.changes if change.action == "DELETE"]
    new = [raw for raw in deleted if (raw["Name"], raw["Type"], raw.get("SetIdentifier")) not in kept]
    changed = msgspec.structs.replace(item, records=(*item.records, *new), notes=taken.notes)
    ports.table.write_environment(writer, "ADOPTION", changed)
    leased = [one for one in applications if owned_by[one.name] == "lease"]
    if changes := (*taken.changes, *_as_asked(ports, item.cluster, leased)):
        ports.dns.change(changes, f"norikae adopt {item.cluster}")
    return changed


def _as_asked(ports: Ports, cluster: str, applications: Sequence[Application]) -> Iterator[Change]:
    """Simple record sets of the cluster's external-dns become weighted where its Ingresses already ask for that.

    It stays their owner, and letting go of the cluster changes nothing of it: it is what external-dns is told.
    """
    if not applications:
        return
    instances = place_of(ports, cluster).instances
    hosts = sorted({host for one in applications for host in one.hosts})
    twins = {name for host in hosts for name in owner_names(host, [one.affixes for one in instances])}
    records = ports.dns.records(sorted({*hosts, *twins}), (*TRAFFIC_TYPES, "CNAME", "TXT"))
    wishes = wishes_of(ports, cluster, hosts)
    for application in applications:
        for ingress in application.ingresses:
            for host in ingress.hosts:
                yield from batch_as_asked(
                    host, records, balancer=ingress.load_balancer, claims=wishes[host], instances=instances
                )


def _guests(ports: Ports, name: str, execution: str) -> Iterator[Guest]:
    """The cluster that is adopted, and the one of a central Argo CD."""
    access, own_role = ports.settings.access, ports.settings.need("role")
    yield Guest(name, BLUE_GROUPS, access, own_role, execution)
    if ports.environment.argocd.hub is not None:
        yield Guest(ports.environment.argocd.hub.cluster, HUB_GROUPS, access, own_role, execution)


def _doorway(ports: Ports) -> Doorway:
    rbac = for_namespace(shipped(ports), ports.environment.argocd.namespace)
    return Doorway(ports.eks, ports.compute, ports.kubernetes, ports.environment, rbac)


def _item(ports: Ports, name: str, execution: str) -> AdoptionItem:
    """The item of this execution; what an earlier adoption found is kept, so that undoing it stays whole."""
    found = ports.table.environment("ADOPTION", AdoptionItem)
    if found is None or found.cluster != name or found.outcome == "undone":
        return AdoptionItem(cluster=name, execution=execution)
    if found.execution == execution:
        return found
    again = tuple(msgspec.structs.replace(one, inside=False) for one in found.admissions)
    return msgspec.structs.replace(found, execution=execution, admissions=again, taken=False, outcome="", reason="")


def _admission(item: AdoptionItem, cluster: str) -> Admission | None:
    return next((one for one in item.admissions if one.cluster == cluster), None)


def _keep(ports: Ports, writer: Writer, item: AdoptionItem, admission: Admission) -> AdoptionItem:
    others = tuple(one for one in item.admissions if one.cluster != admission.cluster)
    changed = msgspec.structs.replace(item, admissions=(*others, admission))
    ports.table.write_environment(writer, "ADOPTION", changed)
    return changed


def _refuse(ports: Ports, writer: Writer, wanted: Request, name: str, execution: str, reason: str) -> Answer:
    """Nobody is admin any more, the reason is with the adoption that it is about and was told, the lease is free."""
    item = _refused(ports, wanted, name, execution)
    if item is not None:
        for guest in _guests(ports, name, execution) if item.admissions else ():
            if ports.eks.cluster(guest.cluster) is not None:
                step_out(ports.eks, guest)
        refused = msgspec.structs.replace(item, outcome="refused", reason=reason)
        ports.table.write_environment(writer, "ADOPTION", refused)
    what = "not let go of" if wanted.undo else "not adopted"
    tell(ports, "adoption-refused", f"{name} is {what}", severity="action", cluster=name, reason=reason)
    ports.table.release("", execution)
    return {"next": "refused", "waiting_for": reason}


def _refused(ports: Ports, wanted: Request, name: str, execution: str) -> AdoptionItem | None:
    """The adoption that a refusal is about; None when it is about none, so that what is there stays as it is."""
    item = ports.table.environment("ADOPTION", AdoptionItem)
    if item is None or item.outcome == "undone":
        return None if wanted.undo else AdoptionItem(cluster=name, execution=execution)
    return item if item.cluster == name else None


def _finish(ports: Ports, writer: Writer, wanted: Request, name: str, execution: str) -> Answer:
    outcome = "undone" if wanted.undo else "adopted"
    item = ports.table.environment("ADOPTION", AdoptionItem) or AdoptionItem(cluster=name, execution=execution)
    ended = msgspec.structs.replace(item, execution=execution, outcome=outcome, reason="")
    ports.table.write_environment(writer, "ADOPTION", ended)
    detail = {"cluster": name, "notes": list(item.notes), "reason": wanted.reason}
    ports.table.log(writer.run, Event(at=ports.now, what=outcome, by=wanted.by, detail=detail))
    tell(ports, f"cluster-{outcome}", f"{name} is {outcome}", cluster=name, notes=list(item.notes))
    ports.table.release("", execution)
    return {"next": "done", "waiting_for": "", "notes": list(item.notes)}
