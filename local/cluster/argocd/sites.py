"""The clusters that an Argo CD deploys to: the one it runs in, and those that somebody has made a Secret for.

Sources: Argo CD docs, "Declarative Setup", clusters and EKS; ``util/db/secrets.go`` (name, server, config),
``util/argo/argo.go`` (GetDestinationCluster), ``controller/cache/cache.go`` (getSyncedCluster).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.cluster.argocd.application import IN_CLUSTER, NAMESPACE, SpecError
from local.cluster.argocd.secrets import SECRET_TYPE, texts_of
from local.cluster.argocd.targets import TargetError, identity
from local.cluster.argocd.tracking import Tracking
from local.cluster.objects import Json, annotation
from local.kubernetes import rbac
from local.kubernetes.errors import ApiError
from local.kubernetes.users import SYSTEM, User

if TYPE_CHECKING:
    from local.cluster.informer import Informer
    from local.kubernetes.api import ApiServer
    from local.kubernetes.resources import Catalog

SKIP = "argocd.argoproj.io/skip-reconcile"


class SiteError(TargetError):
    """A cluster that cannot be reached or looked at; Argo CD's condition ComparisonError."""


class ConnectError(Exception):
    """Why a cluster does not let Argo CD in, in the words of its client."""


Reach = Callable[[str, Json], "tuple[ApiServer, Informer, User]"]
"""The cluster behind an https URL, entered with the ``config`` of its Secret; raises ConnectError."""


@dataclass(frozen=True)
class Guarded:
    """An API server as somebody whom its RBAC judges."""

    server: ApiServer
    user: User

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.server.name

    @property
    def catalog(self) -> Catalog:
        """What the cluster serves."""
        return self.server.catalog

    def get(self, resource: str, name: str, namespace: str | None = None) -> Json:
        """The object; 404, or 403."""
        self._check("get", resource, namespace, name)
        return self.server.get(resource, name, namespace)

    def apply(self, obj: Json, *, manager: str, force: bool = False, dry_run: bool = False) -> Json:
        """Server-side apply, or 403."""
        kind, _ = self.catalog.of_kind(obj["apiVersion"], obj["kind"])
        meta = obj["metadata"]
        for verb in ("patch", "create"):
            self._check(verb, kind.name, meta.get("namespace") if kind.namespaced else None, meta["name"])
        return self.server.apply(obj, manager=manager, force=force, dry_run=dry_run, user=self.user)

    def delete(self, resource: str, name: str, namespace: str | None = None, *, propagation: str) -> Json:
        """Deletion asked for, or 403."""
        self._check("delete", resource, namespace, name)
        return self.server.delete(resource, name, namespace, propagation=propagation)

    def _check(self, verb: str, resource: str, namespace: str | None, name: str) -> None:
        if not self.server.authorize(self.user, verb, resource, namespace, name):
            raise rbac.refusal(self.user, verb, resource, namespace or "", name)


@dataclass(frozen=True)
class Site:
    """A cluster that applications are deployed to."""

    server: str
    api: Guarded
    informer: Informer
    tracking: Tracking

    def find(self, target: Json) -> Json | None:
        """The live object of a manifest, tracked or not."""
        try:
            kind, _ = self.api.catalog.of_kind(target["apiVersion"], target["kind"])
        except ApiError:
            return None
        _, _, namespace, name = identity(target)
        return self.informer.get(kind.name, (namespace, name))


class Sites:
    """The clusters of one Argo CD; connected to when an application first asks for them.

    Args:
        api: the cluster in which Argo CD runs.
        informer: its cache.
        reach: other clusters.
        on_change: told the application whose object changed, in any cluster.
    """

    def __init__(self, api: ApiServer, informer: Informer, reach: Reach, on_change: Callable[[str], None]) -> None:
        self._informer, self._reach, self._on_change = informer, reach, on_change
        self.own = Site(IN_CLUSTER, Guarded(api, SYSTEM), informer, Tracking(informer, on_change))
        self._others: dict[str, Site] = {}

    def of(self, app: Json) -> Site:
        """The cluster of an application's destination.

        Raises:
            SpecError: Argo CD does not know it.
            SiteError: it cannot be entered or looked at.
        """
        server, secret = self._destination(app)
        if secret is None:
            return self.own
        try:
            api, informer, user = self._reach(server, _config(secret))
        except ConnectError as error:
            why = f'failed to get cluster info for "{server}": error synchronizing cache state : {error}'
            raise SiteError(f"Failed to load live state: {why}") from error
        known = self._others.get(server)
        tracking = known.tracking if known and known.informer is informer else Tracking(informer, self._on_change)
        site = self._others[server] = Site(server, Guarded(api, user), informer, tracking)
        if not api.authorize(user, "list", "*.*"):
            refused = rbac.refusal(user, "list", "pods", "", "")
            why = f"failed to load initial state of resource Pod: {refused.message}"
            raise SiteError(f"Failed to load live state: failed to sync cluster {server}: {why}")
        return site

    def names_of(self, app: Json) -> tuple[str, str]:
        """URL and name of the cluster that an application is for.

        Raises:
            SpecError: Argo CD does not know it.
        """
        server, secret = self._destination(app)
        return server, texts_of(secret).get("name", "") if secret else "in-cluster"

    def is_skipped(self, app: Json) -> bool:
        """Whether the cluster's Secret says that its applications are to be left alone."""
        try:
            _, secret = self._destination(app)
        except SpecError:
            return False
        return secret is not None and annotation(secret, SKIP) == "true"

    def _destination(self, app: Json) -> tuple[str, Json | None]:
        wanted = app["spec"].get("destination") or {}
        name, server = wanted.get("name") or "", wanted.get("server") or ""
        if name and server:
            raise SpecError(f"application destination can't have both name and server defined: {name} {server}")
        if not name and not server:
            raise SpecError("Destination server missing from app spec")
        if server == IN_CLUSTER or name == "in-cluster":
            return IN_CLUSTER, None
        found = [one for one in self._secrets() if texts_of(one).get("name" if name else "server") == (name or server)]
        if not found and name:
            raise SpecError(f"unable to find destination server: there are no clusters with this name: {name}")
        if not found:
            raise SpecError(f"cluster '{server}' has not been configured")
        if len(found) > 1:
            urls = " ".join(texts_of(one).get("server", "") for one in found)
            raise SpecError(
                f"unable to find destination server: there are {len(found)} clusters with the same name: [{urls}]"
            )
        return texts_of(found[0]).get("server", ""), found[0]

    def _secrets(self) -> list[Json]:
        found = self._informer.every("secrets", NAMESPACE)
        return [one for one in found if (one["metadata"].get("labels") or {}).get(SECRET_TYPE) == "cluster"]


def _config(secret: Json) -> Json:
    try:
        found: Any = json.loads(texts_of(secret).get("config") or "{}")
    except ValueError as error:
        raise SiteError(f"Failed to load live state: failed to unmarshal cluster config: {error}") from error
    return dict(found)


def nowhere(server: str, config: Json) -> tuple[ApiServer, Informer, User]:
    """A world with one cluster: no other answers."""
    del config
    raise ConnectError(f'failed to get server version: Get "{server}/version?timeout=32s": no such host')
