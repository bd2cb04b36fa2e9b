"""The order in which resources can be made."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import Any

from local.deploy.template import DeployError
from local.deploy.values import references


def ordered(resources: dict[str, dict[str, Any]]) -> list[str]:
    """Logical ids so that everything comes after what it refers to or depends on; otherwise as in the template.

    Raises:
        DeployError: a cycle.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, resource in resources.items():
        wanted = resource.get("DependsOn", [])
        named = [wanted] if isinstance(wanted, str) else wanted
        before = [*references(resource.get("Properties", {})), *named]
        sorter.add(name, *dict.fromkeys(one for one in before if one in resources))
    try:
        return list(sorter.static_order())
    except CycleError as error:
        msg = f"the resources refer to each other in a circle: {' -> '.join(error.args[1])}"
        raise DeployError(msg) from error
