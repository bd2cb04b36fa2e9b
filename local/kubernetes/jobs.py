"""What the API server adds to a new Job: the labels by which its pods are its own.

Source: ``pkg/registry/batch/job/strategy.go`` (generateSelector) and ``pkg/apis/batch/v1/defaults.go``.
"""

from local.kubernetes import errors
from local.kubernetes.objects import Json

_NOT_MODELLED = ("podFailurePolicy", "successPolicy", "backoffLimitPerIndex", "maxFailedIndexes", "managedBy")
_DEFAULTS = {"parallelism": 1, "backoffLimit": 6, "completionMode": "NonIndexed", "suspend": False}


def complete(job: Json) -> None:
    """Defaults, selector and labels of a new Job that has its uid already, in place; 501 for what no Job here does."""
    spec = job["spec"]
    unknown = [member for member in _NOT_MODELLED if member in spec]
    if spec.get("completionMode", "NonIndexed") != "NonIndexed":
        unknown.append(f"completionMode {spec['completionMode']}")
    if "parallelism" in spec and "completions" not in spec and spec["parallelism"] != 1:
        unknown.append("a work queue (parallelism without completions)")
    if spec.get("manualSelector"):
        unknown.append("manualSelector")
    if unknown:
        raise errors.outside(f"a Job with {', '.join(unknown)}")
    for member, value in _DEFAULTS.items():
        spec.setdefault(member, value)
    spec.setdefault("completions", 1)
    uid, name = job["metadata"]["uid"], job["metadata"]["name"]
    meta = spec["template"].setdefault("metadata", {})
    new = {"batch.kubernetes.io/controller-uid": uid, "batch.kubernetes.io/job-name": name}
    meta["labels"] = {**(meta.get("labels") or {}), **new, "controller-uid": uid, "job-name": name}
    spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
