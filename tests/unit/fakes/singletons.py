"""What must not run twice, as Kubernetes has it, and a run that has to hand it off."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.singletons.ledger import key_of
from norikae.upgrade.plan import PlannedSingleton, plan_hash
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import PlanItem, SingletonItem
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.story import APP, BLUE, GREEN, RUN, WRITER, Story

Json = dict[str, Any]
NIGHTLY = PlannedSingleton(
    resource="cronjobs.batch", namespace="shop", name="nightly", policy="green-suspended", application=APP
)
CONSUMER = PlannedSingleton(
    resource="deployments.apps", namespace="shop", name="consumer", policy="green-suspended", application=APP
)


def cron_job(name: str = "nightly", *, last: str = "", policy: str = "green-suspended", **spec: Any) -> Json:
    """A CronJob; ``last`` is when it last ran."""
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"uid-{name}",
            "annotations": {"norikae.dev/singleton": policy} if policy else {},
        },
        "spec": {"schedule": "*/5 * * * *", "jobTemplate": {}, **spec},
        "status": {"lastScheduleTime": last} if last else {},
    }


def job(name: str, *, of: str = "", ended: bool = False, **annotations: str) -> Json:
    """A Job, of a CronJob or by itself."""
    owners = [{"kind": "CronJob", "name": of, "uid": f"uid-{of}", "controller": True}] if of else []
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "shop", "ownerReferences": owners, "annotations": annotations},
        "spec": {},
        "status": {"conditions": [{"type": "Complete", "status": "True"}]} if ended else {"active": 1},
    }


def workload(name: str = "consumer", *, kind: str = "Deployment", policy: str = "green-suspended", **spec: Any) -> Json:
    """A Deployment or StatefulSet whose controller has seen it as it is."""
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": "shop",
            "annotations": {"norikae.dev/singleton": policy} if policy else {},
        },
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": {}, **spec},
        "status": {"observedGeneration": 1},
    }


def pod(name: str, app: str = "consumer") -> Json:
    """A pod that works."""
    meta = {"name": name, "namespace": "shop", "labels": {"app": app}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "status": {"phase": "Running"}}


class HandOff(Story):
    """An application with singletons, between two clusters."""

    def __init__(self, *singletons: PlannedSingleton) -> None:
        super().__init__()
        plan = msgspec.structs.replace(read_plan(self.ports.table, RUN).plan, singletons=singletons)
        self.ports.table.write(WRITER, "PLAN", PlanItem(plan, plan_hash(plan)))
        self.plan = plan
        self.ports.apis[BLUE] = self.blue = FakeKubernetes()
        self.green = self.ports.apis[GREEN]

    def place(self, singleton: PlannedSingleton = NIGHTLY) -> str:
        """Where the table says that it is."""
        item = self.ports.table.read(RUN, key_of(singleton), SingletonItem)
        return item.place if item else "blue"

    def on(self, cluster: FakeKubernetes, singleton: PlannedSingleton = NIGHTLY) -> Json:
        """It as a cluster has it."""
        found = cluster.get(singleton.resource, singleton.name, singleton.namespace)
        assert found is not None
        return found

    def running(self, singleton: PlannedSingleton = NIGHTLY) -> list[str]:
        """The clusters in which something new of it may begin."""
        names = {"blue": self.blue, "green": self.green}
        specs = {name: self.on(cluster, singleton)["spec"] for name, cluster in names.items()}
        return [name for name, spec in specs.items() if not spec.get("suspend") and spec.get("replicas", 1)]
