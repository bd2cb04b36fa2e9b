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
    ) -> Json:
        """Patch an object; a ``resourceVersion`` in the body is a precondition (ConflictError)."""

    def delete(self, resource: str, name: str, namespace: str | None = None) -> bool:
        """Ask for deletion; False when the object was already gone."""

    def is_ready(self) -> bool:
        """Whether ``/readyz`` answers ok."""
