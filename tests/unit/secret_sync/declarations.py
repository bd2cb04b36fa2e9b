"""Declarations of other operators and workloads as clusters have them, and an External Secrets that answers."""

from __future__ import annotations

import hashlib
from typing import Any

from norikae.secret_sync import external_secret
from norikae.secret_sync.consumers import RESTART_ON, VERSIONS
from norikae.secret_sync.stored import REPLACES, VERSION, WRITTEN_AT, Stored
from tests.unit.fakes.secrets import REGION, FakeShelf

Json = dict[str, Any]
STORES, CLUSTER_STORES = "secretstores.external-secrets.io", "clustersecretstores.external-secrets.io"
PODS = "secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io"
NOW = 1_795_910_400.0
"""2026-11-29T00:00:00Z."""


def store(name: str = "aws", *, service: str = "SecretsManager", region: str = REGION, **more: Any) -> Json:
    provider = {"aws": {"service": service, "region": region, **more}}
    return {"metadata": {"namespace": "shop", "name": name}, "spec": {"provider": provider}}


def external(name: str = "db", *, key: str = "db", spec: Json | None = None, **metadata: Any) -> Json:
    """An ExternalSecret that extracts one secret, unless ``spec`` says otherwise."""
    base: Json = {"secretStoreRef": {"name": "aws"}, "dataFrom": [{"extract": {"key": key}}]}
    return {"metadata": {"namespace": "shop", "name": name, **metadata}, "spec": {**base, **(spec or {})}}


def aws(name: str = "api", *, of: str = "db", version: str = "", field: str = "stringDataFrom") -> Json:
    reference = {"secretId": of, **({"versionId": version} if version else {})}
    return {"metadata": {"namespace": "shop", "name": name}, "spec": {field: {"secretsManagerSecretRef": reference}}}


def provider(objects: Any, name: str = "files", **parameters: Any) -> Json:
    spec = {"provider": "aws", "parameters": {"objects": objects, **parameters}}
    return {"metadata": {"namespace": "shop", "name": name}, "spec": spec}


def mounts(pod: str, *, of: str = "files", **versions: str) -> Json:
    objects = [{"id": name, "version": version} for name, version in versions.items()]
    status = {"podName": pod, "secretProviderClassName": of, "mounted": True, "objects": objects}
    return {"metadata": {"namespace": "shop", "name": f"{pod}-shop-{of}"}, "status": status}


def workload(name: str = "web", *, wants: str = "db", kind: str = "Deployment", **more: Any) -> Json:
    """A workload of two pods whose last rollout is complete; ``spec`` and ``status`` replace members."""
    spec = {"replicas": 2, "template": {"metadata": {}, "spec": {}}, **more.get("spec", {})}
    status = {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
    return {
        "kind": kind,
        "metadata": {
            "namespace": "shop",
            "name": name,
            "creationTimestamp": more.get("made", "2026-01-01T00:00:00Z"),
            "annotations": {RESTART_ON: wants} if wants else {},
        },
        "spec": spec,
        "status": {**status, **more.get("status", {})},
    }


def kubernetes_secret(name: str = "db", version: str = "db-v2", replaces: str = "db-v1") -> Stored:
    notes = {VERSION: version, WRITTEN_AT: "2026-11-29T00:00:00Z", **({REPLACES: replaces} if replaces else {})}
    return Stored("shop", name, "7", annotations=notes)


def rolled_for(shelf: FakeShelf, name: str = "web", kind: str = "Deployment") -> str:
    """What the pod template of a workload says that it was restarted for; "" when it never was."""
    template = shelf.objects[kind, "shop", name]["spec"]["template"]["metadata"]
    return str(template.get("annotations", {}).get(VERSIONS, ""))


class ExternalSecrets:
    """The operator: it reads an object, fetches, and writes what it had read into the status."""

    def __init__(self, shelf: FakeShelf, digest: str = "sha3_224") -> None:
        self.shelf, self.digest = shelf, digest

    def read(self, name: str = "db") -> str:
        """A reconcile begins; the version of the object that it has read."""
        metadata = self.shelf.objects[external_secret.KIND, "shop", name]["metadata"]
        maps = [sorted((metadata.get(part) or {}).items()) for part in ("annotations", "labels")]
        notes, labels = (" ".join(f"{key}:{value}" for key, value in one) for one in maps)
        text = f"{{annotations:map[{notes}] labels:map[{labels}]}}"
        return f"{metadata['generation']}-{hashlib.new(self.digest, text.encode()).hexdigest()}"

    def finish(self, read: str, name: str = "db", at: str = "2026-11-29T00:00:00Z") -> None:
        """The reconcile that had read this ends well."""
        status = {"refreshTime": at, "syncedResourceVersion": read, "conditions": [ready("True", "SecretSynced")]}
        self.shelf.objects[external_secret.KIND, "shop", name]["status"] = status

    def fail(self, name: str = "db") -> None:
        """A reconcile ends badly: condition and message change, and nothing else."""
        status = self.shelf.objects[external_secret.KIND, "shop", name].setdefault("status", {})
        status["conditions"] = [ready("False", "SecretSyncedError")]

    def work(self, name: str = "db") -> None:
        """A whole reconcile."""
        self.finish(self.read(name), name)


def ready(status: str, reason: str) -> Json:
    return {"type": "Ready", "status": status, "reason": reason, "message": "AccessDenied for canary-4711"}
