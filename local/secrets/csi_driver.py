"""The Secrets Store CSI driver of one cluster, with AWS's provider: a value as it is when a pod starts.

Source: github.com/kubernetes-sigs/secrets-store-csi-driver, ``pkg/secrets-store/nodeserver.go`` (NodePublishVolume),
``utils.go`` (createOrUpdateSecretProviderClassPodStatus); github.com/aws/secrets-store-csi-driver-provider-aws,
``provider/secret_descriptor.go``, ``provider/secrets_manager_provider.go``. Rotation is off, as it is by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from local.aws.simulator import AwsError
from local.kubernetes.errors import ApiError
from local.secrets.operator import is_image_of

if TYPE_CHECKING:
    from local.cluster.informer import Informer
    from local.cluster.kubelet import Kubelet
    from local.cluster.objects import Json
    from local.kubernetes.api import ApiServer
    from local.secrets.reading import Reading

DRIVER = "secrets-store.csi.k8s.io"
CLASSES = "secretproviderclasses.secrets-store.csi.x-k8s.io"
STATUSES = "secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io"
DAEMON_SETS = "daemonsets.apps"
DRIVER_IMAGE, PROVIDER_IMAGE = "secrets-store-csi-driver", "secrets-store-csi-driver-provider-aws"
NODE_LABEL = "internal.secrets-store.csi.k8s.io/node-name"
_MANAGER = "secrets-store-csi-driver"
_ROTATION = "--enable-secret-rotation=true"


class MountError(Exception):
    """Why nothing is mounted; the text has no value in it."""


class CsiDriver:
    """Mounts the objects of SecretProviderClasses into pods that start.

    Args:
        api: the cluster's API server.
        informer: the shared cache.
        kubelet: asks it for volumes while its DaemonSet has a ready pod.
        reading: Secrets Manager, with the role of the pod that starts.
    """

    def __init__(self, api: ApiServer, informer: Informer, kubelet: Kubelet, reading: Reading) -> None:
        self._api, self._informer, self._kubelet, self._reading = api, informer, kubelet, reading
        informer.listen(self._on_change)

    def _on_change(self, _event: str, resource: str, obj: Json, _before: Json | None) -> None:
        if resource != DAEMON_SETS or not is_image_of(obj, DRIVER_IMAGE):
            return
        if self._runs(DRIVER_IMAGE):
            self._kubelet.drivers[DRIVER] = self.mount
        else:
            self._kubelet.drivers.pop(DRIVER, None)

    def mount(self, pod: Json, volume: Json) -> str:
        """Fetch the objects of a volume's class and note their versions; why not, "" when it is done.

        Args:
            pod: that starts.
            volume: inline, of this driver.
        """
        try:
            self._publish(pod, volume["csi"])
        except MountError as error:
            meta = pod["metadata"]
            about = f"failed to mount secrets store objects for pod {meta['namespace']}/{meta['name']}, err: {error}"
            return f"rpc error: code = Unknown desc = {about}"
        return ""

    def _publish(self, pod: Json, csi: Json) -> None:
        namespace, name = pod["metadata"]["namespace"], (csi.get("volumeAttributes") or {}).get("secretProviderClass")
        provider = self._informer.get(CLASSES, (namespace, name or ""))
        status = f"{pod['metadata']['name']}-{namespace}-{name}"
        if provider is None:
            raise MountError(f'{CLASSES} "{name}" not found')
        if not csi.get("readOnly"):
            raise MountError("Readonly is not true in request")
        known = self._informer.get(STATUSES, (namespace, status))
        if known is not None and known["metadata"]["ownerReferences"][0]["uid"] == pod["metadata"]["uid"]:
            return  # mounted already
        objects = self._fetched(pod, provider["spec"])
        owner = {"apiVersion": "v1", "kind": "Pod", **{key: pod["metadata"][key] for key in ("name", "uid")}}
        made: Json = {
            "metadata": {
                "name": status,
                "namespace": namespace,
                "labels": {NODE_LABEL: pod["spec"]["nodeName"]},
                "ownerReferences": [owner],
            },
            "status": {"podName": pod["metadata"]["name"], "secretProviderClassName": name, "mounted": True},
        }
        made["status"]["objects"] = [{"id": one, "version": version} for one, version in sorted(objects.items())]
        try:
            if known is None:
                self._api.create(STATUSES, made, manager=_MANAGER)
            else:  # of a pod of the same name that is gone
                made["metadata"]["resourceVersion"] = known["metadata"]["resourceVersion"]
                self._api.update(STATUSES, made, manager=_MANAGER)
        except ApiError as error:
            raise MountError(
                f"failed to create secret provider class pod status: {error.code} {error.reason}"
            ) from None

    def _fetched(self, pod: Json, spec: Json) -> dict[str, str]:
        """The version of each object, by the name of its file."""
        if spec.get("provider") != "aws" or not self._runs(PROVIDER_IMAGE):
            raise MountError(f'provider not found: provider "{spec.get("provider")}"')
        if self._has_flag(_ROTATION):
            raise MountError("the embedded world does not model rotation by the CSI driver")
        parameters = spec.get("parameters") or {}
        try:
            role = self._reading.role(pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default"))
            found: dict[str, str] = {}
            for one in yaml.safe_load(parameters.get("objects", "")) or ():
                found |= self._object(one, role, parameters.get("pathTranslation", "_"))
        except AwsError as error:
            raise MountError(f"{error.code}: {error.message}") from None
        except ApiError as error:
            raise MountError(error.message) from None
        except yaml.YAMLError:
            raise MountError("Failed to load SecretProviderClass: its objects are no YAML") from None
        return found

    def _object(self, descriptor: dict[str, Any], role: str, translation: str) -> dict[str, str]:
        name = str(descriptor.get("objectName") or "")
        if not name:
            raise MountError("Object name must be specified")
        if descriptor.get("objectType", "secretsmanager" if name.startswith("arn:") else "") != "secretsmanager":
            raise MountError(f"the embedded world models only objectType secretsmanager: {name}")
        if descriptor.get("failoverObject") or descriptor.get("objectTemplate"):
            raise MountError(f"the embedded world models neither failoverObject nor objectTemplate: {name}")
        asked = {"VersionId": descriptor.get("objectVersion"), "VersionStage": descriptor.get("objectVersionLabel")}
        given = {key: str(value) for key, value in asked.items() if value}
        # without either, GetSecretValue gives AWSCURRENT; said here, as moto gives another one after a rotation
        answer = self._reading.value(role, name, **(given or {"VersionStage": "AWSCURRENT"}))
        files = [str(descriptor.get("objectAlias") or name)]
        for path in descriptor.get("jmesPath") or ():
            if not path.get("path") or not path.get("objectAlias"):
                raise MountError("Path and object alias must be specified for JMES object")
            files.append(str(path["objectAlias"]))
        return {_file_name(one, translation): str(answer["VersionId"]) for one in files}

    def _runs(self, image: str) -> bool:
        return any((one.get("status") or {}).get("numberReady", 0) > 0 for one in self._daemons(image))

    def _has_flag(self, flag: str) -> bool:
        containers = [one for daemon in self._daemons(DRIVER_IMAGE) for one in _containers(daemon)]
        return any(flag in (*(one.get("command") or ()), *(one.get("args") or ())) for one in containers)

    def _daemons(self, image: str) -> list[Json]:
        return [one for one in self._informer.every(DAEMON_SETS) if is_image_of(one, image)]


def _containers(workload: Json) -> list[Json]:
    found: list[Json] = workload["spec"]["template"]["spec"]["containers"]
    return found


def _file_name(name: str, translation: str) -> str:
    """Slashes become underscores, or what ``pathTranslation`` says."""
    return name.lstrip("/") if translation.lower() == "false" else name.replace("/", translation)
