"""Secrets Manager, clusters, queue and table of secret sync in memory, with the refusals of the real ones."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.errors import ConflictError, NorikaeError, NotFoundError
from norikae.secret_sync.delivery import Delivery
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.secret import Described, Value
from norikae.secret_sync.stored import Stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from norikae.secret_sync.letter import Letter
    from norikae.secret_sync.stored import Wanted

ACCOUNT, REGION = "123456789012", "ap-northeast-1"


def arn_of(name: str) -> str:
    """The ARN that Secrets Manager would give a secret."""
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"


@dataclass
class FakeSafe:
    """Secrets by name; each rotation makes the versions ``<name>-v1``, ``<name>-v2`` and so on."""

    described: dict[str, Described] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    broken: dict[str, NorikaeError] = field(default_factory=dict)
    """The error of ``describe:<name>`` or ``current:<name>``."""
    calls: Counter[str] = field(default_factory=Counter)
    """``describe`` and ``current``, and the same with ``:<name>``."""
    on_read: Callable[[str], object] = lambda _: None
    """Told each GetSecretValue, before it is answered."""

    def rotate(self, name: str, content: Mapping[str, Any] | str | bytes, **more: Any) -> Described:
        """A new version becomes AWSCURRENT; ``more`` is of ``Described``, as ``namespaces`` on the first time."""
        known = self.described.get(name) or Described(arn_of(name), name, "", frozenset({"shop"}))
        number = int(known.current.rpartition("-v")[2] or 0) + 1
        raw = content if isinstance(content, bytes) else None
        text = content if isinstance(content, str) else json.dumps(content) if raw is None else ""
        self.values[name] = Value(f"{name}-v{number}", Sealed(text.encode() if raw is None else raw), raw is not None)
        self.described[name] = replace(known, current=f"{name}-v{number}", **more)
        return self.described[name]

    def describe(self, secret: str) -> Described:
        return self.described[self._asked("describe", secret)]

    def current(self, secret: str) -> Value:
        name = self._asked("current", secret)
        self.on_read(name)
        return self.values[name]

    def _asked(self, what: str, secret: str) -> str:
        name = next((one.name for one in self.described.values() if one.is_meant_by(secret)), secret)
        self.calls.update([what, f"{what}:{name}"])
        if f"{what}:{name}" in self.broken:
            raise self.broken[f"{what}:{name}"]
        if name not in self.described:
            raise NotFoundError(f"Secrets Manager has no secret {name}")
        return name


@dataclass
class FakeShelf:
    """One cluster: declarations, Secrets and workloads, each with its resourceVersion.

    Args:
        down: the error of every request while it is set.
        before_write: told each write's place before it is tried, so that a story can change the world meanwhile.
    """

    objects: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    """Declarations and workloads by kind, namespace and name."""
    stored: dict[tuple[str, str], Stored] = field(default_factory=dict)
    history: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """The versions of each Secret, in the order in which they were written."""
    refuses: dict[str, NorikaeError] = field(default_factory=dict)
    """The error of one request: ``get``, ``create``, ``write``, ``patch`` or ``list``, a space, its object."""
    down: NorikaeError | None = None
    before_write: Callable[[str], object] = lambda _: None
    calls: Counter[str] = field(default_factory=Counter)
    _revision: int = 0

    def add(self, kind: str, obj: Mapping[str, Any]) -> dict[str, Any]:
        """A declaration or a workload is there, or is another one now."""
        copied = copy.deepcopy(dict(obj))
        metadata = copied.setdefault("metadata", {})
        key = (kind, metadata["namespace"], metadata["name"])
        known = self.objects.get(key)
        metadata.setdefault("generation", known["metadata"]["generation"] + 1 if known else 1)
        metadata["resourceVersion"] = self._next()
        if known and "status" in known:
            copied.setdefault("status", known["status"])
        self.objects[key] = copied
        return copied

    def edit(self, namespace: str, name: str, **data: bytes) -> None:
        """Somebody edits a Secret by hand."""
        known = self.stored[namespace, name]
        changed = {**known.data, **{key: Sealed(value) for key, value in data.items()}}
        self.stored[namespace, name] = replace(known, data=changed, resource_version=self._next())

    def read(self, namespace: str, name: str) -> dict[str, bytes]:
        """What is in a Secret."""
        return {key: value.open() for key, value in self.stored[namespace, name].data.items()}

    def declared(self, kind: str) -> list[dict[str, Any]]:
        self._asked("list", kind)
        return [copy.deepcopy(obj) for key, obj in sorted(self.objects.items()) if key[0] == kind]

    def secret(self, namespace: str, name: str) -> Stored | None:
        self._asked("get", f"{namespace}/{name}")
        return self.stored.get((namespace, name))

    def create(self, wanted: Wanted) -> None:
        self.before_write(f"{wanted.namespace}/{wanted.name}")
        self._asked("create", f"{wanted.namespace}/{wanted.name}")
        if (wanted.namespace, wanted.name) in self.stored:
            raise ConflictError(f"POST secrets {wanted.namespace}/{wanted.name} was answered 409 AlreadyExists")
        self._put(wanted, {}, {})

    def write(self, wanted: Wanted, *, instead_of: Stored, force: bool = True) -> None:
        del force
        self.before_write(f"{wanted.namespace}/{wanted.name}")
        self._asked("write", f"{wanted.namespace}/{wanted.name}")
        known = self.stored.get((wanted.namespace, wanted.name))
        if known is None or known.resource_version != instead_of.resource_version:
            raise ConflictError(f"PATCH secrets {wanted.namespace}/{wanted.name} was answered 409 Conflict")
        ours = set(known.annotations.get("norikae.dev/secret-keys", "").split(","))
        others = {key: value for key, value in known.data.items() if key not in ours}
        kept = {key: value for key, value in known.annotations.items() if not key.startswith("norikae.dev/")}
        self._put(wanted, others, kept)

    def patch(
        self, kind: str, namespace: str, name: str, body: dict[str, Any], *, instead_of: str, status: bool = False
    ) -> str:
        self._asked("patch", f"{kind} {namespace}/{name}")
        known = self.objects.get((kind, namespace, name))
        if known is None:
            raise NotFoundError(f"PATCH {kind} {namespace}/{name} was answered 404 NotFound")
        if known["metadata"]["resourceVersion"] != instead_of:
            raise ConflictError(f"PATCH {kind} {namespace}/{name} was answered 409 Conflict")
        part = {key: value for key, value in body.items() if (key == "status") is status}
        before = json.dumps(known.get("spec"), sort_keys=True)
        self.objects[kind, namespace, name] = changed = _merged(known, part)
        changed["metadata"]["resourceVersion"] = self._next()
        if json.dumps(changed.get("spec"), sort_keys=True) != before:
            changed["metadata"]["generation"] += 1
        return str(changed["metadata"]["resourceVersion"])

    def workloads(self, namespace: str) -> list[dict[str, Any]]:
        self._asked("list", f"workloads {namespace}")
        kinds = {"Deployment", "StatefulSet", "DaemonSet"}
        found = [obj for key, obj in sorted(self.objects.items()) if key[0] in kinds and key[1] == namespace]
        return copy.deepcopy(found)

    def annotate_template(self, workload: dict[str, Any], annotations: Mapping[str, str]) -> None:
        metadata = workload["metadata"]
        body = {"spec": {"template": {"metadata": {"annotations": dict(annotations)}}}}
        self.patch(
            workload["kind"],
            metadata["namespace"],
            metadata["name"],
            body,
            instead_of=metadata["resourceVersion"],
        )

    def together(self, calls: Iterable[Callable[[], object]]) -> list[object | NorikaeError]:
        return [_attempt(call) for call in calls]

    def _asked(self, verb: str, what: str) -> None:
        self.calls.update([verb, f"{verb} {what}"])
        error = self.down or self.refuses.get(f"{verb} {what}")
        if error:
            raise error

    def _put(self, wanted: Wanted, others: Mapping[str, Sealed], annotations: Mapping[str, str]) -> None:
        key = (wanted.namespace, wanted.name)
        written = {**annotations, **wanted.annotations}
        data = {**others, **wanted.data}
        self.stored[key] = Stored(*key, self._next(), type=wanted.type, annotations=written, data=data)
        self.history.setdefault(key, []).append(self.stored[key].version)

    def _next(self) -> str:
        self._revision += 1
        return str(self._revision)


@dataclass
class FakeLetters:
    """Letters as they were sent, each with its delay in seconds."""

    sent: list[tuple[Letter, int]] = field(default_factory=list)
    redriven: int = 0

    def send(self, letters: Sequence[Letter], *, after_seconds: int = 0) -> None:
        assert 0 <= after_seconds <= 900
        self.sent += [(letter, after_seconds) for letter in letters]

    def redrive(self) -> str:
        self.redriven += 1
        return f"task-{self.redriven}"


class FakeDeliveries:
    """Deliveries by secret and cluster; values are stored as JSON, so that nothing is shared by accident."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], bytes] = {}

    def of(self, secret: str) -> list[Delivery]:
        return [
            msgspec.json.decode(body, type=Delivery) for key, body in sorted(self.items.items()) if key[0] == secret
        ]

    def write(self, delivery: Delivery, *, instead_of: Delivery | None) -> None:
        key = (delivery.secret, delivery.cluster)
        if self.items.get(key) != (None if instead_of is None else msgspec.json.encode(instead_of)):
            raise ConflictError("somebody wrote first")
        self.items[key] = msgspec.json.encode(delivery)


def _merged(old: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value)
    return merged


def _attempt(call: Callable[[], object]) -> object | NorikaeError:
    try:
        return call()
    except NorikaeError as error:
        return error
