"""Do the subnets have addresses for two clusters at once?

Sources: EKS guide, "VPC and subnet requirements": two to four network interfaces for a control plane, at least six
addresses per subnet, sixteen recommended; VPC CNI: every pod that is not on the host's network takes an address, and
every node keeps a whole spare network interface warm (WARM_ENI_TARGET=1), whose own address counts here.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil
from typing import TYPE_CHECKING

from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.cluster.compute_port import Subnet
    from norikae.preflight.ground import Ground

NAME = "subnet-addresses"
CONTROL_PLANE = 4
PER_NODE = 2
ENDED = frozenset({"Succeeded", "Failed"})


def check(ground: Ground) -> Iterator[Finding]:
    """In each zone, green finds as many free addresses as blue's pods and nodes take there today, and a margin."""
    declared = ground.environment.network.subnets
    found = {one.id: one for one in ground.subnets.subnets(tuple(declared))}
    for name, zone in declared.items():
        if name not in found:
            yield _wrong(name, "EC2 knows no such subnet")
        elif found[name].zone != zone:
            yield _wrong(name, f"it is in {found[name].zone}, the environment file says {zone}")
    zones: dict[str, list[Subnet]] = defaultdict(list)
    for subnet in found.values():
        zones[subnet.zone].append(subnet)
    need, why = _need(ground, len(zones) or 1)
    for zone, subnets in sorted(zones.items()):
        yield from _in_zone(ground, zone, subnets, need, why)


def _need(ground: Ground, zones: int) -> tuple[int, str]:
    """What green takes in each zone, since the scheduler and Auto Scaling spread over all of them."""
    pods = [pod for pod in ground.kubernetes.list("pods") if _takes_an_address(pod)]
    groups = ground.environment.clusters.node_groups
    nodes = max(len(ground.kubernetes.list("nodes")), sum(max(1, group.min_size) for group in groups))
    need = ceil(len(pods) / zones) + ceil(nodes / zones) * PER_NODE + ceil(CONTROL_PLANE / zones)
    return need, f"{len(pods)} pods, {nodes} nodes and a control plane over {zones} zones"


def _takes_an_address(pod: dict[str, dict[str, object]]) -> bool:
    return not pod["spec"].get("hostNetwork") and pod.get("status", {}).get("phase") not in ENDED


def _in_zone(ground: Ground, zone: str, subnets: list[Subnet], need: int, why: str) -> Iterator[Finding]:
    spare = ground.environment.preflight.spare_addresses
    free = sum(max(0, subnet.free - spare) for subnet in subnets)
    if free < need:
        listed = ", ".join(f"{subnet.id} ({subnet.free} free)" for subnet in subnets)
        yield Finding(
            NAME,
            "blocker",
            zone,
            f"{listed}: green needs about {need} addresses there ({why}) besides the {spare} that each subnet keeps"
            f" free (preflight.spare_addresses), {free} are left",
            "add subnets of this zone to network.subnets, or free addresses",
        )


def _wrong(subnet: str, text: str) -> Finding:
    return Finding(NAME, "blocker", f"subnet {subnet}", text, "correct network.subnets in the environment file")
