"""One field of one workload or autoscaler is changed, noted before; and taken back, unless somebody else changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from norikae.capacity.ledger import with_override, write_scale
from norikae.capacity.workloads import AUTOSCALERS, LOWEST
from norikae.errors import NorikaeError, NotFoundError
from norikae.upgrade.state import Event

if TYPE_CHECKING:
    from norikae.capacity.ledger import Override, ScaleItem
    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer

SCALE = "scale"
"""The subresource by which a workload gets another size; whoever may patch it may change nothing else."""


def override(ports: Ports, writer: Writer, item: ScaleItem, change: Override) -> ScaleItem:
    """The field has its new value, and the table says what it had; the item as it is then.

    Args:
        ports: the world.
        writer: in whose name.
        item: what is known of the application.
        change: the field, with what it is and what it is to be.
    """
    item = write_scale(ports, writer, with_override(item, change))
    _patch(ports, change, change.now)
    ports.table.log(writer.run, Event(at=ports.now, what="scaled", detail=_detail(item, change)))
    return item


def take_back(ports: Ports, writer: Writer, item: ScaleItem, changes: tuple[Override, ...]) -> ScaleItem:
    """The fields have the values from before, each unless somebody else changed it meanwhile; the item as it is then.

    What cannot be reached stays in the table and in the audit trail; a cluster that is gone has nothing to take back.
    """
    for change in changes:
        write_scale(ports, writer, item)  # whoever lost the lease is refused here, before a cluster is touched
        try:
            said = _taken_back(ports, change)
        except NotFoundError:
            said = "gone"
        except NorikaeError as error:
            detail = {**_detail(item, change), "reason": str(error)}
            ports.table.log(writer.run, Event(at=ports.now, what="scale-left", detail=detail))
            continue
        item = write_scale(ports, writer, without(item, change))
        detail = {**_detail(item, change), "result": said}
        ports.table.log(writer.run, Event(at=ports.now, what="scaled-back", detail=detail))
    return item


def without(item: ScaleItem, change: Override) -> ScaleItem:
    """The same with one override less; the next shift looks anew whether green is large enough."""
    left = tuple(one for one in item.overrides if one != change)
    return msgspec.structs.replace(item, overrides=left, since=None, large_enough=False, was_held=False)


def _taken_back(ports: Ports, change: Override) -> str:
    found = ports.kubernetes(change.cluster).get(change.resource, change.name, change.namespace)
    if found is None:
        return "gone"
    default = 1  # of minReplicas and of replicas (API reference)
    if int(found["spec"].get(change.field, default)) != change.now:
        return "somebody else changed it"
    _patch(ports, change, change.was)
    return "taken back"


def _patch(ports: Ports, change: Override, value: int) -> None:
    is_autoscaler = change.resource == AUTOSCALERS
    ports.kubernetes(change.cluster).patch(
        change.resource,
        change.name,
        change.namespace,
        {"spec": {LOWEST if is_autoscaler else "replicas": value}},
        subresource="" if is_autoscaler else SCALE,
    )


def _detail(item: ScaleItem, change: Override) -> dict[str, object]:
    return {
        "application": item.application,
        "cluster": change.cluster,
        "object": f"{change.resource} {change.namespace}/{change.name}",
        "field": change.field,
        "was": change.was,
        "now": change.now,
    }
