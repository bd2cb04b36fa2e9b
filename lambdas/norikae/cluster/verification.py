"""Verification Jobs: what the users of an environment want to have tried on green before the first weight.

The Jobs come from the file ``verify.jobs`` of the environment. They run in a namespace of their own, each round under
new names, so that a second round never reads the result of the first. Sources: Kubernetes docs, "Jobs" (conditions
Complete and Failed; ``activeDeadlineSeconds`` counts from the start and wins over ``backoffLimit``).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from norikae.argocd.ready import instant
from norikae.cluster.workloads import condition
from norikae.errors import ConflictError, NorikaeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from norikae.cluster.ports import Json, Kubernetes

NAMESPACE = "norikae-verification"
JOBS, PODS = "jobs.batch", "pods"
RUN_LABEL = "norikae.dev/run"
JOB_LABEL = "batch.kubernetes.io/job-name"
"""On every pod of a Job since Kubernetes 1.27 (docs, "Well-Known Labels")."""
LONGEST_NAME = 63
LAST_LINES = 5
"""How many lines of a failed Job are told; the evidence has more."""
KEPT_LINES = 200


@dataclass(frozen=True, slots=True)
class Round:
    """One round of all Jobs.

    Args:
        run: the run.
        attempt: its attempt.
        number: a round that failed is followed by another one.
        deadline_seconds: a Job that takes longer has failed.
    """

    run: str
    attempt: int
    number: int
    deadline_seconds: int

    def name_of(self, job: str) -> str:
        """What a Job is called in this round."""
        suffix = f"-{self.attempt}-{self.number}"
        return job[: LONGEST_NAME - len(suffix)].rstrip("-.") + suffix


@dataclass(frozen=True, slots=True)
class Result:
    """One Job of a round.

    Args:
        job: its name in the environment's file.
        state: ``running``, ``passed`` or ``failed``.
        why: what it waits for, or why it failed.
    """

    job: str
    state: str
    why: str = ""


def look_at_jobs(kubernetes: Kubernetes, jobs: Sequence[Json], this: Round, now: float) -> tuple[Result, ...]:
    """Every Job of the round exists; how each of them fares.

    Args:
        kubernetes: green's API.
        jobs: the Jobs of the environment's file.
        this: the round.
        now: this instant, in seconds since the epoch.
    """
    return tuple(_look(kubernetes, job, this, now) for job in jobs)


def log_of(kubernetes: Kubernetes, job: str, this: Round) -> dict[str, Any]:
    """What the pods of a Job wrote, as evidence; a pod whose log cannot be read says why instead."""
    name = this.name_of(job)
    pods = kubernetes.list(PODS, NAMESPACE, labels=f"{JOB_LABEL}={name}")
    return {
        "job": job,
        "name": name,
        "run": this.run,
        "attempt": this.attempt,
        "round": this.number,
        "pods": [
            {
                "pod": pod["metadata"]["name"],
                "phase": (pod.get("status") or {}).get("phase", ""),
                "log": _log(kubernetes, pod["metadata"]["name"]),
            }
            for pod in sorted(pods, key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")))
        ],
    }


def last_lines(evidence: Mapping[str, Any]) -> str:
    """The last lines that the youngest pod of a Job wrote."""
    pods: list[Mapping[str, Any]] = evidence["pods"]
    lines = [line for line in pods[-1]["log"].splitlines() if line.strip()] if pods else []
    return " / ".join(lines[-LAST_LINES:]) or "it wrote nothing"


def refused_objects(objects: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What is wrong with a file of verification Jobs, each as a sentence; nothing but Jobs may be in it."""
    found: list[str] = []
    names: set[str] = set()
    for obj in objects:
        kind, name = obj.get("kind"), (obj.get("metadata") or {}).get("name")
        if (obj.get("apiVersion"), kind) != ("batch/v1", "Job"):
            found.append(f"{kind or 'an object'} {name or ''}: only Jobs of batch/v1 may be there".replace(" :", ":"))
        elif not name:
            found.append("a Job has no metadata.name")
        elif name in names:
            found.append(f"Job {name} is there twice")
        names.add(str(name))
    return tuple(found)


def _look(kubernetes: Kubernetes, job: Json, this: Round, now: float) -> Result:
    known = job["metadata"]["name"]
    found = kubernetes.get(JOBS, this.name_of(known), NAMESPACE)
    if found is None:
        with suppress(ConflictError):  # an invocation that died had made it
            kubernetes.create(_of_round(job, this))
        return Result(known, "running", "was just created")
    if condition(found, "Complete") == "True":
        return Result(known, "passed")
    if condition(found, "Failed") == "True":
        return Result(known, "failed", _failure(found))
    spent = now - (instant(found["metadata"].get("creationTimestamp")) or now)
    if spent > this.deadline_seconds:
        return Result(known, "failed", f"not finished after {spent:.0f} s (verify.jobs_deadline)")
    status = found.get("status") or {}
    counts = ", ".join(f"{status[word]} {word}" for word in ("active", "succeeded", "failed") if status.get(word))
    return Result(known, "running", counts or "has no pod yet")


def _of_round(job: Json, this: Round) -> Json:
    """The Job as it is created: with the round's name, in our namespace, with an end, and there until green goes.

    One that took itself away would look as if it had never run, and its log would be lost.
    """
    metadata = job["metadata"]
    spec = {key: value for key, value in job["spec"].items() if key != "ttlSecondsAfterFinished"}
    return {
        **job,
        "metadata": {
            "name": this.name_of(metadata["name"]),
            "namespace": NAMESPACE,
            "labels": {**(metadata.get("labels") or {}), RUN_LABEL: this.run[:LONGEST_NAME].rstrip("-._")},
            "annotations": dict(metadata.get("annotations") or {}),
        },
        "spec": {"activeDeadlineSeconds": this.deadline_seconds, **spec},
    }


def _failure(job: Json) -> str:
    for one in job["status"]["conditions"]:
        if one["type"] == "Failed":
            return ": ".join(word for word in (one.get("reason", ""), one.get("message", "")) if word)
    return "failed"


def _log(kubernetes: Kubernetes, pod: str) -> str:
    try:
        return kubernetes.logs(pod, NAMESPACE, lines=KEPT_LINES)
    except NorikaeError as error:  # a pod that never started has no log; that must not hide why the Job failed
        return f"(no log: {error})"
