"""Machines and their Node objects: they join, become Ready after some seconds, and go away."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.cluster.machines import allocatable_of
from local.cluster.objects import Json, stamp, with_condition
from local.cluster.paces import Bounds, Paces
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.informer import Informer
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

NOT_READY = "node.kubernetes.io/not-ready"
NODE_GONE_SECONDS = 8.0
"""Between a machine's end and the deletion of its Node by the cloud controller."""

UNHEARD_SECONDS = 50.0
UNHEARD_BEFORE_SECONDS = 40.0
UNHEARD_SINCE = 32
"""``--node-monitor-grace-period``: after how long a silent kubelet makes its Node's Ready Unknown; 40 s before 1.32."""

_SILENT = "Kubelet stopped posting node status."
_PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


@dataclass(frozen=True)
class Machine:
    """What a machine is told when it joins."""

    name: str
    labels: Mapping[str, str]
    zone: str
    instance_type: str
    capacity: Mapping[str, str]
    instance: str = ""


class Nodes:
    """The machines of one cluster.

    A machine that is removed stops answering at that instant; the API server learns of it seconds later, when the
    cloud controller deletes the Node and pod garbage collection the pods that were on it. A machine that hangs keeps
    its Node, because EC2 goes on calling it running; its Ready becomes Unknown when it was not heard of for a while.
    """

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer, *, boot: Bounds = Paces.boot) -> None:
        self._kernel, self._api, self._informer, self._boot = kernel, api, informer, boot
        self._running: dict[str, int] = {}
        self._joined = 0

    def runs(self, name: str) -> bool:
        """Whether the machine of a node is still there."""
        return name in self._running

    def address(self, name: str) -> str:
        """The machine's internal address."""
        return self._address(self._running.get(name, 0))

    def add(self, machine: Machine) -> None:
        """A machine joins; its Node is Ready after some seconds.

        Raises:
            ValueError: a machine of that name is there.
        """
        if machine.name in self._running:
            raise ValueError(f"node {machine.name} is already there; give each machine its own name")
        self._joined += 1
        self._running[machine.name] = self._joined
        self._api.create("nodes", self._node(machine), manager="kubelet")
        self._api.patch(
            "nodes", machine.name, None, {"status": self._status(machine)}, subresource="status", manager="kubelet"
        )
        boot = self._kernel.stream(f"{self._api.name}/nodes").uniform(*self._boot)
        self._kernel.after(boot, lambda: self._become_ready(machine.name))

    def remove(self, name: str) -> None:
        """A machine ends, at once and with everything on it."""
        if self._running.pop(name, None) is None:
            raise ValueError(f"there is no node {name}")
        self._kernel.after(NODE_GONE_SECONDS, lambda: self._delete(name))

    def hang(self, name: str) -> None:
        """A machine stops, and nobody deletes its Node; only what waits for heartbeats notices."""
        if self._running.pop(name, None) is None:
            raise ValueError(f"there is no node {name}")
        patience = UNHEARD_SECONDS if self._api.minor >= UNHEARD_SINCE else UNHEARD_BEFORE_SECONDS
        self._kernel.after(patience, lambda: self._lose(name))

    def _lose(self, name: str) -> None:
        """What the node lifecycle controller writes of a kubelet that is silent (``tryUpdateNodeHealth``)."""
        node = self._informer.get("nodes", ("", name))
        if node is None or self._informer.is_closed or self.runs(name):
            return
        now = stamp(self._kernel.utcnow())
        conditions: list[Json] = node["status"]["conditions"]
        for kind in ("Ready", *(pressure for pressure, _, _ in _PRESSURES)):
            silent = {"type": kind, "status": "Unknown", "reason": "NodeStatusUnknown", "message": _SILENT}
            conditions = with_condition(conditions, silent, now)
        body = {"status": {"conditions": conditions}}
        self._api.patch("nodes", name, None, body, subresource="status", manager="node-controller")
        for pod in self._informer.on_node(name):
            self._mark_unready(pod, now)

    def _mark_unready(self, pod: Json, now: str) -> None:
        """No pod of a silent node is ready (``MarkPodsNotReady``)."""
        meta, conditions = pod["metadata"], (pod.get("status") or {}).get("conditions") or ()
        if any(one["type"] == "Ready" and one["status"] == "True" for one in conditions):
            body = {"status": {"conditions": with_condition(conditions, {"type": "Ready", "status": "False"}, now)}}
            where = (meta["name"], meta["namespace"])
            self._api.patch("pods", *where, body, subresource="status", manager="node-controller")

    def _delete(self, name: str) -> None:
        if self._informer.is_closed or name in self._running or self._informer.get("nodes", ("", name)) is None:
            return
        self._api.delete("nodes", name)
        for pod in self._informer.on_node(name):
            self._drop(pod)

    def _drop(self, pod: Json) -> None:
        try:
            self._api.delete("pods", pod["metadata"]["name"], pod["metadata"]["namespace"], grace_seconds=0)
        except ApiError as error:
            if error.code != 404:  # noqa: PLR2004 - Not Found: somebody was faster
                raise

    def _become_ready(self, name: str) -> None:
        node = self._informer.get("nodes", ("", name))
        if node is None or self._informer.is_closed or not self.runs(name):
            return
        now = stamp(self._kernel.utcnow())
        ready = {
            "type": "Ready",
            "status": "True",
            "reason": "KubeletReady",
            "message": "kubelet is posting ready status",
            "lastHeartbeatTime": now,
        }
        conditions = with_condition(node["status"]["conditions"], ready, now)
        taints = [taint for taint in node["spec"].get("taints", ()) if taint["key"] != NOT_READY]
        self._api.patch(
            "nodes", name, None, {"status": {"conditions": conditions}}, subresource="status", manager="kubelet"
        )
        self._api.patch("nodes", name, None, {"spec": {"taints": taints or None}}, manager="node-controller")

    def _node(self, machine: Machine) -> Json:
        arch = "arm64" if "g." in machine.instance_type else "amd64"
        labels = {
            "kubernetes.io/hostname": machine.name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": arch,
            "node.kubernetes.io/instance-type": machine.instance_type,
            "topology.kubernetes.io/zone": machine.zone,
            "topology.kubernetes.io/region": machine.zone.rstrip("abcdef"),
            **machine.labels,
        }
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": machine.name, "labels": labels},
            "spec": {
                "providerID": f"aws:///{machine.zone}/{machine.instance or _made_up(machine.name)}",
                "taints": [{"key": NOT_READY, "effect": "NoSchedule"}],
            },
        }

    def _status(self, machine: Machine) -> dict[str, Any]:
        now = stamp(self._kernel.utcnow())
        conditions: list[Json] = []
        for kind, reason, message in _PRESSURES:
            pressure = {"type": kind, "status": "False", "reason": reason, "message": message, "lastHeartbeatTime": now}
            conditions = with_condition(conditions, pressure, now)
        starting = {
            "type": "Ready",
            "status": "False",
            "reason": "KubeletNotReady",
            "message": "container runtime network not ready: cni plugin not initialized",
            "lastHeartbeatTime": now,
        }
        return {
            "capacity": dict(machine.capacity),
            "allocatable": allocatable_of(machine.capacity),
            "conditions": with_condition(conditions, starting, now),
            "addresses": [
                {"type": "InternalIP", "address": self.address(machine.name)},
                {"type": "Hostname", "address": machine.name},
            ],
            "nodeInfo": {
                "kubeletVersion": f"v{self._api.version}.0-eks-0000000",
                "kubeProxyVersion": "",
                "osImage": "Amazon Linux 2023",
                "operatingSystem": "linux",
                "architecture": "arm64" if "g." in machine.instance_type else "amd64",
                "containerRuntimeVersion": "containerd://2.1.0",
                "kernelVersion": "6.12.0",
                "machineID": "",
                "systemUUID": "",
                "bootID": "",
            },
        }

    def _address(self, number: int) -> str:
        return f"10.{zlib.crc32(self._api.name.encode()) % 100 + 100}.{number // 250 % 250}.{number % 250 + 4}"


def _made_up(name: str) -> str:
    """The id of an instance that EC2 does not describe here, such as those of a hub that nobody upgrades."""
    return f"i-{zlib.crc32(name.encode()):017x}"
