"""Argo CD applications as the API server gives them: which there are, whose they are, what they are pinned to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from norikae.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import ArgoCd

APPLICATIONS = "applications.argoproj.io"
ROOT = "root"
COMMIT = re.compile(r"^[0-9a-f]{40}([0-9a-f]{24})?$")
"""A Git object name, SHA-1 or SHA-256."""


def name_of(app: Json) -> str:
    """The application's name."""
    return str(app["metadata"]["name"])


def children(app: Json) -> tuple[str, ...]:
    """The applications that an application consists of, in the order in which it lists them."""
    return tuple(
        resource["name"]
        for resource in app.get("status", {}).get("resources") or []
        if resource.get("kind") == "Application" and resource.get("group") == "argoproj.io"
    )


def read_applications(kubernetes: Kubernetes, argocd: ArgoCd) -> dict[str, Json]:
    """Every application in Argo CD's namespace, by name."""
    return {name_of(app): app for app in kubernetes.list(APPLICATIONS, argocd.namespace)}


def descendants(apps: Mapping[str, Json], root: str = ROOT) -> tuple[str, ...]:
    """The children of the root and theirs, parents first; the root itself is not among them."""
    found: list[str] = []
    waiting = [root]
    while waiting:
        for name in children(apps.get(waiting.pop(0), {})):
            if name not in found and name != root:
                found.append(name)
                waiting.append(name)
    return tuple(found)


def follows_pin(app: Json, argocd: ArgoCd) -> bool:
    """Whether an application comes from the repository that the run pins; others have revisions of their own."""
    return bool(pinned_positions(app, argocd))


def pinned_positions(app: Json, argocd: ArgoCd) -> tuple[int, ...]:
    """Which of an application's sources come from the repository that the run pins, counted from 1 as Argo CD does."""
    return tuple(
        position
        for position, source in enumerate(sources_of(app), start=1)
        if not source.get("chart") and _same(source.get("repoURL", ""), argocd.repository)
    )


def sources_of(app: Json) -> tuple[Json, ...]:
    """Where an application's manifests come from; several sources win over a single one, as in Argo CD."""
    spec = app.get("spec", {})
    return tuple(spec.get("sources") or ([spec["source"]] if spec.get("source") else []))


def _same(left: str, right: str) -> bool:
    """Whether two URLs name one repository; Argo CD overlooks case, a last slash and ``.git``, too (util/git)."""
    return _plain(left) == _plain(right)


def _plain(url: str) -> str:
    return url.lower().removesuffix("/").removesuffix(".git")


def pinned_revision(kubernetes: Kubernetes, namespace: str, name: str = ROOT) -> str:
    """The commit that blue runs, which green is pinned to: the root application's synced revision.

    Args:
        kubernetes: the API of the applications' home.
        namespace: Argo CD's.
        name: blue's root application.

    Raises:
        NotFoundError: the cluster has no root application.
        RefusedError: Argo CD has not compared it with a commit yet.
    """
    root = kubernetes.get(APPLICATIONS, name, namespace)
    if root is None:
        raise NotFoundError(f"there is no Argo CD application {namespace}/{name}")
    revision = str(root.get("status", {}).get("sync", {}).get("revision", ""))
    if not COMMIT.match(revision):
        raise RefusedError(
            f"application {namespace}/{name} is compared with {revision or 'nothing'}, not with a commit;"
            " let Argo CD refresh it, then start again"
        )
    return revision
