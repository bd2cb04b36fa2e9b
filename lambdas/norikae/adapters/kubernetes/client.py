"""One cluster's API over HTTPS: the port ``norikae.cluster.ports.Kubernetes`` on urllib3."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import msgspec
import urllib3

from norikae.adapters.kubernetes.discovery import Discovery
from norikae.adapters.kubernetes.status import UNAUTHORIZED, error_of
from norikae.errors import NorikaeError, RefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

Json = dict[str, Any]

FIELD_MANAGER = "norikae"
PAGE = 500
OK = 200
FIRST_ERROR = 400
NOT_FOUND = 404
EVERY_STATUS = range(FIRST_ERROR, 600)
PATCHES = {"merge": "application/merge-patch+json", "json": "application/json-patch+json"}
APPLY = "application/apply-patch+yaml"
JSON = "application/json"


class KubernetesClient:
    """A Kubernetes API server as norikae uses it, with Kubernetes' own message in every error.

    Nothing is retried here but a 401, once, with a new token; everything else is the state machine's to retry. Make
    one for an invocation and let it go: endpoint and CA may change (EKS rotates certificate authorities).

    Args:
        endpoint: the https URL of the API server.
        ca_pem: the certificate authority that it must show, in PEM.
        token: makes a new bearer token.
        connect_seconds: patience for a connection.
        read_seconds: patience for an answer.
        connections: how many are kept, for callers that make requests at once.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        ca_pem: str,
        token: Callable[[], str],
        connect_seconds: float = 3,
        read_seconds: float = 10,
        connections: int = 1,
    ) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._make_token = token
        self._token: str | None = None
        self._served = Discovery(self._fetch)
        self._pool = urllib3.PoolManager(
            ssl_context=ssl.create_default_context(cadata=ca_pem),
            timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
            retries=False,
            maxsize=connections,
        )

    def get(self, resource: str, name: str, namespace: str | None = None) -> Json | None:
        """The object, or None when there is none or its resource is unknown."""
        known = self._served.named(resource)
        if known is None:
            return None
        response = self._send("GET", known.path(namespace, name), allow=(NOT_FOUND,))
        return None if response.status == NOT_FOUND else _json(response)

    def list(self, resource: str, namespace: str | None = None, *, labels: str = "", fields: str = "") -> list[Json]:
        """All objects, over all pages; an empty list when the API server does not know the resource.

        A page token that has expired (410) is a ConflictError: the list is read again from its start.
        """
        known = self._served.named(resource)
        if known is None:
            return []
        query = {"limit": str(PAGE), "labelSelector": labels, "fieldSelector": fields}
        items: list[Json] = []
        while True:
            sent = {key: value for key, value in query.items() if value}
            response = self._send("GET", known.path(namespace), query=sent, allow=(NOT_FOUND,))
            if response.status == NOT_FOUND:
                return []
            page = _json(response)
            items += page.get("items") or []
            query["continue"] = page.get("metadata", {}).get("continue", "")
            if not query["continue"]:
                return items

    def apply(self, obj: Mapping[str, Any], *, dry_run: bool = False, force: bool = True) -> Json:
        """Server-side apply as field manager ``norikae`` (Kubernetes docs, "Server-Side Apply")."""
        known = self._served.of_kind(str(obj["apiVersion"]), str(obj["kind"]))
        if known is None:
            raise RefusedError(f"the API server at {self._endpoint} does not serve {obj['apiVersion']} {obj['kind']}")
        metadata = obj["metadata"]
        namespace = metadata.get("namespace", "default") if known.namespaced else None
        query = {"fieldManager": FIELD_MANAGER, "force": "true" if force else "false"}
        if dry_run:
            query["dryRun"] = "All"
        path = known.path(namespace, metadata["name"])
        return _json(self._send("PATCH", path, query=query, body=obj, content_type=APPLY))

    def patch(
        self,
        resource: str,
        name: str,
        namespace: str | None,
        body: Any,
        *,
        kind: Literal["merge", "json"] = "merge",
        subresource: str = "",
    ) -> Json:
        """Patch an object; a ``resourceVersion`` in the body is a precondition (ConflictError)."""
        known = self._served.named(resource)
        if known is None:
            raise RefusedError(f"the API server at {self._endpoint} does not know {resource}")
        path = known.path(namespace, name) + (f"/{subresource}" if subresource else "")
        return _json(self._send("PATCH", path, query={}, body=body, content_type=PATCHES[kind]))

    def delete(self, resource: str, name: str, namespace: str | None = None) -> bool:
        """Ask for deletion; False when the object was already gone."""
        known = self._served.named(resource)
        if known is None:
            return False
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        path = known.path(namespace, name)
        response = self._send("DELETE", path, body=options, content_type=JSON, allow=(NOT_FOUND,))
        return response.status != NOT_FOUND

    def create(self, obj: Mapping[str, Any]) -> Json:
        """Create an object; ConflictError when it exists."""
        known = self._served.of_kind(str(obj["apiVersion"]), str(obj["kind"]))
        if known is None:
            raise RefusedError(f"the API server at {self._endpoint} does not serve {obj['apiVersion']} {obj['kind']}")
        namespace = obj["metadata"].get("namespace", "default") if known.namespaced else None
        query = {"fieldManager": FIELD_MANAGER}
        return _json(self._send("POST", known.path(namespace), query=query, body=obj, content_type=JSON))

    def logs(self, pod: str, namespace: str, *, lines: int = 200) -> str:
        """The last lines that a pod's first container wrote."""
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
        return self._send("GET", path, query={"tailLines": str(lines)}).data.decode(errors="replace")

    def service_account_token(self, name: str, namespace: str, audience: str) -> str:
        """A token of ten minutes, the shortest there is (Kubernetes docs, "TokenRequest")."""
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"audiences": [audience], "expirationSeconds": 600},
        }
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        return str(_json(self._send("POST", path, body=body, content_type=JSON))["status"]["token"])

    def proxied(self, service: str, namespace: str, path: str, *, cookie: str = "") -> bytes:
        """What a Service answers to a GET, asked through the API server's proxy."""
        path = f"/api/v1/namespaces/{namespace}/services/{service}/proxy{path}"
        return self._send("GET", path, headers={"Cookie": cookie} if cookie else {}).data

    def scope(self, api_version: str, kind: str) -> Literal["namespaced", "cluster", ""]:
        """Where objects of a kind live; "" when the API server does not serve that version of it."""
        known = self._served.of_kind(api_version, kind)
        return "" if known is None else "namespaced" if known.namespaced else "cluster"

    def current(self, obj: Mapping[str, Any]) -> Json | None:
        """What is there under the object's kind, namespace and name, in the version of its ``apiVersion``."""
        known = self._served.of_kind(str(obj["apiVersion"]), str(obj["kind"]))
        if known is None:
            return None
        path = known.path(obj["metadata"].get("namespace", "default"), obj["metadata"]["name"])
        response = self._send("GET", path, allow=(NOT_FOUND,))
        return None if response.status == NOT_FOUND else _json(response)

    def is_ready(self) -> bool:
        """Whether ``/readyz`` answers ok; no connection and a token that is not accepted yet mean no."""
        try:
            return self._send("GET", "/readyz", allow=(NOT_FOUND,)).status == OK
        except NorikaeError:
            return False

    def raw(self, path: str, query: Mapping[str, str]) -> bytes:
        """What a GET of this path answers, for callers that decode it themselves; b"" when there is nothing."""
        response = self._send("GET", path, query=query, allow=(NOT_FOUND,))
        return b"" if response.status == NOT_FOUND else response.data

    def ask(self, method: str, path: str, body: Any, *, content_type: str = JSON) -> urllib3.BaseHTTPResponse:
        """The answer of one request, whatever its status, for callers that know what each refusal means."""
        return self._send(method, path, body=body, content_type=content_type, allow=EVERY_STATUS)

    def _fetch(self, path: str) -> Json | None:
        response = self._send("GET", path, allow=(NOT_FOUND,))
        return None if response.status == NOT_FOUND else _json(response)

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
        allow: Container[int] = (),
    ) -> urllib3.BaseHTTPResponse:
        """One request; a second one with a new token when the first is answered 401."""
        sent = {**(headers or {}), **({"Content-Type": content_type} if content_type else {})}
        response = self._once(method, path, query, body, sent)
        if response.status == UNAUTHORIZED:
            self._token = None
            response = self._once(method, path, query, body, sent)
        if response.status >= FIRST_ERROR and response.status not in allow:
            raise error_of(f"{method} {self._endpoint}{path}", response.status, response.data)
        return response

    def _once(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Any, sent: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        if self._token is None:
            self._token = self._make_token()
        headers = {"Authorization": f"Bearer {self._token}", "Accept": JSON, **sent}
        url = self._endpoint + path
        if query:
            url += ("&" if "?" in path else "?") + urlencode(query)
        try:
            return self._pool.request(
                method, url, body=None if body is None else msgspec.json.encode(body), headers=headers
            )
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(f"{method} {self._endpoint}{path}: {error}") from error


def _json(response: urllib3.BaseHTTPResponse) -> Json:
    answer: Json = msgspec.json.decode(response.data)
    return answer
