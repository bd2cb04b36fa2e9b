"""An application with much traffic: each pod can serve only so much, and an autoscaler follows what it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.demo.breakage import annotated
from local.edge.pod_load import CAPACITY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.kubernetes.api import ApiServer

REQUESTS_PER_SECOND = 12.0
"""Of its users together: six times what one pod can serve, so about nine pods at 65 % each."""
_CAPACITY = 2
_HIGHEST = 12
LARGE_STEPS, BAKE = "50,100", "10m"
"""Half of its traffic at once is more than green's minimum of two pods can serve."""
SCALED_OUT = 10
AUTOSCALERS = "horizontalpodautoscalers.autoscaling"


def in_a_rush(application: str, files: Mapping[str, str], *, prescales: bool) -> dict[str, str]:
    """The files of a GitOps repository in which the pods of one application can serve only so much.

    Args:
        application: its folder under ``apps/``.
        files: texts by path.
        prescales: whether norikae may make green as large as blue.

    Raises:
        ValueError: the application is not made as this expects.
    """
    values, ingress = f"apps/{application}/values.yaml", f"apps/{application}/templates/ingress.yaml"
    mark = f"    norikae.dev/app: {application}\n"
    if files.get(ingress, "").count(mark) != 1 or "maxReplicas: 6\n" not in files.get(values, ""):
        raise ValueError(f"{application} has no autoscaler of at most 6, or no Ingress of its own")
    wishes = {"steps": LARGE_STEPS, "bake": BAKE, **({} if prescales else {"scale": "false"})}
    lines = "".join(f'    norikae.dev/{key}: "{value}"\n' for key, value in wishes.items())
    changed = {
        values: files[values].replace("maxReplicas: 6\n", f"maxReplicas: {_HIGHEST}\n"),
        ingress: files[ingress].replace(mark, mark + lines),
    }
    return annotated(application, {**files, **changed}, {CAPACITY: str(_CAPACITY)})


def scale_out(api: ApiServer, application: str, namespace: str, *, lowest: int) -> None:
    """Somebody sets the minimum of its autoscaler, as before a campaign."""
    api.patch(AUTOSCALERS, application, namespace, {"spec": {"minReplicas": lowest}}, manager="kubectl")
