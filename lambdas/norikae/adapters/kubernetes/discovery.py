"""Finding resources that are not in the table, by asking the API server (Kubernetes docs, "Discovery API")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.adapters.kubernetes.resources import BY_KIND, BY_NAME, Resource, split

if TYPE_CHECKING:
    from collections.abc import Callable


class Discovery:
    """What one API server serves; asked only about groups that the table does not know.

    Args:
        fetch: the JSON at a path, or None when the server answers 404.
    """

    def __init__(self, fetch: Callable[[str], dict[str, Any] | None]) -> None:
        self._fetch = fetch
        self._found: dict[str, tuple[Resource, ...]] = {}

    def named(self, resource: str) -> Resource | None:
        """The resource called ``plural.group``; None when the server does not serve it."""
        if resource in BY_NAME:
            return BY_NAME[resource]
        plural, group = split(resource)
        # The preferred version of a group need not serve all of its kinds.
        served = (one for version in self._versions(group) for one in self._served(group, version))
        return next((r for r in served if r.plural == plural), None)

    def of_kind(self, api_version: str, kind: str) -> Resource | None:
        """The resource of objects with this apiVersion and kind; None when the server does not serve it."""
        group, _, version = api_version.rpartition("/")
        known = BY_KIND.get((group, version, kind))
        return known or next((r for r in self._served(group, version) if r.kind == kind), None)

    def _served(self, group: str, version: str) -> tuple[Resource, ...]:
        path = f"/apis/{group}/{version}" if group else f"/api/{version}"
        if path not in self._found:
            answer = self._fetch(path)
            if answer is None:  # not remembered: a CRD may be served a moment later
                return ()
            self._found[path] = tuple(
                Resource(entry["name"], group, version, entry["kind"], bool(entry["namespaced"]))
                for entry in answer.get("resources", [])
                if "/" not in entry["name"]
            )
        return self._found[path]

    def _versions(self, group: str) -> list[str]:
        """The versions of a group, the preferred one first."""
        if not group:
            return ["v1"]
        answer = self._fetch(f"/apis/{group}")
        if answer is None:
            return []
        preferred = str(answer["preferredVersion"]["version"])
        others = [str(one["version"]) for one in answer.get("versions", [])]
        return [preferred, *(version for version in others if version != preferred)]
