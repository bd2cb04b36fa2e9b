"""What is done about a Kubernetes Secret that a SecretSync asks for; the value is not needed to know that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from norikae.secret_sync.declaration import synced
from norikae.secret_sync.keys import listed
from norikae.secret_sync.render import fingerprint
from norikae.secret_sync.secret import NAMESPACES_TAG
from norikae.secret_sync.stored import (
    GENERATION,
    HASH,
    KEYS,
    REPLACES,
    SECRET,
    SYNC,
    VERSION,
    WRITTEN_AT,
    Wanted,
)
from norikae.secret_sync.target import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.secret_sync.declaration import Declaration
    from norikae.secret_sync.sealed import Sealed
    from norikae.secret_sync.secret import Described
    from norikae.secret_sync.stored import Stored
    from norikae.secret_sync.target import Json, Target

Became = Literal["current", "edited", "refused"]
"""What became of a SecretSync: its Secret has the current version; it has it but for an edit by hand, which is only
reported; a person has to change something. What fails for the moment is nothing that a status says."""
_CONDITION: Mapping[Became, tuple[str, str]] = {
    "current": ("True", "Current"),
    "edited": ("False", "Edited"),
    "refused": ("False", "Refused"),
}
_LONGEST_MESSAGE = 1024


@dataclass(frozen=True, slots=True)
class Move:
    """What is done about a Secret, and why.

    Args:
        action: ``keep`` and ``report`` write nothing, ``create`` and ``write`` need the value, ``refuse`` a person.
        reason: in words, with the remedy when it is refused.
    """

    action: Literal["keep", "create", "write", "report", "refuse"]
    reason: str


def decide(target: Target, declaration: Declaration, secret: Described, stored: Stored | None, *, on_edit: str) -> Move:
    """What is done about a SecretSync's Secret; it follows AWSCURRENT, wherever that label moves.

    Args:
        target: the SecretSync as it was read.
        declaration: what it asks for.
        secret: what Secrets Manager says of its secret.
        stored: the Secret as it was read; None when there is none.
        on_edit: ``repair`` or ``report``, for a SecretSync that does not say.
    """
    if problem := _withheld(declaration, secret):
        return Move("refuse", problem)
    if stored is None:
        return Move("create", f"there is no Secret {declaration.namespace}/{declaration.target_name} yet")
    if problem := _taken(target, declaration, stored):
        return Move("refuse", problem)
    move = _due(target, declaration, secret, stored, on_edit)
    if move.action == "write" and stored.immutable:
        return Move(
            "refuse",
            f"Secret {stored.namespace}/{stored.name} is immutable, so nobody can write it; delete it, or set another "
            "spec.target.name",
        )
    return move


def wanted(
    target: Target,
    declaration: Declaration,
    secret: Described,
    version: str,
    data: Mapping[str, Sealed],
    stored: Stored | None,
    *,
    now: float,
) -> Wanted:
    """The Secret as it should be; written twice it is the same.

    It says that it replaces a version only when norikae had written another one there.

    Args:
        target: the SecretSync as it was read.
        declaration: what it asks for.
        secret: what Secrets Manager says of its secret.
        version: the version that the data is of.
        data: what was rendered.
        stored: the Secret as it was read; None when there is none.
        now: the instant, in seconds since the epoch.
    """
    before = stored.annotations if stored is not None else {}
    is_same = before.get(VERSION) == version
    replaces = before.get(REPLACES, "") if is_same else before.get(VERSION, "")
    written_at = before.get(WRITTEN_AT, "") if is_same else ""
    annotations = {
        SYNC: owner(target),
        GENERATION: str(target.generation),
        SECRET: secret.arn,
        VERSION: version,
        WRITTEN_AT: written_at or _rfc3339(now),
        HASH: fingerprint(version, data),
        KEYS: ",".join(sorted(data)),
    }
    return Wanted(
        namespace=declaration.namespace,
        name=declaration.target_name,
        type=declaration.type,
        data=data,
        annotations={**annotations, REPLACES: replaces} if replaces else annotations,
        labels=declaration.labels,
    )


def status_of(
    target: Target, secret: Described | None, *, version: str, state: Became, reason: str, now: float
) -> Json:
    """The merge patch of a SecretSync's status; {} when it says all of that already, so nothing has to be sent.

    ``versionId`` is of the last time that it was current, but for an edit, and ``syncedAt`` of the last time without
    one; both stay when it is not any more.

    Args:
        target: the SecretSync as it was read, with its old status.
        secret: what Secrets Manager says of its secret; None when it says nothing.
        version: the version that the Secret has; does not count when it is refused.
        state: what became of it.
        reason: in words, with the remedy; never anything of a value.
        now: the instant, in seconds since the epoch.
    """
    old = target.object.get("status")
    old = old if isinstance(old, dict) else {}
    status, name = _CONDITION[state]
    known = synced(old)
    since = known.get("lastTransitionTime") if known.get("status") == status else None
    condition = {
        "type": "Synced",
        "status": status,
        "reason": name,
        "message": reason[:_LONGEST_MESSAGE],
        "observedGeneration": target.generation,
        "lastTransitionTime": since or _rfc3339(now),
    }
    said: Json = {"observedGeneration": target.generation}
    if secret is not None:
        said["secret"] = secret.arn
    if state != "refused":
        said["versionId"] = version
    is_news = state == "current" and (known.get("status") != "True" or {**old, **said} != old or "syncedAt" not in old)
    if is_news:
        said["syncedAt"] = _rfc3339(now)
    before = old.get("conditions")
    others = [one for one in before if isinstance(one, dict)] if isinstance(before, list) else []
    said["conditions"] = [*(one for one in others if one.get("type") != "Synced"), condition]
    return {"status": said} if {**old, **said} != old else {}


def standing_of_sync(target: Target, secret: Described) -> Standing:
    """How a SecretSync stands towards the current version, by its own status.

    Args:
        target: the SecretSync as it was read.
        secret: what Secrets Manager says of its secret.
    """
    if target.problem:
        return Standing("refused", target.problem)
    said = [version for reference, version in target.versions.items() if secret.is_meant_by(reference)]
    if secret.current and secret.current in said:
        return Standing("current")
    status = target.object.get("status")
    known = synced(status) if isinstance(status, dict) else {}
    is_fresh = known.get("observedGeneration") == target.generation
    message = str(known.get("message", "")) if is_fresh and known.get("status") != "True" else ""
    if message and known.get("reason") == "Refused":
        return Standing("refused", message)
    is_edited = bool(message) and known.get("reason") == "Edited"
    if is_edited and isinstance(status, dict) and status.get("versionId") == secret.current:
        return Standing("observed", message)
    return Standing(
        "behind", ("" if is_edited else message) or f"{target} does not have the current version of {secret.name} yet"
    )


def owner(target: Target) -> str:
    """What the annotation on a Secret says of whose it is.

    Args:
        target: the SecretSync.
    """
    return f"{target.namespace}/{target.name}"


def _withheld(declaration: Declaration, secret: Described) -> str:
    """Why the secret may not go there at all."""
    if secret.deleted_at is not None:
        return (
            f"{secret.name} was marked for deletion at {_rfc3339(secret.deleted_at)}; what the clusters have stays"
            " as it is. Restore it (aws secretsmanager restore-secret"
            f" --secret-id {secret.arn}), or delete what declares it"
        )
    if not secret.current:
        return f"no version of {secret.name} has the label AWSCURRENT; store a value in it"
    if declaration.namespace not in secret.namespaces:
        names = " ".join(sorted({*secret.namespaces, declaration.namespace}))
        return (
            f"{secret.name} may not go to the namespace {declaration.namespace}; who owns it allows that by its tag:"
            f" aws secretsmanager tag-resource --secret-id {secret.arn} --tags Key={NAMESPACES_TAG},Value='{names}'"
        )
    return ""


def _taken(target: Target, declaration: Declaration, stored: Stored) -> str:
    """Why the Secret that is there is not for this SecretSync to write."""
    place, whose = f"Secret {stored.namespace}/{stored.name}", stored.annotations.get(SYNC, "")
    if not whose and not declaration.take_over:
        return f"{place} is there already and not norikae's; set spec.target.takeOver: true or another spec.target.name"
    if whose and whose != owner(target):
        return (
            f"{place} belongs to SecretSync {whose}; set another spec.target.name, or, when that one is gone, take the "
            f"annotation {SYNC} away and set spec.target.takeOver: true"
        )
    if stored.type != declaration.type:
        return (
            f"{place} is of type {stored.type}, which cannot be changed to {declaration.type}; delete it, or set"
            " another spec.target.name"
        )
    return ""


def _due(target: Target, declaration: Declaration, secret: Described, stored: Stored, on_edit: str) -> Move:
    """What there is to write, if anything."""
    before = stored.annotations
    if SYNC not in before:
        return Move("write", "the Secret that was there is taken over")
    if (before.get(SECRET), stored.version) != (secret.arn, secret.current):
        return Move("write", f"it has another version than {secret.current}, which is the current one")
    if before.get(GENERATION) != str(target.generation):
        return Move("write", f"the SecretSync was changed; its generation is {target.generation}")
    if edit := _edit(stored):
        is_repaired = (declaration.on_edit or on_edit) == "repair"
        return Move("write" if is_repaired else "report", f"Secret {stored.namespace}/{stored.name} {edit}")
    return Move("keep", f"it has the current version {secret.current}")


def _edit(stored: Stored) -> str:
    """What somebody did by hand to the keys that norikae wrote; keys of others are theirs."""
    keys = [key for key in stored.annotations.get(KEYS, "").split(",") if key]
    missing = [key for key in keys if key not in stored.data]
    if missing:
        return f"was edited by hand: {listed(missing)} is missing"
    ours = {key: stored.data[key] for key in keys}
    is_ours = fingerprint(stored.version, ours) == stored.annotations.get(HASH)
    return "" if is_ours else "was edited by hand: not all of its values are those that norikae wrote"


def _rfc3339(instant: float) -> str:
    return datetime.fromtimestamp(int(instant), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
