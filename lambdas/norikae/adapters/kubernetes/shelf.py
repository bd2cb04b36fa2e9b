"""A cluster's API as secrets are carried to it: errors without bodies, writes only over what was read."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import msgspec
import urllib3

from norikae.adapters.kubernetes.addresses import Addresses
from norikae.adapters.kubernetes.client import APPLY, FIRST_ERROR, JSON, NOT_FOUND, PAGE, PATCHES
from norikae.adapters.kubernetes.connect import address_of, client_at
from norikae.adapters.kubernetes.discovery import Discovery
from norikae.adapters.kubernetes.pacing import Pacing
from norikae.adapters.kubernetes.resources import BY_KIND, BY_NAME, Resource
from norikae.adapters.kubernetes.scrubbed import METHODS, Asked, scrubbed
from norikae.adapters.kubernetes.secret_objects import SecretObject, body_of
from norikae.errors import NorikaeError, NotFoundError, UnreachableError
from norikae.secret_sync.stored import MANAGER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from norikae.adapters.kubernetes.client import KubernetesClient
    from norikae.secret_sync.stored import Stored, Wanted
    from norikae.secret_sync.target import Beside, Json, Kind

T = TypeVar("T")
CONNECTIONS = 16
"""Requests at once."""
PER_SECOND, AT_ONCE = 100.0, 100
"""Requests to one cluster from one function: hundreds of rotations at once wait here, and not in the queues of API
Priority and Fairness, where they would hold up whoever else is in ``global-default``."""
FEW = 8
"""So many calls are made one after the other: a connection of its own for each costs more than it saves."""
SECRETS = BY_NAME["secrets"]
WORKLOADS = [BY_KIND["apps", "v1", kind] for kind in ("Deployment", "StatefulSet", "DaemonSet")]
TOLD = (
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ReadTimeoutError,
    urllib3.exceptions.SSLError,
)
"""Failures whose texts are about the connection; others may quote what came over it (``BadStatusLine``)."""


class _PageMetadata(msgspec.Struct, rename={"continue_": "continue"}):
    continue_: str = ""


class _Page(msgspec.Struct):
    metadata: _PageMetadata = msgspec.field(default_factory=_PageMetadata)
    items: list[dict[str, Any]] | None = None


class _Written(msgspec.Struct, rename="camel"):
    resource_version: str


class _Patched(msgspec.Struct):
    metadata: _Written


_OBJECT = msgspec.json.Decoder(dict[str, Any])
_PAGES = msgspec.json.Decoder(_Page)
_SECRET = msgspec.json.Decoder(SecretObject)
_PATCHED = msgspec.json.Decoder(_Patched)
_ADDRESSES = Addresses(partial(address_of, absent=NotFoundError))
_KINDS: defaultdict[str, dict[str, Resource]] = defaultdict(dict)
"""Cluster to the declarations that it is known to serve; what is not served is asked for again."""


def enter(cluster: str) -> ApiShelf:
    """A cluster's API, where DescribeCluster said within the last minute that it is; with a token of its own.

    Raises:
        NotFoundError: there is no such cluster, or it has no endpoint yet.
    """
    client = client_at(_ADDRESSES.of(cluster), cluster, connections=CONNECTIONS)
    return ApiShelf(client, lost=lambda: _ADDRESSES.forget(cluster), kinds=_KINDS[cluster])


class ApiShelf:
    """``Shelf`` over one cluster's API server.

    Args:
        client: the API.
        lost: called when nobody answered, or not the one that should.
        pacing: limits the requests.
        kinds: what is known to be served, kept by whoever makes a shelf again for the same cluster.
    """

    def __init__(
        self,
        client: KubernetesClient,
        *,
        lost: Callable[[], None] = lambda: None,
        pacing: Pacing | None = None,
        kinds: dict[str, Resource] | None = None,
    ) -> None:
        self._client, self._lost = client, lost
        self._pacing = pacing or Pacing(PER_SECOND, AT_ONCE)
        self._kinds = {} if kinds is None else kinds
        self._posted: dict[tuple[str, str, str], list[Json]] = {}

    def declared(self, kind: Kind | Beside) -> list[Json]:
        """All objects of a kind in all namespaces; none when the cluster does not know the kind."""
        known = self._kinds.pop(kind, None)
        found = self._listed(known) if known else None
        if found is None:  # it is not known here yet, or is served in another version by now
            known = self._discovered(kind)
            found = self._listed(known) if known else None
        if known and found is not None:
            self._kinds[kind] = known
        return found or []

    def secret(self, namespace: str, name: str) -> Stored | None:
        """A Secret by name, or None."""
        asked = Asked("get", SECRETS.plural, namespace, name)
        body = self._get(asked, SECRETS.path(namespace, name))
        if body is None:
            return None
        read = _decoded(asked, body, _SECRET)
        handed_over = read.handed_over()
        if handed_over is not None:
            self._posted[namespace, name, read.metadata.resource_version] = handed_over
        return read.stored()

    def create(self, wanted: Wanted) -> None:
        """A Secret that is not there yet; ConflictError when it is. Server-side apply would write over it instead."""
        asked = Asked("create", SECRETS.plural, wanted.namespace, wanted.name)
        self._write(asked, SECRETS.path(wanted.namespace), body_of(wanted), JSON)

    def write(self, wanted: Wanted, *, instead_of: Stored, force: bool = True) -> None:
        """Server-side apply as ``norikae-secrets``; uid and resourceVersion in it are preconditions."""
        asked = Asked("patch", SECRETS.plural, wanted.namespace, wanted.name)
        path = SECRETS.path(wanted.namespace, wanted.name)
        version = self._handed_over(asked, path, instead_of.resource_version)
        self._write(asked, path, body_of(wanted, instead_of.uid, version), APPLY, force="true" if force else "false")

    def patch(self, kind: Kind, namespace: str, name: str, body: Json, *, instead_of: str, status: bool = False) -> str:
        """A merge patch of a declaration, or of its status; its new resourceVersion."""
        known = self._kinds.get(kind) or self._discovered(kind)
        suffix = "/status" if status else ""
        asked = Asked("patch", kind + suffix, namespace, name)
        if known is None:
            raise NotFoundError(f"{asked}: the cluster does not know the kind any more")
        return self._merge(asked, known.path(namespace, name) + suffix, body, instead_of)

    def workloads(self, namespace: str) -> list[Json]:
        """The Deployments, StatefulSets and DaemonSets of a namespace; items of a list come without their kind."""
        return [
            {**obj, "apiVersion": "apps/v1", "kind": resource.kind}
            for resource in WORKLOADS
            for obj in self._listed(resource, namespace) or []
        ]

    def annotate_template(self, workload: Json, annotations: Mapping[str, str]) -> None:
        """Annotations of a workload's pod template; ConflictError when it is not the one that was read any more."""
        resource, metadata = BY_KIND["apps", "v1", workload["kind"]], workload["metadata"]
        asked = Asked("patch", f"{resource.plural}.apps", metadata["namespace"], metadata["name"])
        body = {"spec": {"template": {"metadata": {"annotations": dict(annotations)}}}}
        path = resource.path(metadata["namespace"], metadata["name"])
        self._merge(asked, path, body, metadata["resourceVersion"])

    def together(self, calls: Iterable[Callable[[], object]]) -> list[object | NorikaeError]:
        """Make calls over the cluster's connections at once; the answers or errors in the order of the calls."""
        wanted = list(calls)
        if len(wanted) <= FEW:
            return [_attempt(call) for call in wanted]
        with ThreadPoolExecutor(min(CONNECTIONS, len(wanted))) as threads:
            return list(threads.map(_attempt, wanted))

    def _handed_over(self, asked: Asked, path: str, version: str) -> str:
        """The resourceVersion of a Secret once what a POST wrote of it is norikae's by server-side apply."""
        managed = self._posted.pop((asked.namespace, asked.name, version), None)
        if managed is None:
            return version
        patch = [
            {"op": "replace", "path": "/metadata/managedFields", "value": managed},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        ]
        body = self._write(asked, path, patch, PATCHES["json"])
        return _decoded(asked, body, _PATCHED).metadata.resource_version

    def _merge(self, asked: Asked, path: str, body: Json, version: str) -> str:
        sent = {**body, "metadata": {**body.get("metadata", {}), "resourceVersion": version}}
        return _decoded(asked, self._write(asked, path, sent, PATCHES["merge"]), _PATCHED).metadata.resource_version

    def _listed(self, resource: Resource, namespace: str = "") -> list[Json] | None:
        """All objects, over all pages and without their owners of fields; None when the path is not served."""
        name = f"{resource.plural}.{resource.group}"
        asked = Asked("list", name, namespace)
        found: list[Json] = []
        query = {"limit": str(PAGE)}
        while True:
            body = self._get(asked, resource.path(namespace), query)
            if body is None:
                return None
            page = _decoded(asked, body, _PAGES)
            for obj in page.items or ():
                obj.get("metadata", {}).pop("managedFields", None)
                found.append(obj)
            if not page.metadata.continue_:
                return found
            query["continue"] = page.metadata.continue_

    def _discovered(self, kind: str) -> Resource | None:
        try:
            return Discovery(self._fetch).named(kind)
        except (AttributeError, KeyError, TypeError):
            pass
        raise UnreachableError(f"the discovery of {kind} was answered with something that cannot be read")

    def _fetch(self, path: str) -> Json | None:
        asked = Asked("get", path)
        body = self._get(asked, path)
        return None if body is None else _decoded(asked, body, _OBJECT)

    def _get(self, asked: Asked, path: str, query: Mapping[str, str] | None = None) -> bytes | None:
        """What a GET answers; None for a 404."""
        response = self._asked(asked, f"{path}?{urlencode(query)}" if query else path, None, JSON)
        if response.status == NOT_FOUND:
            return None
        if response.status >= FIRST_ERROR:
            raise scrubbed(asked, response.status, response.data)
        return response.data

    def _write(self, asked: Asked, path: str, body: Any, content_type: str, **query: str) -> bytes:
        """What a write answers."""
        target = f"{path}?{urlencode({'fieldManager': MANAGER, **query})}"
        response = self._asked(asked, target, body, content_type)
        if response.status >= FIRST_ERROR:
            raise scrubbed(asked, response.status, response.data, body)
        return response.data

    def _asked(self, asked: Asked, path: str, body: Any, content_type: str) -> urllib3.BaseHTTPResponse:
        """One request at its turn; where nobody answers, the address is not used again."""
        self._pacing.wait()
        try:
            return self._client.ask(METHODS[asked.verb], path, body, content_type=content_type)
        except UnreachableError as error:
            cause = error.__cause__
        self._lost()
        # Outside of the handler: neither cause nor context, which can hold a piece of a body, go with it.
        raise UnreachableError(
            f"{asked} was not answered: {cause if isinstance(cause, TOLD) else type(cause).__name__}"
        )


def _decoded(asked: Asked, body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError:
        pass
    raise UnreachableError(f"{asked} was answered with something that cannot be read")


def _attempt(call: Callable[[], object]) -> object | NorikaeError:
    try:
        return call()
    except NorikaeError as error:
        return error
