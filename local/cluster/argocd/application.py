"""What an Application asks for, read strictly: what the model does not know becomes an error that names it."""

from __future__ import annotations

import re
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
_HELM_FIELDS = {"parameters", "releaseName", "valueFiles", "ignoreMissingValueFiles"}
_ELSEWHERE = re.compile(r"\.\.|[*?\[$:]")
"""In a values file's name: it lies outside the path, or it is a pattern, a variable or a URL."""
_SYNC_OPTIONS = {
    "CreateNamespace=true",
    "CreateNamespace=false",
    "ServerSideApply=true",
    "ServerSideApply=false",
    "Validate=true",
    "ApplyOutOfSyncOnly=false",
    "PruneLast=true",
    "RespectIgnoreDifferences=true",
    "SkipDryRunOnMissingResource=true",
}


class SpecError(Exception):
    """The Application cannot be reconciled as it is written; Argo CD's condition InvalidSpecError."""


@dataclass(frozen=True)
class Source:
    """Where an Application's manifests come from.

    ``value_files`` lie below ``path``; ``may_miss`` lets those be away.
    """

    repository: str
    path: str
    revision: str
    parameters: tuple[tuple[str, str], ...]
    release: str
    recurse: bool
    value_files: tuple[str, ...] = ()
    may_miss: bool = False


def sources_of(app: Mapping[str, Any]) -> tuple[Source, ...]:
    """The sources of an Application; several win over a single one.

    Raises:
        SpecError: there is none, or one asks for something that is not modelled.
    """
    several = app["spec"].get("sources")
    return tuple(_source(app, source) for source in several or [app["spec"].get("source")])


def _source(app: Mapping[str, Any], source: Mapping[str, Any] | None) -> Source:
    if not source or not source.get("repoURL"):
        raise SpecError("spec.source.repoURL is required")
    helm, directory = source.get("helm") or {}, source.get("directory") or {}
    strange = [name for name in source if name not in _SOURCE_FIELDS]
    strange += [f"helm.{name}" for name in helm if name not in _HELM_FIELDS]
    strange += [f"directory.{name}" for name in directory if name != "recurse"]
    value_files = tuple(helm.get("valueFiles") or ())
    strange += [f"helm.valueFiles: {name}" for name in value_files if name.startswith("/") or _ELSEWHERE.search(name)]
    if strange:
        raise SpecError(f"spec.source.{strange[0]} is not modelled by the embedded world")
    if not source.get("path"):
        raise SpecError("spec.source.repoURL and either spec.source.path or spec.source.chart are required")
    return Source(
        repository=source["repoURL"],
        path=source["path"],
        revision=source.get("targetRevision") or "HEAD",
        parameters=tuple((one["name"], str(one.get("value", ""))) for one in helm.get("parameters") or ()),
        release=helm.get("releaseName") or app["metadata"]["name"],
        recurse=bool(directory.get("recurse")),
        value_files=value_files,
        may_miss=bool(helm.get("ignoreMissingValueFiles")),
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


def check(app: Json, project: Json | None, cluster: tuple[str, str]) -> None:
    """Whether the project lets the Application be.

    Source: ``util/argo/argo.go`` (ValidatePermissions).

    Args:
        app: the Application.
        project: its project, or None.
        cluster: URL and name of the cluster that it is for.

    Raises:
        SpecError: in Argo CD's words.
    """
    name = app["spec"].get("project") or "default"
    if project is None:
        raise SpecError(f"Application referencing project {name} which does not exist")
    sync_options(app)
    allowed = project["spec"].get("sourceRepos") or ()
    for source in sources_of(app):
        if not any(fnmatchcase(source.repository, pattern) for pattern in allowed):
            raise SpecError(f"application repo {source.repository} is not permitted in project '{name}'")
    _check_destination(app, project, cluster)


def _check_destination(app: Json, project: Json, cluster: tuple[str, str]) -> None:
    server, name = cluster
    namespace = (app["spec"].get("destination") or {}).get("namespace", "")
    for allowed in project["spec"].get("destinations") or ():
        fits = fnmatchcase(server, allowed.get("server") or "") or fnmatchcase(name, allowed.get("name") or "")
        if fits and fnmatchcase(namespace, allowed.get("namespace") or ""):
            return
    where = f"server '{server}' and namespace '{namespace}'"
    project_name = app["spec"].get("project") or "default"
    raise SpecError(
        f"application destination {where} do not match any of the allowed destinations in project '{project_name}'"
    )


def duration(text: Any) -> float:
    """A Go duration ("5s", "3m", "1m30s") in seconds; a number is seconds."""
    if isinstance(text, int | float):
        return float(text)
    units = {"h": 3600.0, "m": 60.0, "s": 1.0}
    total, number = 0.0, ""
    for letter in text:
        if letter in units:
            total, number = total + float(number) * units[letter], ""
        else:
            number += letter
    return total + (float(number) if number else 0.0)
