"""Git against the cluster: which resources are in sync, and what an application's status says about it.

Source: ``controller/state.go`` (CompareAppState) and ``gitops-engine/pkg/diff`` (server-side diff).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.cluster.argocd.application import NAMESPACE
from local.cluster.argocd.health import Pair, application_health, health_of
from local.cluster.argocd.hooks import is_hook
from local.cluster.argocd.revisions import Revisions
from local.cluster.argocd.targets import Identity, Targets, identity, wave
from local.cluster.argocd.tracking import owner_of
from local.cluster.objects import Json, annotation, is_terminating
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.argocd.sites import Site

MANAGER = "argocd-controller"
_COMPARE_OPTIONS = "argocd.argoproj.io/compare-options"
_SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
_VOLATILE = ("managedFields", "resourceVersion", "generation")


@dataclass(frozen=True)
class Compared:
    """One resource of an application, compared."""

    pair: Pair
    key: Identity
    version: str
    in_sync: bool
    requires_pruning: bool

    @property
    def is_hook(self) -> bool:
        """Whether it is what a hook has left behind."""
        return self.pair.live is not None and is_hook(self.pair.live)

    def status(self, *, with_health: bool) -> Json:
        """The entry of ``status.resources``."""
        group, kind, namespace, name = self.key
        entry: Json = {"version": self.version, "kind": kind, "name": name}
        entry |= {key: value for key, value in (("group", group), ("namespace", namespace)) if value}
        if self.is_hook:
            return entry | {"hook": True}
        entry["status"] = "Synced" if self.in_sync else "OutOfSync"
        if self.requires_pruning:
            entry["requiresPruning"] = True
        number = wave(self.pair.target or self.pair.live or {"metadata": {}})
        if number:
            entry["syncWave"] = number
        health = health_of(self.pair.live) if self.pair.live else None
        if with_health and (health or self.pair.live is None):
            entry["health"] = {"status": health.status if health else "Missing"}
            if health and health.message:
                entry["health"]["message"] = health.message
        return entry


@dataclass(frozen=True)
class Comparison:
    """An application's resources, compared at a commit of each source."""

    commits: Revisions
    site: Site
    resources: list[Compared] = field(default_factory=list)
    hooks: tuple[Json, ...] = ()

    @property
    def sync(self) -> str:
        """Synced, or OutOfSync if one resource is."""
        return "Synced" if all(one.in_sync for one in self.resources) else "OutOfSync"

    @property
    def health(self) -> str:
        """The application's health."""
        return application_health(one.pair for one in self.resources)

    def shared(self, name: str) -> list[str]:
        """What another application tracks, too; the texts of SharedResourceWarning."""
        found = []
        for one in self.resources:
            other = owner_of(one.pair.live) if one.pair.live else ""
            if other and other != name:
                found.append(f"{one.key[1]}/{one.key[3]} is part of applications {NAMESPACE}/{name} and {other}")
        return found


@dataclass
class _Known:
    """An answer, and what it was given for; a status that moves does not change it."""

    commits: Revisions
    spec: Json
    live: Json
    same: bool = False

    def still_holds(self, now: _Known) -> bool:
        if self.commits != now.commits or self.spec != now.spec:
            return False
        old, new = self.live, now.live
        return old is new or (
            old["metadata"]["resourceVersion"] == new["metadata"]["resourceVersion"]
            or (is_terminating(old) == is_terminating(new) and _comparable(old, ()) == _comparable(new, ()))
        )


class Comparer:
    """Compares by asking the API server what an apply would change, and remembers the answer while nothing changes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Known] = {}

    def compare(self, app: Json, targets: Targets, site: Site) -> Comparison:
        """The targets against live objects; live ones without target want pruning."""
        live = site.tracking.live(app["metadata"]["name"])
        compared = []
        wanted = set()
        for target in targets.manifests:
            key = identity(target)
            wanted.add(key)
            current = live.get(key) or site.find(target)
            same = current is not None and self._same(site, app, targets.commits, target, current)
            pair = Pair(key[0], key[1], target, current)
            compared.append(Compared(pair, key, target["apiVersion"].rpartition("/")[2], same, requires_pruning=False))
        for key, current in live.items():
            if key not in wanted and "IgnoreExtraneous" not in annotation(current, _COMPARE_OPTIONS):
                kept = "Prune=false" in annotation(current, _SYNC_OPTIONS)
                version = current["apiVersion"].rpartition("/")[2]
                hook = is_hook(current)
                pair = Pair(key[0], key[1], None, current)
                compared.append(Compared(pair, key, version, in_sync=hook, requires_pruning=not kept and not hook))
        return Comparison(targets.commits, site, sorted(compared, key=lambda one: one.key), targets.hooks)

    def _same(self, site: Site, app: Json, commits: Revisions, target: Json, current: Json) -> bool:
        place = (app["metadata"]["name"], current["metadata"]["uid"])
        known, seen = self._known.get(place), _Known(commits, app["spec"], current)
        if known is None or not known.still_holds(seen):
            seen.same = _would_not_change(site, app, target, current)
            self._known[place] = known = seen
        return known.same


def _would_not_change(site: Site, app: Json, target: Json, current: Json) -> bool:
    if is_terminating(current):
        return True
    try:
        predicted = site.api.apply(target, manager=MANAGER, force=True, dry_run=True)
    except ApiError:
        return False
    if predicted["apiVersion"] != current["apiVersion"]:
        predicted["apiVersion"] = current["apiVersion"]
    ignored = app["spec"].get("ignoreDifferences") or ()
    return _comparable(predicted, ignored) == _comparable(current, ignored)


def _comparable(obj: Json, ignored: Any) -> Json:
    found: Json = {name: value for name, value in obj.items() if name != "status"}
    found["metadata"] = {name: value for name, value in obj["metadata"].items() if name not in _VOLATILE}
    paths = [path for rule in ignored if _applies(rule, obj) for path in rule.get("jsonPointers") or ()]
    if paths:
        found = copy.deepcopy(found)
    for path in paths:
        _drop(found, path.split("/")[1:])
    return found


def _applies(rule: Mapping[str, Any], obj: Json) -> bool:
    group, kind, namespace, name = identity(obj)
    return (
        rule.get("group", "") == group
        and rule.get("kind") == kind
        and rule.get("name", name) == name
        and rule.get("namespace", namespace) == namespace
    )


def respectful(app: Mapping[str, Any], target: Json, live: Json) -> Json:
    """The target with what lives where the Application ignores differences.

    Source: ``controller/sync.go`` (normalizeTargetResources), for the sync option RespectIgnoreDifferences.
    """
    rules = (app.get("spec") or {}).get("ignoreDifferences") or ()
    paths = [path for rule in rules if _applies(rule, target) for path in rule.get("jsonPointers") or ()]
    made = copy.deepcopy(target) if paths else target
    for path in paths:
        steps = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
        _take(made, live, steps)
    return made


def _take(target: Any, live: Any, steps: list[str]) -> None:
    """Copy one field of a live object over; a list is taken as a whole by whoever names it."""
    *way, last = steps
    for step in way:
        if not (isinstance(target, dict) and isinstance(live, dict) and step in target and step in live):
            return
        target, live = target[step], live[step]
    if isinstance(live, dict) and isinstance(target, dict) and last in live:
        target[last] = copy.deepcopy(live[last])


def _drop(value: Any, path: list[str]) -> None:
    part = path[0].replace("~1", "/").replace("~0", "~")
    inner: Any = value
    if isinstance(inner, list):
        if not part.isdigit() or int(part) >= len(inner):
            return
        step: Any = int(part)
    elif isinstance(inner, dict) and part in inner:
        step = part
    else:
        return
    if len(path) == 1:
        del inner[step]
    else:
        _drop(inner[step], path[1:])
