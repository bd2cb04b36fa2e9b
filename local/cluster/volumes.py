"""VolumeAttachments: a volume follows its pods from node to node, one node at a time.

Source: ``pkg/controller/volume/attachdetach/reconciler/reconciler.go``, ``pkg/volume/csi/csi_attacher.go``
(getAttachmentName) and the external-attacher's finalizer; KEP-2268 for machines out of service.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from local.cluster.controller import Controller
from local.cluster.node_lifecycle import is_out_of_service
from local.cluster.objects import Json, is_terminating, is_true

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.cluster.paces import Paces
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

ATTACHMENTS = "volumeattachments.storage.k8s.io"
UNMOUNT_SECONDS = 360.0
"""After so long a volume is taken from a node that is not healthy and never said that it had unmounted it."""

_FINISHED = frozenset({"Succeeded", "Failed"})


def volumes_of(informer: Informer, pod: Json) -> list[Json]:
    """The PersistentVolumes of CSI drivers behind a pod's claims, as far as the claims are bound."""
    found = []
    for mounted in pod["spec"].get("volumes") or ():
        claim = mounted.get("persistentVolumeClaim")
        if claim is None:
            continue
        bound = informer.get("persistentvolumeclaims", (pod["metadata"]["namespace"], claim["claimName"]))
        name = bound["spec"].get("volumeName", "") if bound is not None else ""
        volume = informer.get("persistentvolumes", ("", name))
        if volume is not None and "csi" in volume["spec"]:
            found.append(volume)
    return found


def waits_for_volume(informer: Informer, pod: Json) -> bool:
    """Whether a volume of a pod is not attached to its node yet."""
    node = pod["spec"].get("nodeName", "")
    return any(
        (informer.get(ATTACHMENTS, ("", _name(volume, node))) or {}).get("status") != {"attached": True}
        for volume in volumes_of(informer, pod)
    )


class Volumes(Controller):
    """Attaches volumes to the nodes of the pods that use them, and detaches them afterwards; its keys are volumes.

    A volume is on one node at a time: a pod elsewhere waits until it is detached. A healthy node gives it up when the
    last pod is gone, one that is out of service at once, and any other one after six minutes.

    Args:
        kernel: virtual time.
        api: the cluster's API server.
        informer: the shared cache.
        paces: how long attaching and detaching take.
    """

    name = "attachdetach-controller"
    resource = "persistentvolumes"

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer, *, paces: Paces) -> None:
        self._paces = paces
        self._unused_since: dict[str, float] = {}
        super().__init__(kernel, api, informer)

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at the volumes of pods that come and go, of attachments, and of nodes whose state changes."""
        super().on_change(event, resource, obj, before)
        if resource == "pods" and obj["spec"].get("volumes"):
            for volume in volumes_of(self.informer, obj):
                self.wake(("", volume["metadata"]["name"]))
        elif resource == ATTACHMENTS:
            self.wake(("", obj["spec"]["source"]["persistentVolumeName"]))
        elif resource == "nodes" and event != "ADDED":
            for attachment in self.informer.every(ATTACHMENTS):
                if attachment["spec"]["nodeName"] == obj["metadata"]["name"]:
                    self.wake(("", attachment["spec"]["source"]["persistentVolumeName"]))

    def reconcile(self, key: Key) -> None:
        """Give up the nodes that need the volume no longer; then attach it where it is needed."""
        volume = self.informer.get("persistentvolumes", key)
        if volume is None:
            return
        wanted = self._nodes_of(key[1])
        source = {"persistentVolumeName": key[1]}
        attached = [one for one in self.informer.every(ATTACHMENTS) if one["spec"]["source"] == source]
        for attachment in attached:
            if attachment["spec"]["nodeName"] in wanted:
                self._unused_since.pop(attachment["metadata"]["name"], None)
            elif not is_terminating(attachment):
                self._give_up(key, attachment)
        if wanted and not attached:
            self._attach(volume, wanted[0])

    def _nodes_of(self, volume: str) -> list[str]:
        """The nodes with pods that use a volume; finished pods have unmounted theirs."""
        return [
            pod["spec"]["nodeName"]
            for pod in self.informer.every("pods")
            if pod["spec"].get("nodeName")
            and (pod.get("status") or {}).get("phase") not in _FINISHED
            and any(one["metadata"]["name"] == volume for one in volumes_of(self.informer, pod))
        ]

    def _give_up(self, key: Key, attachment: Json) -> None:
        name, node = attachment["metadata"]["name"], self.informer.get("nodes", ("", attachment["spec"]["nodeName"]))
        since = self._unused_since.setdefault(name, self.kernel.env.now)
        unmounted = node is not None and (is_true(node, "Ready") or is_out_of_service(node))
        left = 0.0 if unmounted else since + UNMOUNT_SECONDS - self.kernel.env.now
        if left > 0:
            self.wake(key, left)
            return
        self._unused_since.pop(name)
        self.api.delete(ATTACHMENTS, name)
        self.kernel.after(self._draw(*self._paces.detach), lambda: self._detached(name))

    def _detached(self, name: str) -> None:
        """The cloud has detached the volume: the external-attacher lets its object go."""
        if not self.informer.is_closed and self.informer.get(ATTACHMENTS, ("", name)) is not None:
            self.api.patch(ATTACHMENTS, name, None, {"metadata": {"finalizers": None}}, manager="external-attacher")

    def _attach(self, volume: Json, node: str) -> None:
        name, driver = _name(volume, node), volume["spec"]["csi"]["driver"]
        source = {"persistentVolumeName": volume["metadata"]["name"]}
        meta = {"name": name, "finalizers": [f"external-attacher/{driver.replace('.', '-')}"]}
        spec = {"attacher": driver, "nodeName": node, "source": source}
        self.api.create(ATTACHMENTS, {"metadata": meta, "spec": spec}, manager=self.name)
        self.kernel.after(self._draw(*self._paces.attach), lambda: self._attached(name))

    def _attached(self, name: str) -> None:
        found = self.informer.get(ATTACHMENTS, ("", name))
        if found is not None and not is_terminating(found) and not self.informer.is_closed:
            body = {"status": {"attached": True}}
            self.api.patch(ATTACHMENTS, name, None, body, subresource="status", manager="external-attacher")

    def _draw(self, low: float, high: float) -> float:
        return self.kernel.stream(f"{self.api.name}/{self.name}").uniform(low, high)


def _name(volume: Json, node: str) -> str:
    csi = volume["spec"]["csi"]
    return "csi-" + hashlib.sha256(f"{csi['volumeHandle']}{csi['driver']}{node}".encode()).hexdigest()
