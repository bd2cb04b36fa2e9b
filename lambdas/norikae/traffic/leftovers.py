"""What is left in Route 53 of a cluster whose external-dns owned its record sets, once nothing there asks for them."""

from norikae.errors import RefusedError
from norikae.ports import Ports
from norikae.traffic.records import OWNED_TYPES, Change, RecordSet
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import AppItem


def left_behind(ports: Ports, run: str, cluster: str) -> tuple[RecordSet, ...]:
    """The record sets of the run's applications that bear a cluster's own set identifier, with their marks.

    Raises:
        RefusedError: one of them has weight, so that it serves.
    """
    plan = read_plan(ports.table, run).plan
    found: list[RecordSet] = []
    for item in ports.table.read_all(run, "APP#", AppItem):
        identifier, planned = item.sets.get(cluster), plan.application(item.application)
        if identifier and planned:
            names = sorted({*planned.hosts, *item.marks})
            found += [one for one in ports.dns.records(names, OWNED_TYPES) if one.set_identifier == identifier]
    for record in found:
        if record.weight:
            raise RefusedError(
                f"{record.name} {record.type} leads to {cluster} with weight {record.weight}; nothing of it is deleted"
            )
    return tuple(found)


def forget_left_behind(ports: Ports, run: str, cluster: str) -> bool:
    """Whether nothing is left; asks for it otherwise, once no Ingress of the cluster would have it made anew.

    Raises:
        RefusedError: as ``left_behind``.
        ForeignWriteError: its external-dns deleted some of it meanwhile; the next look reads what is left.
    """
    found = left_behind(ports, run, cluster)
    if found:
        ports.dns.change([Change("DELETE", record) for record in found], f"norikae run={run} forget {cluster}")
    return not found
