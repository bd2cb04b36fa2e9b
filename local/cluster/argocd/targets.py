"""What an application should be: its manifests at a revision, made by the repo server, marked by the controller."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.cluster.argocd.application import NAMESPACE, Source, SpecError, destination_namespace, sources_of
from local.cluster.argocd.hooks import is_hook, unknown_hooks
from local.cluster.argocd.revisions import Revisions
from local.cluster.argocd.secrets import SECRET_TYPE, texts_of
from local.cluster.charts import RenderError, render_chart, render_folder
from local.cluster.git import GitError, GitRepositories, Repository, same_repository
from local.cluster.objects import Json, annotation
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.informer import Informer
    from local.kubernetes.resources import Catalog

TRACKING = "argocd.argoproj.io/tracking-id"
WAVE = "argocd.argoproj.io/sync-wave"

Identity = tuple[str, str, str, str]
"""Group, kind, namespace ("" for cluster-scoped objects), name."""


class TargetError(Exception):
    """The manifests of a revision could not be made; Argo CD's condition ComparisonError."""


@dataclass(frozen=True)
class Targets:
    """The manifests of an application at a commit; shared, so never changed."""

    commits: Revisions
    manifests: tuple[Json, ...]
    hooks: tuple[Json, ...] = ()


def identity(obj: Json) -> Identity:
    """What makes two manifests the same object, whatever their API version."""
    meta = obj["metadata"]
    return (obj["apiVersion"].rpartition("/")[0], obj["kind"], meta.get("namespace", ""), meta.get("name", ""))


def wave(obj: Json) -> int:
    """The sync wave of a manifest."""
    return int(annotation(obj, WAVE, "0"))


class RepoServer:
    """Renders manifests; the same source at the same commit is rendered once.

    Args:
        git: the repositories.
        informer: the cluster in which it runs, for the credentials in Secrets.
    """

    def __init__(self, git: GitRepositories, informer: Informer) -> None:
        self._git, self._informer = git, informer
        self._rendered: dict[tuple[Source, str, str], list[Json]] = {}
        self._known: dict[tuple[str, tuple[Source, ...], Revisions, str, str, int], Targets] = {}

    def targets(self, app: Json, catalog: Catalog, cluster: str, revisions: Revisions = ()) -> Targets:
        """The manifests of an application at branches or commits, by default those that it asks for.

        Args:
            app: the Application.
            catalog: tells which kinds have a namespace in the cluster that it is for.
            cluster: that cluster's name.
            revisions: branch or commit of each source.

        Raises:
            TargetError: git, Helm or the manifests themselves refuse; or something is not modelled.
        """
        commits, manifests = self._rendered_at(app, revisions)
        namespace = destination_namespace(app)
        known = (app["metadata"]["name"], sources_of(app), commits, namespace, cluster, len(catalog.all()))
        if known not in self._known:
            marked = {identity(one): one for one in (_marked(app, each, catalog) for each in manifests)}
            hooks = tuple(one for one in marked.values() if is_hook(one))
            self._known[known] = Targets(commits, tuple(one for one in marked.values() if not is_hook(one)), hooks)
        return self._known[known]

    def _rendered_at(self, app: Json, revisions: Revisions) -> tuple[Revisions, list[Json]]:
        """The commits and the manifests of all sources; of an object that two of them have, the later one counts."""
        commits: list[str] = []
        manifests: list[Json] = []
        number, total = 0, 1
        try:
            sources = sources_of(app)
            total = len(sources)
            for number, source in enumerate(sources):
                asked = revisions[number] if number < len(revisions) else ""
                commits.append(self._repository(source.repository).resolve(asked or source.revision))
                manifests += self._render(source, commits[-1], destination_namespace(app))
        except (GitError, RenderError, SpecError) as error:
            which = f"source {number + 1} of {total}"
            told = f"Failed to load target state: failed to generate manifest for {which}: {error}"
            raise TargetError(told) from error
        return tuple(commits), manifests

    def manifests(self, app: Json, revisions: Revisions = ()) -> list[Json]:
        """The manifests as the repo server makes them: tracked, but without the namespace that the controller adds.

        Raises:
            TargetError: as ``targets``; its cause has the words of the repo server.
        """
        return [_tracked(app, copy.deepcopy(one)) for one in self._rendered_at(app, revisions)[1]]

    def _repository(self, url: str) -> Repository:
        """The repository, entered with the credentials for it, or else for the longest beginning of its URL.

        Source: Argo CD docs, "Declarative Setup", repositories and repository credentials.
        """
        kinds = {"repository": True, "repo-creds": False}
        found: list[tuple[bool, int, dict[str, str]]] = []
        for secret in self._informer.every("secrets", NAMESPACE):
            whole = kinds.get((secret["metadata"].get("labels") or {}).get(SECRET_TYPE, ""))
            if whole is not None:
                texts = texts_of(secret)
                if same_repository(url, texts.get("url", ""), whole=whole):
                    found.append((whole, len(texts.get("url", "")), texts))
        best = max(found, key=lambda one: one[:2], default=(False, 0, {}))
        return self._git.at(url, best[2])

    def _render(self, source: Source, commit: str, namespace: str) -> list[Json]:
        known = (source, commit, namespace)
        files = self._repository(source.repository).files(commit, source.path)
        if known not in self._rendered:
            if "Chart.yaml" in files:
                # without the option Helm says which file is missing (util/helm, ``ignoreMissingValueFiles``)
                chosen = [name for name in source.value_files if name in files or not source.may_miss]
                made = render_chart(files, source.parameters, chosen, release=source.release, namespace=namespace)
            else:
                made = render_folder(files, recurse=source.recurse)
            strange = [name for one in made for name in unknown_hooks(one)]
            if strange:
                raise RenderError(f"hooks of type {strange[0]} are not modelled by the embedded world")
            self._rendered[known] = made
        return self._rendered[known]


def _marked(app: Json, manifest: Json, catalog: Catalog) -> Json:
    marked = copy.deepcopy(manifest)
    meta = marked.setdefault("metadata", {})
    if not _has_namespace(marked, catalog):
        meta.pop("namespace", None)
    elif not meta.get("namespace"):
        meta["namespace"] = destination_namespace(app)
    return _tracked(app, marked)


def _has_namespace(manifest: Json, catalog: Catalog) -> bool:
    """Whether a kind lives in namespaces; an unknown kind is taken to, as Argo CD does."""
    try:
        return catalog.of_kind(manifest["apiVersion"], manifest["kind"])[0].namespaced
    except ApiError:
        return not any(manifest["kind"] == kind.kind and not kind.namespaced for kind in catalog.all())


def _tracked(app: Json, manifest: Json) -> Json:
    """The manifest with its tracking annotation; definitions get none (``reposerver/repository``: ``!kube.IsCRD``)."""
    if manifest["kind"] != "CustomResourceDefinition":
        meta = manifest.setdefault("metadata", {})
        meta["annotations"] = {**(meta.get("annotations") or {}), TRACKING: tracking_id(app, manifest)}
    return manifest


def tracking_id(app: Json, obj: Json) -> str:
    """The annotation by which an application knows its objects: ``app:group/Kind:namespace/name``.

    Source: ``util/argo/resource_tracking.go``; cluster-scoped objects carry the destination's namespace.
    """
    group, kind, namespace, name = identity(obj)
    return f"{app['metadata']['name']}:{group}/{kind}:{namespace or destination_namespace(app)}/{name}"
