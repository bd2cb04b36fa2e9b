"""What is there suspended before a sync stays so as long as Git does not have the switch; with it, it would start."""

from __future__ import annotations

import pytest
import yaml

from local.kernel import Kernel
from tests.local.cluster.building import Argo, Json, web

DEPLOYMENTS = "deployments.apps"
SCALER = """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 4
"""


def without_replicas(manifest: str) -> str:
    return manifest.replace("  replicas: 1\n", "")


def suspended(manifest: str) -> Json:
    """The manifest as norikae creates it on green."""
    obj: Json = yaml.safe_load(manifest)
    obj["metadata"]["namespace"] = "default"
    obj["spec"]["replicas"] = 0
    return obj


@pytest.mark.parametrize("scaler", ["", SCALER])
def test_a_workload_without_replicas_in_git_stays_at_none(kernel: Kernel, scaler: str) -> None:
    manifest = without_replicas(web())
    argo = Argo(kernel, {"shop/web.yaml": manifest, **({"shop/scaler.yaml": scaler} if scaler else {})})
    argo.api.create(DEPLOYMENTS, suspended(manifest), manager="norikae")
    argo.application()
    kernel.run(5)
    argo.sync()
    argo.run_until_phase("Succeeded")
    kernel.run(600)
    assert argo.api.get(DEPLOYMENTS, "web", "default")["spec"]["replicas"] == 0
    assert argo.api.list("pods", "default", labels="app=web") == []
    assert argo.summary() == ("Synced", "Healthy")
    argo.api.patch(DEPLOYMENTS, "web", "default", {"spec": {"replicas": 3}}, manager="norikae")
    kernel.run(120)
    assert len(argo.api.list("pods", "default", labels="app=web")) == 3
    assert argo.summary() == ("Synced", "Healthy")


def test_a_manifest_with_replicas_would_start_it(kernel: Kernel) -> None:
    argo = Argo(kernel, {"shop/web.yaml": web()})
    argo.api.create(DEPLOYMENTS, suspended(web()), manager="norikae")
    argo.application()
    kernel.run(5)
    argo.sync()
    argo.run_until_phase("Succeeded")
    assert argo.api.get(DEPLOYMENTS, "web", "default")["spec"]["replicas"] == 1
