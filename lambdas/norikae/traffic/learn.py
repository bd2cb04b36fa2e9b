"""Whose record sets are whose, for an application whose names an external-dns owns; learnt before the first weight."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from norikae.errors import RefusedError
from norikae.ownership.instances import find_instances
from norikae.ownership.survey import Place, Survey, mark_names, survey
from norikae.ports import Ports
from norikae.traffic.applications import find_applications
from norikae.traffic.moving import Moving
from norikae.traffic.records import TRAFFIC_TYPES

INGRESSES, DEPLOYMENTS = "ingresses.networking.k8s.io", "deployments.apps"
MOST_SHOWN = 3
"""How many obstacles a refusal names."""


def learnt(moving: Moving) -> Moving:
    """The application with the set identifiers and the marks of its record sets, written down.

    They are learnt anew as long as nothing of ours is in force: after a way back its external-dns may call them
    otherwise.

    Raises:
        RefusedError: something forbids to take its names; nothing was touched.
    """
    if moving.planned.owner == "controller" or moving.item.written:
        return moving
    found = surveyed(moving)
    if found.obstacles:
        shown = ". ".join(str(obstacle) for obstacle in found.obstacles[:MOST_SHOWN])
        more = len(found.obstacles) - MOST_SHOWN
        raise RefusedError(
            f"{moving.planned.name} is owned by external-dns and cannot be moved yet: {shown}"
            f"{f' (and {more} more)' if more > 0 else ''}"
        )
    known = replace(moving, item=msgspec.structs.replace(moving.item, sets=dict(found.sets), marks=found.marks))
    if moving.declares:
        from norikae.traffic.declare import undeclarable  # noqa: PLC0415 - only where weights are declared

        if wrong := tuple(undeclarable(known, known.read_records())):
            raise RefusedError(f"{moving.planned.name} cannot be moved by its external-dns yet: {'. '.join(wrong)}")
    known.save()
    return known


def surveyed(moving: Moving) -> Survey:
    """What the zone and both clusters say about the application's names now."""
    places = (place_of(moving.ports, moving.blue), place_of(moving.ports, moving.green))
    return survey_of(moving.ports, moving.planned.hosts, places)


def survey_of(ports: Ports, hosts: tuple[str, ...], places: tuple[Place, ...]) -> Survey:
    """What the zone says about some names, given the clusters that serve them."""
    names = sorted({*hosts, *mark_names(hosts, places)})
    records = ports.dns.records(names, (*TRAFFIC_TYPES, "CNAME", "TXT"))
    return survey(hosts, records, places, ports.environment.environment)


def place_of(ports: Ports, cluster: str) -> Place:
    """A cluster: where it serves which name, and every external-dns that runs there."""
    api = ports.kubernetes(cluster)
    return Place(cluster, balancers(api.list(INGRESSES)), find_instances(api.list(DEPLOYMENTS)))


def balancers(ingresses: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Public name to load balancer, of the Ingresses that norikae moves."""
    joined = find_applications(ingresses)
    return {host: one.load_balancer for app in joined for one in app.ingresses for host in one.hosts}
