"""When External Secrets fetches again, and which Secret it takes for its own and unharmed: pure decisions.

Source: github.com/external-secrets/external-secrets, ``pkg/controllers/externalsecret/externalsecret_controller.go``
(shouldRefresh, shouldRefreshPeriodic, isSecretValid, getRequeueResult), ``runtime/util`` (GetResourceVersion). Its hash
is SHA3-224 of Go's print of a value, this one of JSON: equal for equal values, but not the same digits.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from local.cluster.objects import canonical, seconds_of
from local.edge.external_dns_settings import CannotStart, seconds

if TYPE_CHECKING:
    from local.cluster.objects import Json

OWNER = "reconcile.external-secrets.io/created-by"
MANAGED = "reconcile.external-secrets.io/managed"
DATA_HASH = "reconcile.external-secrets.io/data-hash"


class BadDurationError(Exception):
    """``refreshInterval`` is none."""


def interval_of(declared: Json) -> float:
    """``spec.refreshInterval`` in seconds; an hour by default.

    Raises:
        BadDurationError: it is no duration.
    """
    text = str(declared["spec"].get("refreshInterval", "1h"))
    if text in {"0", "0s"}:
        return 0.0
    try:
        return seconds(text)
    except CannotStart as error:
        raise BadDurationError(str(error)) from error


def resource_version(declared: Json) -> str:
    """What a synced ExternalSecret is recognised by: generation, and a hash of annotations and labels."""
    meta = declared["metadata"]
    told = {"annotations": meta.get("annotations") or {}, "labels": meta.get("labels") or {}}
    return f"{meta['generation']}-{digest(told)}"


def digest(value: object) -> str:
    """The same for equal values."""
    return hashlib.sha3_224(canonical(value).encode()).hexdigest()


def is_due(declared: Json, now: float) -> bool:
    """Whether the refresh policy asks for the value now.

    Args:
        declared: the ExternalSecret.
        now: seconds since the epoch.
    """
    status = declared.get("status") or {}
    synced, at = status.get("syncedResourceVersion") or "", status.get("refreshTime")
    policy = declared["spec"].get("refreshPolicy", "Periodic")
    if policy == "CreatedOnce":
        return not synced or not at
    if policy == "OnChange":
        return not synced or not at or synced != resource_version(declared)
    interval = interval_of(declared)
    if interval <= 0 and synced:
        return False  # whatever has changed: neither a new spec nor an annotation fetches again
    if synced != resource_version(declared) or not at:
        return True
    last = seconds_of(at)
    return last > now or last + interval < now


def is_unharmed(declared: Json, secret: Json | None) -> bool:
    """Whether the Secret is there, carries the label, and has the data that was written last."""
    if (declared["spec"].get("target") or {}).get("creationPolicy", "Owner") == "Orphan":
        return True
    if secret is None or (secret["metadata"].get("labels") or {}).get(MANAGED) != "true":
        return False
    kept = (secret["metadata"].get("annotations") or {}).get(DATA_HASH)
    return kept == digest(secret.get("data") or {})


def next_look(declared: Json, now: float) -> float | None:
    """Seconds until it looks again by itself; None for never."""
    interval = interval_of(declared)
    at = (declared.get("status") or {}).get("refreshTime")
    if interval <= 0:
        return None
    if not at:
        return interval
    return max(interval - (now - seconds_of(at)), 0.0)
