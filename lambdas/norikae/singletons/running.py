"""One singleton in one cluster: stopped, seen to have stopped, started."""

from collections.abc import Mapping
from typing import Any

from norikae.cluster.ports import Json, Kubernetes
from norikae.singletons.policy import CRON_JOBS, JOBS, of_size, size_of
from norikae.singletons.suspend import MARK

FIELD_MANAGER = "norikae"
LAST = ("lastScheduleTime", "lastSuccessfulTime")
ENDED = frozenset({"Succeeded", "Failed"})


def stop(kubernetes: Kubernetes, run: str, resource: str, obj: Json) -> None:
    """Nothing new of it begins: a CronJob is suspended, a workload gets 0 replicas; what runs is not cut off here.

    Args:
        kubernetes: the cluster's API.
        run: whose hand-off it is, for whoever looks at the object.
        resource: ``plural.group``.
        obj: the object as it was read; a change since then is a ConflictError.
    """
    _patch(kubernetes, resource, obj, {"annotations": {MARK: run}}, of_size(resource, 0))


def start(kubernetes: Kubernetes, resource: str, obj: Json, size: int) -> None:
    """It runs again, and nothing of norikae is left on it.

    What norikae created belongs to norikae's field manager, too; a server-side apply could not remove such a field
    later, so the entry goes with the start (Kubernetes docs, "Server-Side Apply", "Clearing managedFields").
    """
    owners = [one for one in obj["metadata"].get("managedFields") or [] if one.get("manager") != FIELD_MANAGER]
    metadata = {"annotations": {MARK: None}, **({"managedFields": owners} if owners else {})}
    _patch(kubernetes, resource, obj, metadata, of_size(resource, size))


def still_runs(kubernetes: Kubernetes, resource: str, obj: Json) -> str:
    """What of it has not ended yet, in words; empty when nothing runs any more.

    A suspended CronJob's Jobs go on to their end (Kubernetes docs, "CronJob", "Schedule suspension"), and a pod that
    is being deleted still works, which a workload's own counts leave out.
    """
    meta = obj["metadata"]
    if resource == CRON_JOBS:
        jobs = [
            one for one in kubernetes.list(JOBS, meta["namespace"]) if _is_run_of(one, meta) and not _has_ended(one)
        ]
        names = {str(one["metadata"]["name"]) for one in jobs}
        names |= {str(one.get("name")) for one in (obj.get("status") or {}).get("active") or []}
        return f"Job {', '.join(sorted(names))} of it to end" if names else ""
    if (obj.get("status") or {}).get("observedGeneration", 0) < meta.get("generation", 1):
        return "its controller to see that it has 0 replicas"
    pods = kubernetes.list("pods", meta["namespace"], labels=selector_text(obj["spec"]["selector"]))
    left = sorted(pod["metadata"]["name"] for pod in pods if (pod.get("status") or {}).get("phase") not in ENDED)
    return f"pod {', '.join(left)} of it to end" if left else ""


def carry_last_run(kubernetes: Kubernetes, resource: str, left: Json, reached: Json) -> None:
    """A CronJob does not run a time again that has run in the cluster that it comes from; a missed one it catches up.

    A CronJob that is resumed starts the newest time that it has missed since ``status.lastScheduleTime``, or else since
    it was created (pkg/controller/cronjob/utils.go, mostRecentScheduleTime). ``lastSuccessfulTime`` comes with it: Argo
    CD calls a CronJob Degraded that was scheduled later than it succeeded (its health.lua).

    Args:
        kubernetes: the API of the cluster that it has reached.
        resource: ``plural.group``.
        left: the object in the cluster that it comes from.
        reached: the object where it is to run.
    """
    if resource != CRON_JOBS:
        return
    before, after = left.get("status") or {}, reached.get("status") or {}
    # RFC 3339 in UTC and whole seconds, so texts compare as times.
    newer = {key: before[key] for key in LAST if str(before.get(key) or "") > str(after.get(key) or "")}
    if newer:
        meta = reached["metadata"]
        kubernetes.patch(resource, meta["name"], meta["namespace"], {"status": newer}, subresource="status")


def runs(resource: str, obj: Json | None) -> bool:
    """Whether anything new of it may begin."""
    return obj is not None and size_of(resource, obj) > 0


def selector_text(selector: Mapping[str, Any]) -> str:
    """A LabelSelector as the text of a list request (Kubernetes docs, "Labels and Selectors")."""
    words = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for term in selector.get("matchExpressions") or []:
        key, values = term["key"], ",".join(term.get("values") or ())
        words.append(
            {"In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})", "DoesNotExist": f"!{key}"}.get(
                term["operator"], key
            )
        )
    return ",".join(words)


def _patch(kubernetes: Kubernetes, resource: str, obj: Json, metadata: Json, spec: Json) -> None:
    meta = obj["metadata"]
    body = {"metadata": {**metadata, "resourceVersion": meta["resourceVersion"]}, "spec": spec}
    kubernetes.patch(resource, meta["name"], meta["namespace"], body)


def _is_run_of(job: Json, cron_job: Json) -> bool:
    owners = job["metadata"].get("ownerReferences") or []
    return any(one.get("uid") == cron_job.get("uid") and one.get("controller") for one in owners)


def _has_ended(job: Json) -> bool:
    conditions = (job.get("status") or {}).get("conditions") or []
    return any(one.get("type") in ("Complete", "Failed") and one.get("status") == "True" for one in conditions)
