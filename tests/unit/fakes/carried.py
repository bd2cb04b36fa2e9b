"""Declarations of secrets as whoever carries them leaves them, and an environment that carries some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.environment.secrets import SecretSync
from tests.unit.fakes.secrets import arn_of

if TYPE_CHECKING:
    from tests.unit.fakes.ports import FakePorts

Json = dict[str, Any]
SYNCS = "secretsyncs.norikae.dev"
SECRET = "shop/db"
OLD, NEW = f"{SECRET}-v1", f"{SECRET}-v2"


def carries(ports: FakePorts, *names: str) -> None:
    """The environment file names secrets."""
    ports.environment = msgspec.structs.replace(ports.environment, secret_sync=SecretSync(secrets=names or ("shop/*",)))


def secret_sync(
    version: str, *, secret: str = SECRET, name: str = "db", namespace: str = "shop", **status: Any
) -> Json:
    """A SecretSync whose Secret has a version; "" for one that nobody has carried yet."""
    carried = {
        "secret": arn_of(SECRET),
        "versionId": version,
        "observedGeneration": 1,
        "conditions": [{"type": "Synced", "status": "True", "reason": "Current", "message": ""}],
    }
    return {
        "apiVersion": "norikae.dev/v1alpha1",
        "kind": "SecretSync",
        "metadata": {"namespace": namespace, "name": name, "generation": 1},
        "spec": {"secret": secret},
        **({"status": {**carried, **status}} if version else {}),
    }


def declares(ports: FakePorts, cluster: str, *objects: Json) -> None:
    """A cluster has declarations; what was there by the same name is as these are now."""
    for obj in objects:
        ports.shelf(cluster).add(SYNCS, obj)


def rotated(ports: FakePorts, *clusters: str) -> None:
    """The secret has its second version, and the clusters have the first one."""
    for _ in range(2):
        ports.safe.rotate(SECRET, {"password": "known to nobody"})
    for cluster in clusters:
        declares(ports, cluster, secret_sync(OLD))
