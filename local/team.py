"""A team that works while its application moves: it commits, and syncs by hand where its application runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.cluster.argocd.application import APPLICATIONS, NAMESPACE, REFRESH

if TYPE_CHECKING:
    from local.cluster.git import Repository
    from local.kubernetes.api import ApiServer


@dataclass(frozen=True)
class Team:
    """People who know Git and Argo CD, and nothing of norikae.

    Args:
        name: who they are.
        repository: in which their manifests are.
    """

    name: str
    repository: Repository

    def change(self, path: str, edit: Callable[[str], str]) -> str:
        """Commit a changed file to the default branch; the commit."""
        branch = self.repository.default_branch
        text = self.repository.files(self.repository.resolve(branch))[path]
        return self.repository.commit(branch, {path: edit(text)})

    def commit(self, changes: Mapping[str, str | None]) -> str:
        """Commit files, or their deletion (None), to the default branch; the commit."""
        return self.repository.commit(self.repository.default_branch, changes)

    def refresh(self, api: ApiServer, applications: Iterable[str]) -> None:
        """Ask a cluster's Argo CD to look at Git now."""
        for name in applications:
            asked = {"metadata": {"annotations": {REFRESH: "normal"}}}
            api.patch(APPLICATIONS, name, NAMESPACE, asked, manager=self.name)

    def sync(self, api: ApiServer, application: str) -> None:
        """Press "Sync" in a cluster's Argo CD: to whatever the application follows."""
        operation = {"operation": {"initiatedBy": {"username": self.name}, "sync": {}}}
        api.patch(APPLICATIONS, application, NAMESPACE, operation, manager=self.name)

    def hotfix(self, path: str, edit: Callable[[str], str], application: str, clusters: Iterable[ApiServer]) -> str:
        """Commit a changed file and sync it in every cluster where the application runs; the commit."""
        commit = self.change(path, edit)
        for api in clusters:
            self.refresh(api, [application])
            self.sync(api, application)
        return commit
