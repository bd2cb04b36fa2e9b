"""The GitOps repository of people who had weighted records before norikae came: external-dns of each cluster owns them.

Each Ingress asks for its public name with a set identifier that is made from the cluster's name, and with a weight from
the values of its cluster. What a cluster has no values for has weight 0, so that a new cluster takes no traffic.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.cluster.git import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.kubernetes.api import ApiServer
    from local.team import Team

WHOLE = 100
_NOTES = re.compile(
    r"( +# external-dns of each cluster owns[^\n]*\n)?"
    r" +external-dns\.kubernetes\.io/hostname: (?P<host>[a-z-]+)\.\{\{ \.Values\.cluster \}\}\.[^\n]*\n"
    r" +external-dns\.kubernetes\.io/ingress-hostname-source: annotation-only\n"
)
_WISH = """\
    external-dns.kubernetes.io/hostname: {host}.{{{{ .Values.domain }}}}
    external-dns.kubernetes.io/set-identifier: eks-{{{{ .Values.cluster }}}}
    external-dns.kubernetes.io/aws-weight: "{{{{ .Values.dns.weight }}}}"
    external-dns.kubernetes.io/aws-evaluate-target-health: "false"
"""
_EXTERNAL_DNS = "platform/external-dns/templates/deployment.yaml"
_LAST_FLAG = "            - --log-format=json\n"
_HELM = "    helm:\n"
_VALUES = """\
      ignoreMissingValueFiles: true
      valueFiles:
        - "values-{{ .Values.cluster }}.yaml"
"""
_SYNC_OPTIONS = "    syncOptions:\n"
_LEFT_ALONE = """\
  ignoreDifferences:
    - group: networking.k8s.io
      kind: Ingress
      jsonPointers:
        - /metadata/annotations/external-dns.kubernetes.io~1aws-weight
"""
_DEFAULT = "# Of a cluster that has no values of its own.\ndns:\n  weight: 0\n"


def set_identifier(cluster: str) -> str:
    """What a cluster's record sets are called."""
    return f"eks-{cluster}"


def weighted_by_external_dns(repository: Repository, blue: str, flags: Iterable[str] = ()) -> Repository:
    """The demo's repository as it would be, had external-dns always owned the public names.

    Args:
        repository: the demo's, before anything of a central Argo CD is done to it.
        blue: the cluster that has all weight.
        flags: what external-dns of each cluster is started with beside the demo's, such as ``--events``.

    Raises:
        ValueError: an Ingress has not the annotations of the demo, or external-dns not its flags.
    """
    files = dict(repository.files(repository.resolve("main")))
    applications = sorted({path.split("/")[1] for path in files if path.startswith("apps/")})
    for application in applications:
        ingress, values = f"apps/{application}/templates/ingress.yaml", f"apps/{application}/values.yaml"
        files[ingress], found = _NOTES.subn(lambda note: _WISH.format(host=note["host"]), files[ingress])
        if found != 1:
            raise ValueError(f"{ingress} has not the two annotations of external-dns that the demo's Ingresses have")
        files[values] += _DEFAULT
        files[values_of(application, blue)] = _with_weight(WHOLE)
        child = f"clusters/templates/{application}.yaml"
        if child in files:
            files[child] = files[child].replace(_HELM, _HELM + _VALUES, 1)
    if _LAST_FLAG not in files[_EXTERNAL_DNS]:
        raise ValueError(f"{_EXTERNAL_DNS} has not the flags that the demo's external-dns has")
    more = "".join(f"            - {flag}\n" for flag in flags)
    files[_EXTERNAL_DNS] = files[_EXTERNAL_DNS].replace(_LAST_FLAG, more + _LAST_FLAG)
    return Repository(files)


def told_by_annotation(repository: Repository) -> Repository:
    """The same, whose Argo CD leaves the weights to whoever annotates the Ingresses.

    Args:
        repository: as ``weighted_by_external_dns`` made it.

    Raises:
        ValueError: an application's manifest has no place for it.
    """
    files = dict(repository.files(repository.resolve("main")))
    for path, text in files.items():
        if path.startswith("clusters/templates/") and path.split("/")[-1].removesuffix(".yaml") in _folders(files):
            if _SYNC_OPTIONS not in text:
                raise ValueError(f"{path} has no options of its syncs")
            respected = _SYNC_OPTIONS + "      - RespectIgnoreDifferences=true\n"
            files[path] = text.replace("spec:\n", "spec:\n" + _LEFT_ALONE, 1).replace(_SYNC_OPTIONS, respected, 1)
    return Repository(files)


def _folders(files: Mapping[str, str]) -> set[str]:
    return {path.split("/")[1] for path in files if path.startswith("apps/")}


def values_of(application: str, cluster: str) -> str:
    """The file with what an application has of its own in a cluster."""
    return f"apps/{application}/values-{cluster}.yaml"


def commit_weights(team: Team, application: str, weights: Mapping[str, int]) -> str:
    """Commit the weights of an application, by cluster, to the default branch; the commit.

    Args:
        team: who does it.
        application: its folder under ``apps/``.
        weights: from 0 to 255, by the cluster's name.
    """
    return team.commit({values_of(application, name): _with_weight(weight) for name, weight in weights.items()})


def weigh(team: Team, application: str, weights: Mapping[str, int], clusters: Iterable[ApiServer]) -> str:
    """Commit weights, and press "Sync" where the application runs and follows the branch; the commit.

    Args:
        team: who does it.
        application: its folder under ``apps/``, and its name in Argo CD.
        weights: from 0 to 255, by the cluster's name.
        clusters: those whose Argo CD has the application.
    """
    commit = commit_weights(team, application, weights)
    for api in clusters:
        team.refresh(api, [application])
        team.sync(api, application)
    return commit


def _with_weight(weight: int) -> str:
    return f"dns:\n  weight: {weight}\n"
