"""What a kubelet needs before it starts a pod's containers: the Secrets that they read, the volumes of CSI drivers.

Source: ``pkg/kubelet/kubelet_pods.go`` (makeEnvironmentVariables), ``pkg/volume/secret/secret.go`` (MakePayload),
``pkg/volume/projected``, ``pkg/volume/csi/csi_mounter.go``. ConfigMaps are not looked at here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from local.cluster.informer import Informer
    from local.cluster.objects import Json

    Mounter = Callable[[Json, Json], str]
    """Called with a pod and an inline volume of a driver; why it can not be mounted, "" once it is."""

SECRETS = "secrets"
FIRST_MOUNT_RETRY_SECONDS, LAST_MOUNT_RETRY_SECONDS = 0.5, 122.0
"""``pkg/util/goroutinemap/exponentialbackoff``: doubling, up to two minutes and two seconds."""
SYNC_RETRY_SECONDS = (10.0, 15.0)
"""``pkg/kubelet/pod_workers.go``: a pod that could not be synced is tried again after ten seconds and up to a half."""


def unmountable(informer: Informer, pod: Json, drivers: Mapping[str, Mounter]) -> str:
    """Why a volume of a pod can not be mounted, in the words of the event ``FailedMount``; "" when all can.

    Args:
        informer: the cluster's objects.
        pod: bound to a node, not started.
        drivers: the CSI drivers of the cluster's nodes that mount inline volumes.
    """
    for volume in pod["spec"].get("volumes") or ():
        why = _secret_sources(informer, pod, volume) or _inline(pod, volume, drivers)
        if why:
            return f'MountVolume.SetUp failed for volume "{volume["name"]}" : {why}'
    return ""


def unset(informer: Informer, pod: Json) -> dict[str, str]:
    """Why containers of a pod can not be created (``CreateContainerConfigError``), by name; empty when all can."""
    found = {}
    for container in (*(pod["spec"].get("initContainers") or ()), *pod["spec"]["containers"]):
        why = next((why for why in _environment(informer, pod, container) if why), "")
        if why:
            found[container["name"]] = why
    return found


def failed_mount(pod: Json, why: str, now: str) -> Json:
    """The event that tells of a volume."""
    meta = pod["metadata"]
    return {
        "metadata": {"generateName": f"{meta['name']}.", "namespace": meta["namespace"]},
        "involvedObject": {"kind": "Pod", **{name: meta[name] for name in ("name", "namespace", "uid")}},
        "reason": "FailedMount",
        "message": why,
        "type": "Warning",
        "source": {"component": "kubelet", "host": pod["spec"]["nodeName"]},
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }


def waiting(reason: str, messages: Mapping[str, str], name: str) -> Json:
    """The state of a container that waits; one that could start waits for those that can not."""
    if messages and name not in messages:
        return {"reason": "ContainerCreating"}
    return {"reason": reason, "message": messages[name]} if messages else {"reason": reason}


def _environment(informer: Informer, pod: Json, container: Json) -> Iterator[str]:
    for source in container.get("envFrom") or ():
        if "secretRef" in source:
            yield _absent(informer, pod, source["secretRef"])
    for variable in container.get("env") or ():
        reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
        if reference is None:
            continue
        yield _absent(informer, pod, reference)
        namespace, name, key = pod["metadata"]["namespace"], reference["name"], reference["key"]
        secret = informer.get(SECRETS, (namespace, name))
        if secret is not None and key not in (secret.get("data") or {}) and not reference.get("optional"):
            yield f"couldn't find key {key} in Secret {namespace}/{name}"


def _secret_sources(informer: Informer, pod: Json, volume: Json) -> str:
    sources: list[Json] = []
    if "secret" in volume:
        sources.append({**volume["secret"], "name": volume["secret"]["secretName"]})
    projected = (volume.get("projected") or {}).get("sources") or ()
    sources += [one["secret"] for one in projected if "secret" in one]
    return next((why for one in sources if (why := _absent(informer, pod, one) or _keyless(informer, pod, one))), "")


def _absent(informer: Informer, pod: Json, reference: Mapping[str, object]) -> str:
    name = str(reference["name"])
    there = informer.get(SECRETS, (pod["metadata"]["namespace"], name)) is not None
    return "" if there or reference.get("optional") else f'secret "{name}" not found'


def _keyless(informer: Informer, pod: Json, source: Json) -> str:
    secret = informer.get(SECRETS, (pod["metadata"]["namespace"], source["name"]))
    items: Iterable[Json] = source.get("items") or ()
    missing = [one["key"] for one in items if secret is not None and one["key"] not in (secret.get("data") or {})]
    return f"references non-existent secret key: {missing[0]}" if missing and not source.get("optional") else ""


def _inline(pod: Json, volume: Json, drivers: Mapping[str, Mounter]) -> str:
    driver = (volume.get("csi") or {}).get("driver")
    if driver is None:
        return ""
    if driver not in drivers:
        told = f"driver name {driver} not found in the list of registered CSI drivers"
        return f"kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: {told}"
    return drivers[driver](pod, volume)
