"""What an EC2 instance type gives to pods.

Source: instance sizes from the EC2 documentation; reservations from the EKS AMI's nodeadm
(``internal/kubelet/config.go``: kube-reserved cpu by core, 255 MiB + 11 MiB per pod, 100 MiB eviction threshold).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from local.cluster.objects import quantity

_TYPE = re.compile(r"^([a-z]+)[0-9]+[a-z]*\.(\d*)(medium|large|xlarge)$")
_GIB_PER_CPU = {"m": 4, "c": 2, "r": 8, "t": 4}
_PODS = {1: 8, 2: 29, 4: 58, 8: 58}
_MOST_PODS = 234
_MIB = 1024**2


def capacity_of(instance_type: str) -> dict[str, str]:
    """Cpu, memory and pods of an instance type of the families m, c, r and t.

    Raises:
        ValueError: its size is not known here.
    """
    found = _TYPE.match(instance_type)
    if not found or found[1] not in _GIB_PER_CPU:
        raise ValueError(f"the capacity of {instance_type} is not known; give capacity= to add_node")
    cpus = {"medium": 1, "large": 2, "xlarge": 4 * int(found[2] or 1)}[found[3]]
    return {"cpu": str(cpus), "memory": f"{cpus * _GIB_PER_CPU[found[1]]}Gi", "pods": str(_PODS.get(cpus, _MOST_PODS))}


def allocatable_of(capacity: Mapping[str, str]) -> dict[str, str]:
    """What is left for pods after the kubelet's reservations."""
    cpus, pods = quantity(capacity["cpu"]), int(capacity["pods"])
    reserved = sum(share for first, share in ((0, 60.0), (1, 10.0), (2, 5.0), (3, 5.0)) if cpus > first)
    reserved += 2.5 * max(0.0, cpus - 4)
    memory = quantity(capacity["memory"]) / _MIB - 255 - 11 * pods - 100
    return {**capacity, "cpu": f"{int(cpus * 1000 - reserved)}m", "memory": f"{int(max(memory, 0))}Mi"}
