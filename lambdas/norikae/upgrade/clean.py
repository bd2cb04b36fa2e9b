"""Removing green after a run that did not reach its end: one look and one move at a time."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from norikae.cluster.blue import ensure_gone, ensure_no_load_balancers
from norikae.cluster.names import ROLE_TAG
from norikae.cluster.site import Site
from norikae.drain.gone import forget_nodes
from norikae.errors import ForeignWriteError, PermanentError, RefusedError
from norikae.notify.tell import tell
from norikae.ports import Ports
from norikae.traffic.applications import reference
from norikae.traffic.leftovers import forget_left_behind, left_behind
from norikae.traffic.records import TRAFFIC_TYPES, Change
from norikae.upgrade.errand import is_over, read_request, take_environment
from norikae.upgrade.identity import Writer
from norikae.upgrade.no_return import is_passed
from norikae.upgrade.ports import read_clusters
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import ClustersItem, Event, PlanItem

Answer = dict[str, Any]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The input of an execution of the machine ``clean-green``.

    Args:
        cluster: by default green by the record.
        by: who asks, for the audit trail.
        reason: why.
    """

    cluster: str = ""
    by: str = ""
    reason: str = ""


def clean_green(ports: Ports, request: Mapping[str, Any], execution: str, started_at: str) -> Answer:
    """The next move towards no green: ``done``, ``wait`` or ``refused``; its end is in the audit trail and was told.

    Args:
        ports: the world.
        request: the execution's input.
        execution: its ARN.
        started_at: when it was started, as Step Functions writes instants (RFC 3339).

    Raises:
        BadRequestError: the request is wrong.
        LeaseHeldError: a run, or another errand, is going on.
    """
    wanted = read_request(request, Request)
    writer = take_environment(ports, execution)
    clusters = read_clusters(ports.table, ports.environment.clusters.adopt)
    name = wanted.cluster or clusters.green
    try:
        progress = _clean(ports, clusters, name)
    except PermanentError as error:
        return _refuse(ports, writer, wanted, name, execution, str(error))
    if progress.ready:
        return _finish(ports, writer, wanted, clusters, name, execution)
    deadline = ports.environment.clusters.delete_deadline
    if is_over(ports, started_at, deadline):
        return _refuse(ports, writer, wanted, name, execution, f"{deadline} s have passed: {progress.waiting_for}")
    return progress.answer()


def _clean(ports: Ports, clusters: ClustersItem, name: str) -> Progress:
    _refuse_blue(ports, clusters, name)
    _refuse_green_that_serves(ports, clusters, name)
    if left := _records_of(ports, clusters, name):
        ports.dns.change([Change("DELETE", record) for record in left], f"norikae clean-green {name}")
        return Progress.wait(f"Route 53 to forget {name}", ports.environment.dns.propagation_poll)
    site = Site.of(ports)
    if clusters.run and left_behind(ports, clusters.run, name):
        progress = _no_owned_records(ports, site, clusters.run, name)
        if not progress.ready:
            return progress
    progress = ensure_gone(site, ports.environment, name)
    if not progress.ready:
        return progress
    others = ports.compute.leftovers(name).others
    if others:
        return Progress.wait(f"{', '.join(others)} of {name} to be gone", ports.environment.clusters.poll)
    forget_nodes(ports, name)
    return Progress.done()


def _no_owned_records(ports: Ports, site: Site, run: str, name: str) -> Progress:
    """The Ingresses go first, or the external-dns of green would make its record sets anew."""
    progress = ensure_no_load_balancers(site, ports.environment, name)
    if progress.ready:
        with suppress(ForeignWriteError):  # its external-dns deletes them at this moment
            forget_left_behind(ports, run, name)
        return Progress.wait(f"Route 53 to forget {name}", ports.environment.dns.propagation_poll)
    return progress


def _refuse_blue(ports: Ports, clusters: ClustersItem, name: str) -> None:
    if not name:
        raise RefusedError("there is no green by the record; name the cluster that is to be removed")
    if name == clusters.blue:
        raise RefusedError(f"{name} is blue by the record: it serves; only green can be removed")
    found = ports.eks.cluster(name)
    if found is not None and found.tags.get(ROLE_TAG) == "blue":
        raise RefusedError(f"{name} is tagged {ROLE_TAG}=blue: it serves; only green can be removed")


def _refuse_green_that_serves(ports: Ports, clusters: ClustersItem, name: str) -> None:
    """Once blue is being taken apart, green is the one that serves, whatever the record still says."""
    if name == clusters.green and clusters.run and is_passed(ports.table, clusters.run):
        raise RefusedError(
            f"run {clusters.run} has begun to take {clusters.blue} apart: {name} serves; finish the run with an "
            f"execution called {clusters.run}-a<number of the next attempt>"
        )


def _records_of(ports: Ports, clusters: ClustersItem, name: str) -> list[Any]:
    """Green's record sets, none of which has a weight.

    Raises:
        RefusedError: a public name leads to green.
    """
    ingresses = [reference(one) for one in ports.kubernetes(clusters.blue).list("ingresses.networking.k8s.io")]
    stored = ports.table.read(clusters.run, "PLAN", PlanItem) if clusters.run else None
    planned = {host for one in (stored.plan.applications() if stored else ()) for host in one.hosts}
    hosts = sorted({host for ingress in ingresses for host in ingress.hosts} | planned)
    records = [one for one in ports.dns.records(hosts, (*TRAFFIC_TYPES, "CNAME")) if one.set_identifier == name]
    for record in records:
        if record.weight:
            raise RefusedError(
                f"{record.name} leads to {name} with weight {record.weight}; roll its application back (abort the "
                "run), then ask again"
            )
    return records


def _refuse(ports: Ports, writer: Writer, wanted: Request, name: str, execution: str, reason: str) -> Answer:
    detail = {"cluster": name, "reason": reason}
    ports.table.log(writer.run, Event(at=ports.now, what="clean-green-refused", by=wanted.by, detail=detail))
    tell(ports, "clean-green-refused", f"{name or 'green'} is not removed", severity="action", **detail)
    ports.table.release("", execution)
    return {"next": "refused", "waiting_for": reason}


def _finish(ports: Ports, writer: Writer, wanted: Request, clusters: ClustersItem, name: str, execution: str) -> Answer:
    """The record knows no green any more; volumes are named, because they may hold data that somebody wants."""
    if clusters.green == name:
        ports.table.write_environment(writer, "CLUSTERS", msgspec.structs.replace(clusters, green=""))
    volumes = list(ports.compute.leftovers(name).volumes)
    detail = {"cluster": name, "volumes": volumes, "reason": wanted.reason}
    ports.table.log(writer.run, Event(at=ports.now, what="green-removed", by=wanted.by, detail=detail))
    tell(ports, "green-removed", f"{name} is removed", cluster=name, volumes=volumes)
    ports.table.release("", execution)
    return {"next": "done", "waiting_for": "", "volumes": volumes}
