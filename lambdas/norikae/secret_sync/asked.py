"""What External Secrets has been asked to fetch, as an annotation of the ExternalSecret, and whether it has done so.

Clocks need not agree. ``status.syncedResourceVersion`` is ``<generation>-<hash of labels and annotations>`` of the
object as the reconcile that succeeded had read it (external-secrets/external-secrets, ``pkg/controllers/util/util.go``
and ``ObjectHash`` in ``pkg/utils/utils.go``: the hash is of Go's ``%+v`` of both maps, by MD5 at first, by SHA3-224
now). So it is known whether that reconcile had seen the annotation: one that began before it writes another hash. From
an operator that hashes in a way that is not known here, any other version than before is taken for an answer.
``status.refreshTime`` is when the reconcile began; minutes after the asking it is an answer in any case.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from norikae.secret_sync.secret import ARN, SUFFIX, Described

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from norikae.secret_sync.target import Json

ASKED = "norikae.dev/secret-asked"
"""Annotation: ARN to an ``Ask``, in compact JSON."""
FORCE = "force-sync"
SKEW = 120.0
"""Seconds by which the clock of a cluster may be ahead."""


class Ask(msgspec.Struct, frozen=True, array_like=True):
    """That a version was asked for.

    Args:
        version: which.
        before: ``status.syncedResourceVersion`` at that moment.
        at: that moment, in seconds since the epoch; 0 once it is known that the version was fetched.
        hashes: whether this operator was seen to hash as it is known here.
    """

    version: str
    before: str = ""
    at: int = 0
    hashes: bool = False


def asks_of(obj: Json) -> dict[str, Ask]:
    """What was asked, by ARN; nothing when somebody has made the annotation unreadable.

    Args:
        obj: the ExternalSecret.
    """
    text = (obj["metadata"].get("annotations") or {}).get(ASKED, "{}")
    try:
        return msgspec.json.decode(text, type=dict[str, Ask])
    except (ValueError, RecursionError):
        return {}


def is_fetched(obj: Json, ask: Ask) -> bool:
    """Whether External Secrets has written the Secret since it was asked.

    Args:
        obj: the ExternalSecret.
        ask: what it was asked.
    """
    status = obj.get("status") or {}
    synced = str(status.get("syncedResourceVersion") or "")
    if not ask.at:
        return True
    if not synced or not status.get("refreshTime") or ready(obj)[0] != "True":
        return False
    if synced in _versions(obj["metadata"]) or (not ask.hashes and synced != ask.before):
        return True
    return _seconds(status["refreshTime"]) > ask.at + SKEW


def asking(obj: Json, secret: Described, references: Collection[str], *, now: float) -> Json:
    """The merge patch that asks for the current version of a secret and remembers it.

    Args:
        obj: the ExternalSecret.
        secret: as DescribeSecret gives it.
        references: the secrets that the ExternalSecret names; what was asked about others is forgotten.
        now: the instant, in seconds since the epoch.
    """
    synced = str((obj.get("status") or {}).get("syncedResourceVersion") or "")
    known = {arn: Ask(one.version) if is_fetched(obj, one) else one for arn, one in asks_of(obj).items()}
    # While an older question is open, what it has written last may be of neither; then the older one knows.
    hashes = synced in _versions(obj["metadata"]) or any(one.hashes for one in known.values())
    kept = {arn: one for arn, one in known.items() if _is_named(arn, references)}
    asks = {**kept, secret.arn: Ask(secret.current, synced, int(now), hashes)}
    notes = {FORCE: str(int(now)), ASKED: msgspec.json.encode(asks, order="sorted").decode()}
    return {"metadata": {"annotations": notes}}


def ready(obj: Json) -> tuple[str, str]:
    """Status and reason of the condition Ready; its message is nobody's business, it repeats what AWS says."""
    for one in (obj.get("status") or {}).get("conditions") or ():
        if one.get("type") == "Ready":
            return str(one.get("status", "")), str(one.get("reason", ""))
    return "", ""


def _seconds(moment: object) -> float:
    try:
        return datetime.fromisoformat(str(moment)).timestamp()
    except ValueError:
        return 0.0


def _is_named(arn: str, references: Collection[str]) -> bool:
    found = ARN.fullmatch(arn)
    name = SUFFIX.sub("", found["name"]) if found else ""
    return any(Described(arn, name, "").is_meant_by(one) for one in references)


def _versions(metadata: Json) -> set[str]:
    """``syncedResourceVersion`` of a reconcile that has seen the object as it is, old and new."""
    text = f"{{annotations:{_go_map(metadata.get('annotations'))} labels:{_go_map(metadata.get('labels'))}}}".encode()
    digests = (hashlib.md5(text, usedforsecurity=False).hexdigest(), hashlib.sha3_224(text).hexdigest())
    return {f"{metadata.get('generation', 0)}-{digest}" for digest in digests}


def _go_map(entries: Mapping[str, str] | None) -> str:
    return f"map[{' '.join(f'{key}:{value}' for key, value in sorted((entries or {}).items()))}]"
