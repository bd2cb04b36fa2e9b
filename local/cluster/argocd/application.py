"""What an Application asks for, read strictly: what the model does not know becomes an error that names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from local.cluster.objects import Json

APPLICATIONS = "applications.argoproj.io"
PROJECTS = "appprojects.argoproj.io"
NAMESPACE = "argocd"
IN_CLUSTER = "https://kubernetes.default.svc"
REFRESH = "argocd.argoproj.io/refresh"
FINALIZER = "resources-finalizer.argocd.argoproj.io"

_SOURCE_FIELDS = {"repoURL", "path", "targetRevision", "helm", "directory"}
_HELM_FIELDS = {"parameters", "releaseName"}
_SYNC_OPTIONS = {
    "CreateNamespace=true",
    "CreateNamespace=false",
    "ServerSideApply=true",
    "ServerSideApply=false",
    "Validate=true",
    "ApplyOutOfSyncOnly=false",
    "PruneLast=true",
    "SkipDryRunOnMissingResource=true",
}


class SpecError(Exception):
    """The Application cannot be reconciled as it is written; Argo CD's condition InvalidSpecError."""


@dataclass(frozen=True)
class Source:
    """Where an Application's manifests come from."""

    repository: str
    path: str
    revision: str
    parameters: tuple[tuple[str, str], ...]
    release: str
    recurse: bool


def source_of(app: Mapping[str, Any]) -> Source:
    """The single source of an Application.

    Raises:
        SpecError: there is none, or it asks for something that is not modelled.
    """
    spec = app["spec"]
    if "sources" in spec:
        raise SpecError("spec.sources is not modelled by the embedded world; use spec.source")
    source = spec.get("source")
    if not source or not source.get("repoURL"):
        raise SpecError("spec.source.repoURL is required")
    if not source.get("path"):
        raise SpecError("spec.source.repoURL and either spec.source.path or spec.source.chart are required")
    helm, directory = source.get("helm") or {}, source.get("directory") or {}
    strange = [name for name in source if name not in _SOURCE_FIELDS]
    strange += [f"helm.{name}" for name in helm if name not in _HELM_FIELDS]
    strange += [f"directory.{name}" for name in directory if name != "recurse"]
    if strange:
        raise SpecError(f"spec.source.{strange[0]} is not modelled by the embedded world")
    return Source(
        repository=source["repoURL"],
        path=source["path"],
        revision=source.get("targetRevision") or "HEAD",
        parameters=tuple((one["name"], str(one.get("value", ""))) for one in helm.get("parameters") or ()),
        release=helm.get("releaseName") or app["metadata"]["name"],
        recurse=bool(directory.get("recurse")),
    )


def destination_namespace(app: Mapping[str, Any]) -> str:
    """The namespace for manifests that name none."""
    return str((app["spec"].get("destination") or {}).get("namespace") or "")


def sync_options(app: Mapping[str, Any]) -> set[str]:
    """The Application's own sync options.

    Raises:
        SpecError: one of them is not modelled.
    """
    return checked_options((app["spec"].get("syncPolicy") or {}).get("syncOptions") or ())


def checked_options(options: object) -> set[str]:
    """Sync options, all of them known.

    Raises:
        SpecError: one of them is not modelled.
    """
    found = {str(option) for option in options} if isinstance(options, list | tuple) else set()
    unknown = sorted(found - _SYNC_OPTIONS)
    if unknown:
        raise SpecError(f"sync option {unknown[0]} is not modelled by the embedded world")
    return found


def check(app: Json, project: Json | None) -> None:
    """Whether the project lets the Application be, and the destination is this cluster.

    Source: ``util/argo/argo.go`` (ValidatePermissions).

    Raises:
        SpecError: in Argo CD's words.
    """
    name = app["spec"].get("project") or "default"
    if project is None:
        raise SpecError(f"Application referencing project {name} which does not exist")
    if project["spec"].get("syncWindows"):
        raise SpecError(f"syncWindows of project {name} are not modelled by the embedded world")
    source = source_of(app)
    sync_options(app)
    allowed = project["spec"].get("sourceRepos") or ()
    if not any(fnmatchcase(source.repository, pattern) for pattern in allowed):
        raise SpecError(f"application repo {source.repository} is not permitted in project '{name}'")
    _check_destination(app, project, name)


def _check_destination(app: Json, project: Json, name: str) -> None:
    wanted = app["spec"].get("destination") or {}
    server = IN_CLUSTER if wanted.get("name") == "in-cluster" else wanted.get("server", "")
    if wanted.get("name") not in {None, "", "in-cluster"}:
        raise SpecError(f"unable to find destination server: there are no clusters with this name: {wanted['name']}")
    if not server:
        raise SpecError("Destination server missing from app spec")
    if server != IN_CLUSTER:
        raise SpecError(f"cluster '{server}' has not been configured")
    for allowed in project["spec"].get("destinations") or ():
        fits_server = fnmatchcase(server, allowed.get("server") or "") or allowed.get("name") == "in-cluster"
        if fits_server and fnmatchcase(wanted.get("namespace", ""), allowed.get("namespace") or ""):
            return
    where = f"server '{server}' and namespace '{wanted.get('namespace', '')}'"
    raise SpecError(f"application destination {where} do not match any of the allowed destinations in project '{name}'")
