"""The life of a pod on its node: start, readiness, termination.

Two annotations on the pod are controls of the embedded world, not of Kubernetes: ``world.norikae.dev/ready-after``
(seconds between start and readiness) and ``world.norikae.dev/never-ready: "true"`` (also effective on a running pod).
"""

from __future__ import annotations

import itertools
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.cluster.controller import Controller
from local.cluster.objects import Json, annotation, is_terminating, is_true, stamp, with_condition
from local.cluster.paces import Paces
from local.cluster.pod_secrets import (
    FIRST_MOUNT_RETRY_SECONDS,
    LAST_MOUNT_RETRY_SECONDS,
    SYNC_RETRY_SECONDS,
    failed_mount,
    unmountable,
    unset,
    waiting,
)
from local.cluster.processes import is_waiting
from local.cluster.volumes import ATTACHMENTS, waits_for_volume

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.cluster.nodes import Nodes
    from local.cluster.pod_secrets import Mounter
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

READY_AFTER = "world.norikae.dev/ready-after"
NEVER_READY = "world.norikae.dev/never-ready"
MIRROR = "kubernetes.io/config.mirror"
"""Annotation of the API object of a static pod, which a kubelet runs from a file of its machine."""

MIRRORED_AGAIN_SECONDS = 1.0


@dataclass
class _Ending:
    """The end of a pod's process: the grace that it was given last, how long it takes after SIGTERM, and when."""

    grace: float
    stop: float
    sigterm_at: float
    gone_at: float


class Kubelet(Controller):
    """Every node's kubelet at once.

    A pod's container starts seconds after binding, once its volumes are attached and mounted and the Secrets that it
    reads are there, and becomes ready at its first passed probe. After a deletion it goes on answering during its
    preStop sleep, stops at SIGTERM, and disappears within its grace period; a deletion with a shorter grace hurries it.
    The object of a static pod comes back when somebody deletes it, and the pod goes on running.

    Args:
        kernel: virtual time.
        api: the cluster's API server.
        informer: the shared cache.
        nodes: the machines.
        paces: how long starts, probes and stops take.
    """

    name = "kubelet"
    resource = "pods"
    delay = 0.05

    def __init__(
        self,
        kernel: Kernel,
        api: ApiServer,
        informer: Informer,
        nodes: Nodes,
        *,
        paces: Paces = Paces(),  # noqa: B008 - a frozen value
    ) -> None:
        self._nodes, self._paces = nodes, paces
        self._next_address = 0
        self._starts: dict[str, float] = {}
        self._ready_at: dict[str, float] = {}
        self._endings: dict[str, _Ending] = {}
        self._failed_mounts: dict[str, int] = {}
        self.drivers: dict[str, Mounter] = {}
        """The CSI drivers that mount inline volumes, by name."""
        super().__init__(kernel, api, informer)

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at pods that are bound to a node."""
        del before
        if resource == ATTACHMENTS and event == "MODIFIED":
            for pod in self.informer.on_node(obj["spec"]["nodeName"]):
                self.wake((pod["metadata"]["namespace"], pod["metadata"]["name"]))
        if resource != "pods":
            return
        if event == "DELETED":
            for kept in (self._starts, self._ready_at, self._endings, self._failed_mounts):
                kept.pop(obj["metadata"]["uid"], None)
            if annotation(obj, MIRROR):
                self.kernel.after(MIRRORED_AGAIN_SECONDS, lambda: self._mirror(obj))
        elif obj["spec"].get("nodeName"):
            self.wake((obj["metadata"]["namespace"], obj["metadata"]["name"]))

    def has_stopped(self, pod: Json) -> bool:
        """Whether the pod's process got its SIGTERM or its machine is gone, whatever the API server says."""
        ending = self._endings.get(pod["metadata"]["uid"])
        return not self._nodes.runs(pod["spec"].get("nodeName", "")) or (
            ending is not None and self.kernel.env.now >= ending.sigterm_at
        )

    def reconcile(self, key: Key) -> None:
        """Take the pod one step further in its life."""
        pod = self.informer.get("pods", key)
        if pod is None or not self._nodes.runs(pod["spec"].get("nodeName", "")):
            return
        phase = (pod.get("status") or {}).get("phase")
        if is_terminating(pod):
            self._terminate(key, pod)
        elif phase == "Pending":
            self._start(key, pod)
        elif phase == "Running" and not is_waiting(pod):
            self._probe(key, pod)

    def _start(self, key: Key, pod: Json) -> None:
        uid = pod["metadata"]["uid"]
        if waits_for_volume(self.informer, pod) or self._waits_for_mount(key, pod):
            return
        due = self._starts.setdefault(uid, self.kernel.env.now + self._draw(*self._paces.start))
        if self.kernel.env.now < due:
            self.wake(key, due - self.kernel.env.now)
            return
        if without := unset(self.informer, pod):
            self._hold(pod, "CreateContainerConfigError", without)
            self.wake(key, self._draw(*SYNC_RETRY_SECONDS))
            return
        self._ready_at[uid] = self.kernel.env.now + self._time_to_ready(pod)
        ready = self._is_due(pod)
        status = {
            "phase": "Running",
            "podIP": (address := self._new_address()),
            "podIPs": [{"ip": address}],
            "hostIP": self._nodes.address(pod["spec"]["nodeName"]),
            "startTime": stamp(self.kernel.utcnow()),
            **self._readiness(pod, ready=ready),
        }
        self._patch(pod, status)

    def _waits_for_mount(self, key: Key, pod: Json) -> bool:
        """Whether a volume can not be mounted yet; it is tried again later and later, whatever changes meanwhile."""
        uid = pod["metadata"]["uid"]
        if not pod["spec"].get("volumes") or uid in self._starts:
            return False
        why = unmountable(self.informer, pod, self.drivers)
        if why:
            failures = self._failed_mounts[uid] = self._failed_mounts.get(uid, 0) + 1
            if failures == 1:
                self._hold(pod, "ContainerCreating", {})
                self.api.create("events", failed_mount(pod, why, stamp(self.kernel.utcnow())), manager="kubelet")
            self.wake(key, min(FIRST_MOUNT_RETRY_SECONDS * 2.0 ** (failures - 1), LAST_MOUNT_RETRY_SECONDS))
        return bool(why)

    def _hold(self, pod: Json, reason: str, messages: dict[str, str]) -> None:
        """The pod stays Pending; its containers say why, where they know it."""
        status = {"phase": "Pending", **self._readiness(pod, ready=False)}
        status["containerStatuses"] = [
            {**one, "started": False, "state": {"waiting": waiting(reason, messages, one["name"])}}
            for one in status["containerStatuses"]
        ]
        self._patch(pod, status)

    def _time_to_ready(self, pod: Json) -> float:
        asked = annotation(pod, READY_AFTER)
        if asked:
            return float(asked)
        probes = [
            container["readinessProbe"] for container in pod["spec"]["containers"] if "readinessProbe" in container
        ]
        if not probes:
            return 0.0
        return max(float(probe.get("initialDelaySeconds", 0)) for probe in probes) + self._draw(*self._paces.probe)

    def _is_due(self, pod: Json) -> bool:
        if annotation(pod, NEVER_READY) == "true":
            return False
        return self.kernel.env.now >= self._ready_at.get(pod["metadata"]["uid"], 0.0)

    def _probe(self, key: Key, pod: Json) -> None:
        wait = self._ready_at.get(pod["metadata"]["uid"], 0.0) - self.kernel.env.now
        if wait > 0:
            self.wake(key, wait)
        elif self._is_due(pod) != is_true(pod, "Ready"):
            self._patch(pod, self._readiness(pod, ready=self._is_due(pod)))

    def _terminate(self, key: Key, pod: Json) -> None:
        uid, now = pod["metadata"]["uid"], self.kernel.env.now
        grace = float(pod["metadata"].get("deletionGracePeriodSeconds") or 0)
        ending = self._endings.get(uid)
        if ending is None or grace < ending.grace:
            stop = ending.stop if ending is not None else self._draw(*self._paces.stop)
            sigterm_at = now + min(_pre_stop_seconds(pod), grace)
            if ending is not None:
                sigterm_at = min(sigterm_at, ending.sigterm_at)
            ending = self._endings[uid] = _Ending(grace, stop, sigterm_at, min(sigterm_at + stop, now + grace))
        if annotation(pod, MIRROR) or ending.gone_at <= now:
            self.api.delete("pods", key[1], key[0], preconditions={"uid": uid}, grace_seconds=0)
        else:
            self.wake(key, ending.gone_at - now)

    def _mirror(self, gone: Json) -> None:
        """The object of a static pod again, as long as its machine runs it."""
        meta = gone["metadata"]
        key = (meta["namespace"], meta["name"])
        if self.informer.is_closed or self.informer.get("pods", key) or not self._nodes.runs(gone["spec"]["nodeName"]):
            return
        kept = {
            name: meta[name]
            for name in ("name", "namespace", "labels", "annotations", "ownerReferences")
            if name in meta
        }
        self.api.create("pods", {"metadata": kept, "spec": gone["spec"]}, manager="kubelet")

    def _readiness(self, pod: Json, *, ready: bool) -> dict[str, Any]:
        now = stamp(self.kernel.utcnow())
        names = [container["name"] for container in pod["spec"]["containers"]]
        verdict: Json = {"status": "True"} if ready else _not_ready(names)
        conditions = list((pod.get("status") or {}).get("conditions") or ())
        for kind in ("PodReadyToStartContainers", "Initialized"):
            conditions = with_condition(conditions, {"type": kind, "status": "True"}, now)
        for kind in ("ContainersReady", "Ready"):
            conditions = with_condition(conditions, {"type": kind, **verdict}, now)
        started = (pod.get("status") or {}).get("startTime", now)
        statuses = [_container_status(container, started, ready=ready) for container in pod["spec"]["containers"]]
        return {"conditions": conditions, "containerStatuses": statuses}

    def _patch(self, pod: Json, status: dict[str, Any]) -> None:
        meta = pod["metadata"]
        self.api.patch(
            "pods", meta["name"], meta["namespace"], {"status": status}, subresource="status", manager="kubelet"
        )

    def _draw(self, low: float, high: float) -> float:
        return self.kernel.stream(f"{self.api.name}/kubelet").uniform(low, high)

    def _new_address(self) -> str:
        self._next_address += 1
        number = self._next_address
        return f"10.{zlib.crc32(self.api.name.encode()) % 100}.{number // 250 % 250}.{number % 250 + 4}"


def _not_ready(names: list[str]) -> Json:
    listed = " ".join(names)
    return {
        "status": "False",
        "reason": "ContainersNotReady",
        "message": f"containers with unready status: [{listed}]",
    }


def _container_status(container: Json, started: str, *, ready: bool) -> Json:
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": ready,
        "started": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": started}},
    }


def _pre_stop_seconds(pod: Json) -> float:
    longest = 0.0
    for container in pod["spec"]["containers"]:
        hook = (container.get("lifecycle") or {}).get("preStop") or {}
        if "sleep" in hook:
            longest = max(longest, float(hook["sleep"]["seconds"]))
        words = " ".join((hook.get("exec") or {}).get("command") or ()).split()
        for word, following in itertools.pairwise(words):
            if word == "sleep" and following.isdigit():
                longest = max(longest, float(following))
    return longest
