"""An application that breaks on the new version: what a team has in Git without knowing it.

The image reads its memory limit from cgroup v1. The nodes of the old version still have that; from Kubernetes 1.35 the
kubelet does not start on such nodes (KEP-5573), so on green the image sees no limit, and every third request dies with
its cache. Its readiness probe asks a path that needs no cache: Argo CD says Healthy, and every target is healthy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.edge.alb_pods import BREAKS_FROM, ERROR_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARE = 0.35
"""Of the requests that it answers with 500 on the new version."""
_POD = "\n  template:\n    metadata:\n      labels:\n"


def broken_on(version: str, application: str, files: Mapping[str, str], share: float = SHARE) -> dict[str, str]:
    """The files of a GitOps repository in which one application answers badly from a Kubernetes version on.

    Args:
        version: the first version on which it does, such as 1.35.
        application: its folder under ``apps/``.
        files: texts by path.
        share: of its answers that are 500, from 0 to 1.

    Raises:
        ValueError: there is no such application, or its pods have annotations already.
    """
    return annotated(application, files, {BREAKS_FROM: version, ERROR_RATE: str(share)})


def annotated(application: str, files: Mapping[str, str], marks: Mapping[str, str]) -> dict[str, str]:
    """The files of a GitOps repository in which the pods of one application have annotations.

    Args:
        application: its folder under ``apps/``.
        files: texts by path.
        marks: the annotations.

    Raises:
        ValueError: there is no such application, or its pods have annotations already.
    """
    path = f"apps/{application}/templates/deployment.yaml"
    text = files.get(path, "")
    if text.count(_POD) != 1:
        raise ValueError(f"{path} has no pod template without annotations; name an application of the fixtures")
    lines = "".join(f'\n        {key}: "{value}"' for key, value in marks.items())
    changed = text.replace(_POD, _POD.replace("labels:", f"annotations:{lines}\n      labels:"))
    return {**files, path: changed}


def restarted_on_blue(application: str, files: Mapping[str, str]) -> dict[str, str]:
    """The files of a GitOps repository in which a team lets norikae restart its Deployment on blue, for its WebSockets.

    Args:
        application: its folder under ``apps/``; its Deployment has the same name.
        files: texts by path.

    Raises:
        ValueError: there is no such application.
    """
    path, mark = f"apps/{application}/templates/ingress.yaml", "    norikae.dev/app:"
    if files.get(path, "").count(mark) != 1:
        raise ValueError(f"{path} does not name its application; name one of the fixtures")
    asked = f'    norikae.dev/restart-on-blue: "deployment/{application}"\n{mark}'
    return {**files, path: files[path].replace(mark, asked)}
