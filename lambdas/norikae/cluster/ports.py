"""What the core needs of a Kubernetes API server."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

Json = dict[str, Any]


class Kubernetes(Protocol):
    """One cluster's API, as much of it as norikae uses.

    A resource is named ``plural.group`` ("deployments.apps", "applications.argoproj.io"), without a group for the core
    API ("nodes"). Every verb raises ``norikae.errors``: Throttled (429), Conflict (409), CredentialsExpired (401),
    Unreachable (connection, 5xx), Refused (403, 422), and nothing else.
    """

    def get(self, resource: str, name: str, namespace: str | None = None) -> Json | None:
        """The object, or None when there is none (404)."""

    def list(self, resource: str, namespace: str | None = None, *, labels: str = "", fields: str = "") -> list[Json]:
        """All objects, over all pages; an empty list when the API server does not know the resource."""

    def apply(self, obj: Mapping[str, Any], *, dry_run: bool = False, force: bool = True) -> Json:
        """Server-side apply as field manager ``norikae``; the object as it is then."""

    def patch(
        self,
        resource: str,
        name: str,
        namespace: str | None,
        body: Any,  # noqa: ANN401 - a JSON merge patch is an object, a JSON patch a list
        *,
        kind: Literal["merge", "json"] = "merge",
        subresource: str = "",
    ) -> Json:
        """Patch an object; a ``resourceVersion`` in the body is a precondition (ConflictError)."""

    def delete(self, resource: str, name: str, namespace: str | None = None) -> bool:
        """Ask for deletion; False when the object was already gone."""

    def create(self, obj: Mapping[str, Any]) -> Json:
        """Create an object; ConflictError when it exists."""

    def logs(self, pod: str, namespace: str, *, lines: int = 200) -> str:
        """The last lines that a pod's first container wrote."""

    def service_account_token(self, name: str, namespace: str, audience: str) -> str:
        """A token of ten minutes that the cluster's OIDC issuer signs for a service account (TokenRequest API)."""

    def proxied(self, service: str, namespace: str, path: str, *, cookie: str = "") -> bytes:
        """What a Service answers to a GET, asked through the API server's proxy.

        Args:
            service: ``name``, ``name:port`` or ``https:name:port``.
            namespace: where it is.
            path: path and query on the Service, beginning with ``/``.
            cookie: the Cookie header; Authorization never passes the API server (it is its own).

        Raises:
            UnreachableError: the Service has no ready endpoint (503) or does not answer.
            RefusedError: the Service or the API server answers 4xx; the text is theirs.
        """

    def scope(self, api_version: str, kind: str) -> Literal["namespaced", "cluster", ""]:
        """Where objects of a kind live; "" when the API server does not serve that version of it."""

    def current(self, obj: Mapping[str, Any]) -> Json | None:
        """What is there under the object's kind, namespace and name, in the version of its ``apiVersion``.

        None when there is nothing, or when the API server does not serve that version. Without a namespace it is that
        of ``apply``: ``default`` for kinds that have namespaces.
        """

    def is_ready(self) -> bool:
        """Whether ``/readyz`` answers ok."""
