"""Argo CD's opinion on the health of an object, kind by kind, and of a whole application.

Source: ``gitops-engine/pkg/health`` (deployments, Ingress, …), ``resource_customizations`` (CronJob, PDB) and
``controller/health.go`` of Argo CD 3.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from local.cluster.argocd.hooks import is_hook
from local.cluster.objects import Json, annotation, condition, is_terminating, is_true

ORDER = ("Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown")
"""Best to worst."""

IGNORE = "argocd.argoproj.io/ignore-healthcheck"


@dataclass(frozen=True)
class Health:
    """A status and the words that come with it."""

    status: str
    message: str = ""


@dataclass(frozen=True)
class Pair:
    """A resource of an application: as Git has it, and as the cluster has it."""

    group: str
    kind: str
    target: Json | None
    live: Json | None


HEALTHY = Health("Healthy")


def health_of(obj: Json) -> Health | None:
    """The health of a live object; None where Argo CD has no opinion (on Applications, too, since 1.8)."""
    if is_terminating(obj):
        return Health("Progressing", "Pending deletion")
    group = obj["apiVersion"].rpartition("/")[0]
    judge = _JUDGES.get((group, obj["kind"]))
    return judge(obj) if judge else None


def application_health(pairs: Iterable[Pair]) -> str:
    """The worst health among an application's resources, with the exclusions of 3.4.

    A missing resource does not count unless all are missing; a missing or unknown child Application does not count;
    no resources at all are Healthy.
    """
    worst, expected, present = "Healthy", False, False
    for pair in pairs:
        expected = True
        present |= pair.live is not None
        if pair.live is None or annotation(pair.live, IGNORE) == "true" or is_hook(pair.live):
            continue
        health = health_of(pair.live)
        if health is None or ((pair.group, pair.kind) == _CHILD and health.status in {"Missing", "Unknown"}):
            continue
        worst = max(worst, health.status, key=ORDER.index)
    if expected and not present:
        worst = max(worst, "Missing", key=ORDER.index)
    return worst


_CHILD = ("argoproj.io", "Application")


_ROLLOUT = "Waiting for rollout to finish: "


def _status(obj: Json) -> Json:
    return obj.get("status") or {}


def _observed(obj: Json) -> bool:
    return bool(obj["metadata"].get("generation", 1) <= _status(obj).get("observedGeneration", 0))


def _deployment(obj: Json) -> Health:
    if obj["spec"].get("paused"):
        return Health("Suspended", "Deployment is paused")
    if not _observed(obj):
        return Health("Progressing", _ROLLOUT + "observed deployment generation less than desired generation")
    if (condition(obj, "Progressing") or {}).get("reason") == "ProgressDeadlineExceeded":
        return Health("Degraded", f'Deployment "{obj["metadata"]["name"]}" exceeded its progress deadline')
    return _rollout(_status(obj), obj["spec"].get("replicas", 1), _ROLLOUT)


def _rollout(status: Json, replicas: int, wait: str) -> Health:
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if updated < replicas:
        return Health("Progressing", wait + f"{updated} out of {replicas} new replicas have been updated...")
    if status.get("replicas", 0) > updated:
        left = status["replicas"] - updated
        return Health("Progressing", wait + f"{left} old replicas are pending termination...")
    if available < updated:
        return Health("Progressing", wait + f"{available} of {updated} updated replicas are available...")
    return HEALTHY


def _stateful_set(obj: Json) -> Health:
    status, replicas = _status(obj), obj["spec"].get("replicas", 1)
    if not _observed(obj):
        return Health("Progressing", "Waiting for statefulset spec update to be observed...")
    if status.get("readyReplicas", 0) < replicas:
        return Health("Progressing", f"Waiting for {replicas - status.get('readyReplicas', 0)} pods to be ready...")
    if status.get("updateRevision") != status.get("currentRevision"):
        return Health("Progressing", "waiting for statefulset rolling update to complete")
    return HEALTHY


def _daemon_set(obj: Json) -> Health:
    status, wait = _status(obj), f'Waiting for daemon set "{obj["metadata"]["name"]}" rollout to finish: '
    if not _observed(obj):
        return Health("Progressing", wait + "observed daemon set generation less than desired generation")
    wanted = status.get("desiredNumberScheduled", 0)
    for name, words in (
        ("updatedNumberScheduled", "new pods have been updated"),
        ("numberAvailable", "updated pods are available"),
    ):
        if status.get(name, 0) < wanted:
            return Health("Progressing", wait + f"{status.get(name, 0)} of {wanted} {words}...")
    return HEALTHY


def _replica_set(obj: Json) -> Health:
    if not _observed(obj):
        return Health(
            "Progressing", "Waiting for rollout to finish: observed replica set generation less than desired generation"
        )
    wanted, available = obj["spec"].get("replicas", 1), _status(obj).get("availableReplicas", 0)
    if available < wanted:
        return Health(
            "Progressing", f"Waiting for rollout to finish: {available} out of {wanted} new replicas are available..."
        )
    return HEALTHY


def _pod(obj: Json) -> Health:
    phase = _status(obj).get("phase", "Pending")
    if phase == "Running" and is_true(obj, "Ready"):
        return HEALTHY
    return {"Succeeded": HEALTHY, "Failed": Health("Degraded")}.get(phase, Health("Progressing"))


def _ingress(obj: Json) -> Health:
    return HEALTHY if (_status(obj).get("loadBalancer") or {}).get("ingress") else Health("Progressing")


def _service(obj: Json) -> Health:
    if (obj.get("spec") or {}).get("type") != "LoadBalancer":
        return HEALTHY
    return _ingress(obj)


def _volume_claim(obj: Json) -> Health:
    phase = _status(obj).get("phase")
    return {"Bound": HEALTHY, "Lost": Health("Degraded")}.get(phase or "", Health("Progressing"))


def _cron_job(obj: Json) -> Health:
    if obj["spec"].get("suspend"):
        return Health("Suspended", "CronJob is Suspended")
    status = _status(obj)
    if not status.get("lastScheduleTime"):
        return Health("Healthy", "CronJob has not been scheduled yet")
    if not status.get("lastSuccessfulTime"):
        return Health("Healthy", "The Cronjob never completed succesfully. It may not be healthy")
    if status.get("active"):
        return Health("Healthy", "The job is running. Its last execution may not have been successful")
    if status["lastSuccessfulTime"] < status["lastScheduleTime"]:
        return Health("Degraded", "CronJob has not completed its last execution successfully")
    return Health("Healthy", "CronJob has completed its last execution successfully")


def _job(obj: Json) -> Health:
    if is_true(obj, "Failed"):
        return Health("Degraded", str((condition(obj, "Failed") or {}).get("message", "")))
    if is_true(obj, "Complete"):
        return HEALTHY
    return Health("Suspended" if obj["spec"].get("suspend") else "Progressing")


def _autoscaler(obj: Json) -> Health:
    able = condition(obj, "AbleToScale")
    if able is None:
        return Health("Progressing", "Waiting to Autoscale")
    return Health("Healthy" if able["status"] == "True" else "Degraded", able.get("message", ""))


def _budget(obj: Json) -> Health:
    allowed = condition(obj, "DisruptionAllowed")
    if allowed is None:
        return Health("Progressing", "Waiting for status")
    bad = allowed["status"] == "False" and allowed["reason"] != "InsufficientPods"
    return Health("Degraded" if bad else "Healthy", f"PodDisruptionBudget has {allowed['reason']}")


def _crd(obj: Json) -> Health:
    if is_true(obj, "Established"):
        return Health("Healthy", "CRD is healthy")
    return Health("Progressing", "Status conditions not found")


_JUDGES: dict[tuple[str, str], Callable[[Json], Health]] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "ReplicaSet"): _replica_set,
    ("", "Pod"): _pod,
    ("", "Service"): _service,
    ("", "PersistentVolumeClaim"): _volume_claim,
    ("networking.k8s.io", "Ingress"): _ingress,
    ("batch", "CronJob"): _cron_job,
    ("batch", "Job"): _job,
    ("autoscaling", "HorizontalPodAutoscaler"): _autoscaler,
    ("policy", "PodDisruptionBudget"): _budget,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _crd,
}
