"""One cluster's Kubernetes API server, in memory: the verbs. Who may call what is asked by ``endpoint`` (RBAC).

Every write goes the same way: read, compute the new object, check preconditions, admit (``admission``), record who owns
which field (``ownership``), store, tell subscribers. A dry run stops before the store.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from local.kubernetes import (
    admission,
    bootstrap,
    deletion,
    errors,
    eviction,
    ownership,
    paging,
    patches,
    rbac,
    strategic,
    versions,
)
from local.kubernetes.objects import Json, Stored, clone
from local.kubernetes.outside import Outside
from local.kubernetes.paging import Page
from local.kubernetes.resources import Catalog, Resource, built_in, custom
from local.kubernetes.store import Key, Store
from local.kubernetes.users import MASTERS, SYSTEM, User
from local.kubernetes.writes import Write

Subscriber = Callable[[str, str, Json], None]
CRDS = "customresourcedefinitions.apiextensions.k8s.io"


class ApiServer(Outside):
    """The API of one cluster; no threads, no clock of its own, the same calls give the same objects.

    Resources are named ``plural.group`` ("deployments.apps"), or by the plural alone for the core API ("pods").
    Objects that come back are copies in the resource's preferred version, or in ``version``. Every verb raises
    ``ApiError`` where a real server refuses, and 501 where a real server would do what this one does not.

    Args:
        name: the cluster.
        version: Kubernetes' version, such as "1.33"; it decides which APIs are served.
        now: seconds since the epoch, for creationTimestamp and its like.
        random: the stream from which UIDs and generated names are drawn.
    """

    def __init__(self, *, name: str, version: str, now: Callable[[], float], random: random.Random) -> None:
        super().__init__(random.random)
        self.name, self.version, self.now, self.random = name, version, now, random
        self.minor = int(version.split(".")[1])
        self.catalog = Catalog(built_in(self.minor))
        self.store = Store()
        for namespace in ("default", "kube-node-lease", "kube-public", "kube-system"):
            self.create("namespaces", {"metadata": {"name": namespace}}, manager="kube-apiserver")
        for obj in bootstrap.objects():
            self.apply(obj, manager="kube-apiserver")

    def get(self, resource: str, name: str, namespace: str | None = None, *, version: str = "") -> Json:
        """The object; 404 when there is none."""
        kind = self.catalog.named(resource, version)
        return versions.view(kind, self.stored(kind, (namespace or "", name)).copy(), version)

    def list(self, resource: str, namespace: str | None = None, *, labels: str = "", fields: str = "") -> list[Json]:
        """All objects that pass the selectors, by namespace and name; of every namespace by default."""
        return self.page(resource, namespace, labels=labels, fields=fields).items

    def page(
        self,
        resource: str,
        namespace: str | None = None,
        *,
        labels: str = "",
        fields: str = "",
        limit: int = 0,
        token: str = "",
        version: str = "",
    ) -> Page:
        """One page of a list, consistent with the first one; 410 for a token from before the remembered history."""
        kind = self.catalog.named(resource, version)
        return paging.page(
            self.store, kind, namespace or "", labels=labels, fields=fields, limit=limit, token=token, version=version
        )

    def create(
        self,
        resource: str,
        obj: Mapping[str, Any],
        *,
        namespace: str | None = None,
        user: User = SYSTEM,
        manager: str = "",
        dry_run: bool = False,
        version: str = "",
    ) -> Json:
        """A new object; 409 when the name is taken, 404 without its namespace, 422 for fields that break a rule."""
        kind = self.catalog.named(resource, version)
        write = Write(user, manager, dry_run=dry_run, version=version or kind.versions[0])
        return self._create(kind, versions.storage(kind, clone(obj), write.version), namespace or "", write)

    def update(
        self,
        resource: str,
        obj: Mapping[str, Any],
        *,
        namespace: str | None = None,
        user: User = SYSTEM,
        manager: str = "",
        dry_run: bool = False,
        subresource: str = "",
        version: str = "",
    ) -> Json:
        """The object replaced; 409 when it carries an older resourceVersion. Status is left as it was."""
        kind = self.catalog.named(resource, version)
        write = Write(user, manager, dry_run=dry_run, version=version or kind.versions[0], subresource=subresource)
        new = versions.storage(kind, clone(obj), write.version)
        key = admission.key_of(kind, new, namespace or "")
        admission.check_conditional(kind, new)
        return self._replace(kind, key, new, write)

    def update_status(self, resource: str, obj: Mapping[str, Any], *, manager: str = "", user: User = SYSTEM) -> Json:
        """The object's status replaced; nothing else of it is written."""
        return self.update(resource, obj, user=user, manager=manager, subresource="status")

    def patch(
        self,
        resource: str,
        name: str,
        namespace: str | None,
        body: Any,
        *,
        kind: str = "merge",
        subresource: str = "",
        user: User = SYSTEM,
        manager: str = "",
        dry_run: bool = False,
        version: str = "",
    ) -> Json:
        """The object patched: ``kind`` is merge, json or strategic; a resourceVersion in the body is a precondition."""
        target = self.catalog.named(resource, version)
        key = (namespace or "", name)
        write = Write(user, manager, dry_run=dry_run, version=version or target.versions[0], subresource=subresource)
        old = versions.view(target, self.stored(target, key).copy(), write.version)
        match kind:
            case "merge":
                new = patches.merge_patch(old, clone(body))
            case "json":
                new = patches.json_patch(old, body)
            case "strategic":
                new = strategic.patch(target, old, clone(body))
            case _:
                raise errors.outside(f"a patch of kind {kind}")
        return self._replace(target, key, versions.storage(target, new, write.version), write)

    def apply(
        self,
        obj: Mapping[str, Any],
        *,
        manager: str,
        force: bool = False,
        dry_run: bool = False,
        user: User = SYSTEM,
        subresource: str = "",
    ) -> Json:
        """Server-side apply: the manager's fields become exactly the object's; 409 when others own other values.

        Source: KEP-555 and ``sigs.k8s.io/structured-merge-diff/v6/merge/update.go``.
        """
        wanted = clone(obj)
        kind, version = self.catalog.of_kind(wanted.get("apiVersion", ""), wanted.get("kind", ""))
        write = Write(user, manager, operation="Apply", dry_run=dry_run, version=version, subresource=subresource)
        ownership.check_applicable(wanted, manager)
        wanted = versions.storage(kind, wanted, version)
        key = admission.key_of(kind, wanted, "")
        stored = self.store.read(kind.name, key)
        if stored is None:
            ownership.check_creatable(kind, wanted, subresource)
            return self._create(kind, wanted, key[0], write)
        new, owners = ownership.applied(kind, stored.body, wanted, write, self.now(), force=force)
        return self._replace(kind, key, new, write, owners)

    def delete(
        self,
        resource: str,
        name: str,
        namespace: str | None = None,
        *,
        preconditions: Mapping[str, str] | None = None,
        propagation: str = "Background",
        grace_seconds: int | None = None,
        dry_run: bool = False,
    ) -> Json:
        """Deletion asked for: the object goes at once, or stays with a deletionTimestamp.

        It stays while it has finalizers; a Namespace until ``finalize``; a Pod that runs on a node until its kubelet
        deletes it again with ``grace_seconds=0`` or the like. Returns the object as it was last.

        Args:
            resource: ``plural.group``.
            name: the object.
            namespace: its namespace.
            preconditions: ``uid`` and ``resourceVersion`` that the object must have (409).
            propagation: Background, Foreground or Orphan; the latter two add their finalizer for the collector.
            grace_seconds: a pod's grace period; by default its own terminationGracePeriodSeconds.
            dry_run: whether nothing is stored.
        """
        kind = self.catalog.named(resource)
        key = (namespace or "", name)
        stored = self.stored(kind, key)
        deletion.check_preconditions(kind, stored.body, preconditions or {})
        last = deletion.marked(kind, stored.copy(), self.now(), propagation, grace_seconds)
        if dry_run:
            return last
        if deletion.may_go(kind, last):
            return self._remove(kind, key, last)
        return last if last == stored.body else self._put(kind, key, last)

    def finalize(self, name: str) -> None:
        """A namespace that was emptied may go (``/finalize``, called by the namespace controller)."""
        kind = self.catalog.named("namespaces")
        last = self.stored(kind, ("", name)).copy()
        last["spec"] = {"finalizers": []}
        if deletion.may_go(kind, last):
            self._remove(kind, ("", name), last)
        else:
            self._put(kind, ("", name), last)

    def evict(
        self,
        name: str,
        namespace: str,
        *,
        preconditions: Mapping[str, str] | None = None,
        grace_seconds: int | None = None,
        dry_run: bool = False,
    ) -> Json:
        """A pod deleted only as its disruption budget allows: 429 when it does not, 500 when two budgets match."""
        options = eviction.Options(dict(preconditions or {}), grace_seconds, dry_run=dry_run)
        return eviction.evict(self, name, namespace, options)

    def subscribe(self, callback: Subscriber) -> None:
        """Call back on each change with ADDED, MODIFIED or DELETED, the resource and a copy of the object."""
        self.store.observe(lambda change: callback(change.kind, change.resource, change.after.copy()))

    def authorize(
        self, user: User, verb: str, resource: str, namespace: str | None = None, name: str | None = None
    ) -> bool:
        """Whether RBAC lets a user do it; a subresource is written ``pods/eviction`` or ``deployments.apps/status``."""
        return MASTERS in user.groups or rbac.allows(self, user, verb, resource, namespace or "", name or "")

    def stored(self, kind: Resource, key: Key) -> Stored:
        """The object as the store keeps it, not to be changed; 404 when there is none."""
        if (stored := self.store.read(kind.name, key)) is None:
            raise errors.not_found(kind.name, key[1])
        return stored

    def _create(self, kind: Resource, new: Json, namespace: str, write: Write) -> Json:
        self.audit.note(kind, write, self.now())
        admission.for_create(self, kind, new, namespace, write)
        key = admission.key_of(kind, new, namespace)
        if self.store.read(kind.name, key) is not None:
            raise errors.already_exists(kind.name, key[1])
        new["metadata"]["managedFields"] = ownership.of_new(kind, new, write, self.now())
        admission.fill_in(kind, new)
        return self._finish(kind, key, new, write)

    def _replace(
        self, kind: Resource, key: Key, new: Json, write: Write, owners: "ownership.Owners | None" = None
    ) -> Json:
        self.audit.note(kind, write, self.now())
        old = self.stored(kind, key).body
        admission.for_update(self, kind, old, new, write)
        if owners is None:
            owners = ownership.updated(kind, old, new, write, self.now())
        new["metadata"]["managedFields"] = ownership.entries(owners, old)
        if admission.same(old, new):
            return versions.view(kind, clone(old), write.version)
        return self._finish(kind, key, new, write)

    def _finish(self, kind: Resource, key: Key, new: Json, write: Write) -> Json:
        if write.dry_run:
            return versions.view(kind, new, write.version)
        if deletion.may_go(kind, new):
            return versions.view(kind, self._remove(kind, key, new), write.version)
        return versions.view(kind, self._put(kind, key, new), write.version)

    def _put(self, kind: Resource, key: Key, new: Json) -> Json:
        after = self.store.put(kind.name, key, new).after
        if kind.name == CRDS:
            self.catalog.add(custom(after.body))
        return after.copy()

    def _remove(self, kind: Resource, key: Key, last: Json) -> Json:
        if kind.name == CRDS:
            self.store.drop(key[1])
            self.catalog.remove(key[1])
        return self.store.remove(kind.name, key, last).after.copy()
