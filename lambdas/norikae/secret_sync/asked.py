"""What External Secrets has been asked to fetch, as an annotation of the ExternalSecret, and whether it has done so.

No clock is compared. ``status.syncedResourceVersion`` is ``<generation>-<hash of labels and annotations>`` of the
object as the reconcile that succeeded had read it (external-secrets/external-secrets, ``pkg/controllers/util/util.go``
and ``ObjectHash`` in ``pkg/utils/utils.go``: the hash is of Go's ``%+v`` of both maps, by MD5 at first, by SHA3-224
now). So it is known whether that reconcile had seen the annotation: one that began before it writes another hash.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from norikae.secret_sync.secret import ARN, SUFFIX, Described

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from norikae.secret_sync.target import Json

ASKED = "norikae.dev/secret-asked"
"""Annotation: ARN to the version that was asked for and the ``syncedResourceVersion`` then, which is left out once it
is known that the version was fetched; compact JSON."""
FORCE = "force-sync"
_DIGEST = re.compile(r"\d+-(?:[0-9a-f]{32}|[0-9a-f]{56})")


@dataclass(frozen=True, slots=True)
class Ask:
    """That a version was asked for.

    Args:
        version: which.
        before: ``status.syncedResourceVersion`` at that moment.
        done: whether it is known already that it was fetched.
    """

    version: str
    before: str = ""
    done: bool = False


def asks_of(obj: Json) -> dict[str, Ask]:
    """What was asked, by ARN; nothing when somebody has made the annotation unreadable.

    Args:
        obj: the ExternalSecret.
    """
    text = (obj["metadata"].get("annotations") or {}).get(ASKED, "{}")
    try:
        found = msgspec.json.decode(text, type=dict[str, tuple[str, ...]])
    except (ValueError, RecursionError):
        return {}
    return {arn: Ask(one[0], "".join(one[1:2]), done=len(one) == 1) for arn, one in found.items() if one}


def is_fetched(obj: Json, ask: Ask) -> bool:
    """Whether External Secrets has written the Secret since it was asked.

    Args:
        obj: the ExternalSecret.
        ask: what it was asked.
    """
    status = obj.get("status") or {}
    synced = str(status.get("syncedResourceVersion") or "")
    if ask.done:
        return True
    if not synced or not status.get("refreshTime") or ready(obj)[0] != "True":
        return False
    if _DIGEST.fullmatch(synced):
        return synced in _versions(obj["metadata"])
    return synced != ask.before  # an External Secrets of tomorrow, which hashes otherwise


def asking(obj: Json, secret: Described, references: Collection[str], *, now: float) -> Json:
    """The merge patch that asks for the current version of a secret and remembers it.

    Args:
        obj: the ExternalSecret.
        secret: as DescribeSecret gives it.
        references: the secrets that the ExternalSecret names; what was asked about others is forgotten.
        now: the instant, in seconds since the epoch.
    """
    synced = str((obj.get("status") or {}).get("syncedResourceVersion") or "")
    kept = {
        arn: (ask.version,) if is_fetched(obj, ask) else (ask.version, ask.before)
        for arn, ask in asks_of(obj).items()
        if arn != secret.arn and _is_named(arn, references)
    }
    asks: Mapping[str, tuple[str, ...]] = {**kept, secret.arn: (secret.current, synced)}
    notes = {FORCE: str(int(now)), ASKED: msgspec.json.encode(asks, order="sorted").decode()}
    return {"metadata": {"annotations": notes}}


def ready(obj: Json) -> tuple[str, str]:
    """Status and reason of the condition Ready; its message is nobody's business, it repeats what AWS says."""
    for one in (obj.get("status") or {}).get("conditions") or ():
        if one.get("type") == "Ready":
            return str(one.get("status", "")), str(one.get("reason", ""))
    return "", ""


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
