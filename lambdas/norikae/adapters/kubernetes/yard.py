"""A cluster's API as a drain uses it: many requests at once over few connections."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import msgspec

from norikae.adapters.kubernetes import objects
from norikae.adapters.kubernetes.addresses import Addresses
from norikae.adapters.kubernetes.answers import answer_of
from norikae.adapters.kubernetes.client import FIRST_ERROR, NOT_FOUND, PATCHES
from norikae.adapters.kubernetes.connect import client_at
from norikae.adapters.kubernetes.pacing import Pacing
from norikae.adapters.kubernetes.status import error_of
from norikae.drain.ports import Answer
from norikae.errors import NorikaeError, NotFoundError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Literal

    from norikae.adapters.kubernetes.client import KubernetesClient
    from norikae.drain.budget import Budget
    from norikae.drain.node import Node
    from norikae.drain.pod import Pod

T = TypeVar("T")
CONNECTIONS = 32
"""Requests at once."""
PER_SECOND, AT_ONCE = 500.0, 100
"""Requests to one cluster: enough for hundreds of nodes at once, and not so many that API Priority and Fairness queues
them behind each other. It counts requests in flight, which the connections limit as well."""
NODES, PODS = "/api/v1/nodes", "/api/v1/pods"
BUDGETS, ATTACHMENTS = "/apis/policy/v1/poddisruptionbudgets", "/apis/storage.k8s.io/v1/volumeattachments"

_NODE = msgspec.json.Decoder(objects.NodeObject)
_NODES = msgspec.json.Decoder(objects.Listing[objects.NodeObject])
_PODS = msgspec.json.Decoder(objects.Listing[objects.PodObject])
_BUDGETS = msgspec.json.Decoder(objects.Listing[objects.BudgetObject])
_ATTACHMENTS = msgspec.json.Decoder(objects.Listing[objects.AttachmentObject])
_ADDRESSES = Addresses()


def enter(cluster: str) -> ApiYard:
    """A cluster's API, where DescribeCluster said within the last minute that it is; with a token of its own.

    Raises:
        NotFoundError: there is no such cluster.
        UnreachableError: the cluster has no endpoint yet.
    """
    client = client_at(_ADDRESSES.of(cluster), cluster, connections=CONNECTIONS)
    return ApiYard(client, lost=lambda: _ADDRESSES.forget(cluster))


class ApiYard:
    """``Yard`` over one cluster's API server.

    Lists carry neither a resourceVersion nor a limit. ``resourceVersion=0`` is answered from the watch cache of
    whichever server is asked, as old as that may be: a pod that was bound a moment ago can be missing, and a node be
    called empty that is not. Without one the same cache answers, once it has caught up with etcd (KEP-2340, on by
    default since Kubernetes 1.31), by its index of pods by node. A limit would lead past that cache to etcd on servers
    before 1.34 (KEP-4988); should a server page nevertheless, its pages are followed.

    Args:
        client: the API.
        lost: called when nobody answered, or not the one that should.
        pacing: limits the requests.
    """

    def __init__(
        self, client: KubernetesClient, *, lost: Callable[[], None] = lambda: None, pacing: Pacing | None = None
    ) -> None:
        self._client, self._lost = client, lost
        self._pacing = pacing or Pacing(PER_SECOND, AT_ONCE)

    def node(self, name: str) -> Node | None:
        """A node by name."""
        body = self._asked(lambda: self._client.raw(f"{NODES}/{quote(name, safe='')}", {}))
        return _NODE.decode(body).node() if body else None

    def nodes(self) -> list[Node]:
        """All nodes."""
        return [one.node() for one in self._list(NODES, _NODES)]

    def patch_node(self, name: str, body: Mapping[str, object]) -> Node:
        """A merge patch; a ``resourceVersion`` in it is a precondition (ConflictError); NotFoundError without one."""
        path = f"{NODES}/{quote(name, safe='')}"
        response = self._asked(lambda: self._client.ask("PATCH", path, body, content_type=PATCHES["merge"]))
        if response.status == NOT_FOUND:
            raise NotFoundError(f"there is no node {name}")
        if response.status >= FIRST_ERROR:
            raise error_of(f"PATCH {path}", response.status, response.data)
        return _NODE.decode(response.data).node()

    def pods(self, node: str = "") -> list[Pod]:
        """The pods that are bound to a node, or all that are bound to any."""
        chosen = f"spec.nodeName={node}" if node else "spec.nodeName!="
        return [one.pod() for one in self._list(PODS, _PODS, fields=chosen)]

    def budgets(self) -> list[Budget]:
        """The disruption budgets of all namespaces."""
        return [one.budget() for one in self._list(BUDGETS, _BUDGETS)]

    def attached(self) -> dict[str, frozenset[str]]:
        """Node to the persistent volumes that are attached to it."""
        found = defaultdict(set)
        for one in self._list(ATTACHMENTS, _ATTACHMENTS):
            found[one.spec.node_name].add(one.spec.source.persistent_volume_name or one.metadata.name)
        return {node: frozenset(volumes) for node, volumes in found.items()}

    def evict(self, pod: Pod, *, grace_seconds: int | None = None, dry_run: bool = False) -> Answer:
        """Ask for a pod's end as its budgets allow (Kubernetes docs, "API-initiated Eviction")."""
        options: dict[str, Any] = {"preconditions": {"uid": pod.uid}}
        options |= {} if grace_seconds is None else {"gracePeriodSeconds": grace_seconds}
        options |= {"dryRun": ["All"]} if dry_run else {}
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod.name, "namespace": pod.namespace},
            "deleteOptions": options,
        }
        return self._answer("POST", f"{_path(pod)}/eviction", body)

    def delete(self, pod: Pod, *, grace_seconds: int) -> Answer:
        """A pod ends within seconds whatever its budgets say."""
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": pod.uid}}
        return self._answer("DELETE", _path(pod), {**options, "gracePeriodSeconds": grace_seconds})

    def together(self, calls: Iterable[Callable[[], object]]) -> list[object | NorikaeError]:
        """Make calls over the cluster's connections at once; the answers or errors in the order of the calls."""
        wanted = list(calls)
        if len(wanted) <= 1:
            return [_attempt(call) for call in wanted]
        with ThreadPoolExecutor(min(CONNECTIONS, len(wanted))) as threads:
            return list(threads.map(_attempt, wanted))

    def _answer(self, method: Literal["POST", "DELETE"], path: str, body: Mapping[str, object]) -> Answer:
        try:
            response = self._asked(lambda: self._client.ask(method, path, body))
        except UnreachableError as error:
            return Answer("failed", text=str(error))
        return answer_of(response.status, response.headers, response.data)

    def _list(self, path: str, decoder: msgspec.json.Decoder[objects.Listing[T]], *, fields: str = "") -> list[T]:
        query = {"fieldSelector": fields} if fields else {}
        found: list[T] = []
        while True:
            body = self._asked(partial(self._client.raw, path, query))
            page = decoder.decode(body or b"{}")
            found += page.items or []
            if not page.metadata.continue_:
                return found
            query = {**query, "continue": page.metadata.continue_}

    def _asked(self, request: Callable[[], T]) -> T:
        """One request at its turn; where nobody answers, the address is not used again."""
        self._pacing.wait()
        try:
            return request()
        except UnreachableError:
            self._lost()
            raise


def _path(pod: Pod) -> str:
    return f"/api/v1/namespaces/{quote(pod.namespace, safe='')}/pods/{quote(pod.name, safe='')}"


def _attempt(call: Callable[[], object]) -> object | NorikaeError:
    try:
        return call()
    except NorikaeError as error:
        return error
