"""AWSSecrets of aws-secret-operator: the version that their spec pins, and what the operator makes of a value.

Facts (mumoshu/aws-secret-operator): ``api/mumoshu/v1alpha1/awssecret_types.go`` nests ``secretsManagerSecretRef`` in
``stringDataFrom`` and in ``dataFrom``, and its status is empty, so nothing tells whether the operator is done; it
watches, and ``controllers/awssecret_controller.go`` writes as soon as ``versionId`` is another.
``controllers/secret.go`` dereferences SecretString without a look, decodes into ``map[string]string`` and keeps what Go
had decoded when a value is no string: those values become empty, but a ``port`` that is a number is put back.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from norikae.secret_sync.garbage import readable
from norikae.secret_sync.target import Standing, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from norikae.secret_sync.ports import Shelf
    from norikae.secret_sync.secret import Described, Value
    from norikae.secret_sync.target import Json, Kind

KIND: Kind = "awssecrets.mumoshu.github.io"
Field = Literal["stringDataFrom", "dataFrom"]
FIELDS: tuple[Field, ...] = ("stringDataFrom", "dataFrom")
"""Where a spec nests its references."""
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
"""A key of a Kubernetes Secret (Kubernetes API reference, Secret)."""
_REMEDY = "declare a SecretSync for it instead of the AWSSecret"


def targets(shelf: Shelf, *, account: str = "", region: str = "") -> list[Target]:
    """The AWSSecrets of a cluster, each reference with the version that the spec has.

    Args:
        shelf: the cluster.
        account: not needed: the operator reads where it runs, and an ARN names its own.
        region: not needed either.
    """
    del account, region
    return [target for target in readable(_target, shelf.declared(KIND)) if target.secrets]


def standing_of(target: Target, secret: Described) -> Standing:
    """How an AWSSecret stands towards the current version of a secret: its spec has it, or not.

    Whether the operator would corrupt the value is not known here; ``corrupted_by_operator`` says it, for whoever has
    read the value and before a patch.

    Args:
        target: one of ``targets``.
        secret: as DescribeSecret gives it.
    """
    old = [version for _, reference, version in _references(target.object) if secret.is_meant_by(reference)]
    if all(version == secret.current for version in old):
        return Standing("current")
    return Standing("behind", f"{target} has versionId {old[0] or 'none'}, AWSCURRENT is {secret.current}")


def nudge(target: Target, secret: Described, *, now: float) -> Json | None:
    """The merge patch that gives every reference to a secret the current versionId; None when all have it.

    Args:
        target: one of ``targets``.
        secret: as DescribeSecret gives it.
        now: not needed.
    """
    del now
    fields = [
        field
        for field, reference, version in _references(target.object)
        if secret.is_meant_by(reference) and version != secret.current
    ]
    patch = {"secretsManagerSecretRef": {"versionId": secret.current}}
    return {"spec": dict.fromkeys(fields, patch)} if fields else None


def fields_of(target: Target, secret: Described | None = None) -> tuple[Field, ...]:
    """Which of the two fields of an AWSSecret reference a secret.

    Args:
        target: one of ``targets``.
        secret: which; None for any.
    """
    found = _references(target.object)
    return tuple(field for field, reference, _ in found if secret is None or secret.is_meant_by(reference))


def corrupted_by_operator(value: Value, field: Field = "stringDataFrom") -> str:
    """Why aws-secret-operator would make something else of a value, with the remedy; "" when it would not.

    The text counts, it never names or shows anything of the value.

    Args:
        value: as it is current.
        field: where the AWSSecret references it.
    """
    if value.binary:
        return f"it is binary, and aws-secret-operator crashes on that; {_REMEDY}"
    try:
        found = msgspec.json.decode(value.content.open())
    except (ValueError, RecursionError):
        found = ...
    if found is None:
        return f"it is the JSON null, and aws-secret-operator crashes on that; {_REMEDY}"
    if not isinstance(found, dict):
        if field == "dataFrom":
            return f"it is no JSON object, so dataFrom of an AWSSecret never takes it; use stringDataFrom, or {_REMEDY}"
        return ""  # the whole text becomes the key ``data``
    if unfit := sum(not _KEY.fullmatch(key) for key in found):
        return f"{unfit} of its keys cannot be keys of a Kubernetes Secret; {_REMEDY}"
    return _corrupted_bytes(found) if field == "dataFrom" else _corrupted_strings(found)


def _corrupted_strings(found: Mapping[str, Any]) -> str:
    odd = {key for key, one in found.items() if not isinstance(one, str)}
    # A null is no error for Go, so then the operator has no reason to put the port back.
    is_put_back = odd == {"port"} and isinstance(found["port"], int | float) and not isinstance(found["port"], bool)
    if not odd or is_put_back:
        return ""
    return f"{len(odd)} of its values are no strings, and aws-secret-operator would write them as empty ones; {_REMEDY}"


def _corrupted_bytes(found: Mapping[str, Any]) -> str:
    odd = sum(not (isinstance(one, str) and _is_base64(one)) for one in found.values())
    if not odd:
        return ""
    return (
        f"{odd} of its values are not in base64, so dataFrom of an AWSSecret never takes them; "
        f"use stringDataFrom, or {_REMEDY}"
    )


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except ValueError:
        return False
    return True


def _target(obj: Json) -> Target:
    metadata = obj["metadata"]
    versions: dict[str, str] = {}
    for _, reference, version in _references(obj):
        is_other = versions.get(reference, version) != version
        versions[reference] = "" if is_other else version
    return Target(
        KIND,
        metadata["namespace"],
        metadata["name"],
        tuple(sorted(versions)),
        metadata["resourceVersion"],
        generation=metadata.get("generation", 0),
        versions={one: version for one, version in versions.items() if version},
        object=obj,
    )


def _references(obj: Json) -> Iterator[tuple[Field, str, str]]:
    """Field, reference and version."""
    for field in FIELDS:
        found = ((obj.get("spec") or {}).get(field) or {}).get("secretsManagerSecretRef") or {}
        if found.get("secretId"):
            yield field, str(found["secretId"]), str(found.get("versionId") or "")
