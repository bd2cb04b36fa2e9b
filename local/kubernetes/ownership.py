"""Who owns which field: managedFields of every write, and server-side apply on top of it.

Source: KEP-555, ``sigs.k8s.io/structured-merge-diff/v6/merge/update.go`` and
``k8s.io/apimachinery/pkg/util/managedfields/internal``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.kubernetes import errors, merging
from local.kubernetes.errors import ApiError, Cause
from local.kubernetes.fields import Path, differing, from_fields_v1, leaves, spoken, to_fields_v1
from local.kubernetes.objects import Json, clone, timestamp
from local.kubernetes.resources import Resource
from local.kubernetes.writes import Write


@dataclass(frozen=True)
class Owner:
    """What tells one entry of managedFields from another; an applier is the same in every API version."""

    name: str
    operation: str
    api_version: str
    subresource: str

    def __str__(self) -> str:
        told = f'"{self.name}"' + (f' with subresource "{self.subresource}"' if self.subresource else "")
        return f"{told} using {self.api_version}" if self.operation == "Update" else told


@dataclass(frozen=True)
class Owned:
    """The fields of one manager, the version it wrote in and when its set changed last."""

    fields: frozenset[Path]
    api_version: str
    time: str


Owners = dict[Owner, Owned]


def check_applicable(wanted: Json, manager: str) -> None:
    """Refuse what cannot be applied: no manager (422), managedFields in the body or no name (400)."""
    if not manager:
        cause = errors.required("fieldManager", "is required for apply patch")
        raise errors.invalid("PatchOptions.meta.k8s.io", "", [cause])
    meta = wanted.get("metadata") or {}
    if meta.get("managedFields"):
        raise errors.bad_request("metadata.managedFields must be nil")
    if not meta.get("name"):
        raise errors.bad_request("name is required for server-side apply")


def check_creatable(kind: Resource, wanted: Json, subresource: str) -> None:
    """Refuse to make what is not there for its status (404) or for a uid (409); a resourceVersion stops nothing.

    Source: ``k8s.io/apiserver/pkg/endpoints/handlers/patch.go`` (applyPatch).
    """
    meta = wanted["metadata"]
    if subresource:
        raise errors.not_found(kind.name, meta["name"])
    if meta.get("uid"):
        why = f"uid mismatch: the provided object specified uid {meta['uid']}, and no existing object was found"
        raise errors.conflict(kind.name, meta["name"], why)
    meta.pop("resourceVersion", None)


def read(obj: Json) -> Owners:
    """The owners that an object's managedFields name."""
    owners: Owners = {}
    for entry in obj["metadata"].get("managedFields") or []:
        applier = entry["operation"] == "Apply"
        who = Owner(
            entry["manager"],
            entry["operation"],
            "" if applier else entry["apiVersion"],
            entry.get("subresource", ""),
        )
        owners[who] = Owned(from_fields_v1(entry["fieldsV1"]), entry["apiVersion"], entry.get("time", ""))
    return owners


def entries(owners: Owners, old: Json | None = None) -> list[Json]:
    """The owners as managedFields: appliers first, then by time; an unchanged set keeps its time."""
    before = read(old) if old else {}
    found = []
    for who, owned in owners.items():
        if not owned.fields:
            continue
        known = before.get(who)
        time = known.time if known and known.fields == owned.fields else owned.time
        entry: Json = {
            "manager": who.name,
            "operation": who.operation,
            "apiVersion": owned.api_version,
            "time": time,
            "fieldsType": "FieldsV1",
            "fieldsV1": to_fields_v1(owned.fields),
        }
        found.append(entry | ({"subresource": who.subresource} if who.subresource else {}))
    return sorted(found, key=lambda entry: (entry["operation"] != "Apply", entry["time"], entry["manager"]))


def _author(kind: Resource, write: Write) -> Owner:
    version = "" if write.operation == "Apply" else kind.api_version(write.version)
    return Owner(write.manager, write.operation, version, write.subresource)


def of_new(kind: Resource, new: Json, write: Write, now: float) -> list[Json]:
    """The managedFields of an object that is created: everything belongs to its creator."""
    owned = Owned(frozenset(leaves(kind, new)), kind.api_version(write.version), timestamp(now))
    return entries({_author(kind, write): owned})


def _changed(before: Mapping[Path, Any], after: Mapping[Path, Any]) -> frozenset[Path]:
    """The fields that are new or have another value; to JSON, unlike to Python, 1 and true are two."""
    return frozenset(
        path
        for path, value in after.items()
        if path not in before or before[path] != value or type(before[path]) is not type(value)
    )


def updated(kind: Resource, old: Json, new: Json, write: Write, now: float) -> Owners:
    """The owners after a plain write: what it changed belongs to its author alone, what it removed to nobody."""
    if new["metadata"].get("managedFields") == [{}]:
        return {}
    # Entries that a writer takes away are taken away; a body without any leaves them (managedfields/fieldmanager.go).
    owners = read(new) or read(old)
    before, after = differing(kind, old, new)
    removed = before.keys() - after.keys()
    changed = _changed(before, after)
    me = _author(kind, write)
    mine = owners.get(me, Owned(frozenset(), "", "")).fields
    owners = {who: replace(owned, fields=owned.fields - removed - changed) for who, owned in owners.items()}
    owners[me] = Owned((mine - removed) | changed, kind.api_version(write.version), timestamp(now))
    return owners


def applied(kind: Resource, live: Json, wanted: Json, write: Write, now: float, *, force: bool) -> tuple[Json, Owners]:
    """The live object with a manager's configuration merged in, and the owners then.

    Raises:
        ApiError: 409 with one cause per field that another manager owns with another value, unless ``force``.
    """
    wanted = merging.relevant(kind, wanted, write.subresource)
    owners, me = read(live), _author(kind, write)
    before, config = leaves(kind, live), leaves(kind, wanted)
    changed = _changed(before, config)
    others = {who: owned for who, owned in owners.items() if who != me}
    lost = {who: owned.fields & changed for who, owned in others.items() if owned.fields & changed}
    if lost and not force:
        raise _conflicts(lost)
    others = {who: replace(owned, fields=owned.fields - changed) for who, owned in others.items()}
    mine = owners.get(me, Owned(frozenset(), "", "")).fields
    kept = frozenset().union(*(owned.fields for owned in others.values()))
    merged = merging.merge(kind, clone(live), wanted)
    merging.remove(kind, merged, mine - config.keys(), keep=kept | config.keys())
    merged["metadata"]["resourceVersion"] = wanted["metadata"].get("resourceVersion", "")
    merged["metadata"]["uid"] = wanted["metadata"].get("uid", live["metadata"]["uid"])
    return merged, {**others, me: Owned(frozenset(config), kind.api_version(write.version), timestamp(now))}


def _conflicts(lost: Mapping[Owner, frozenset[Path]]) -> ApiError:
    causes = [
        Cause("FieldManagerConflict", f"conflict with {who}", spoken(path))
        for who in sorted(lost, key=str)
        for path in sorted(lost[who])
    ]
    return errors.apply_conflict(causes)
