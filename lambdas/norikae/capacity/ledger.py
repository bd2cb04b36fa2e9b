"""What a run has changed about the size of workloads, as the table has it, so that all of it can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer

PREFIX = "SCALE#"


class Size(msgspec.Struct, frozen=True):
    """What a workload of blue had before its application moved.

    Args:
        resource: ``plural.group``.
        namespace: where it is on blue.
        name: its name there.
        ready: ready pods.
    """

    resource: str
    namespace: str
    name: str
    ready: int


class Override(msgspec.Struct, frozen=True):
    """A field of ``spec`` that norikae has changed, or is about to.

    Args:
        cluster: where.
        resource: ``plural.group`` of what has the field.
        namespace: where it is.
        name: its name there.
        field: ``minReplicas`` or ``replicas``.
        was: what it was before.
        now: what norikae wrote.
    """

    cluster: str
    resource: str
    namespace: str
    name: str
    field: str
    was: int
    now: int

    @property
    def title(self) -> str:
        """For people: what it is and what it was."""
        return (
            f"{self.resource} {self.namespace}/{self.name} on {self.cluster}: spec.{self.field} {self.now}, "
            f"{self.was} before"
        )


class ScaleItem(msgspec.Struct, frozen=True, kw_only=True):
    """``SCALE#<app>``: how large blue was, and what norikae has changed so that a cluster is large enough.

    Args:
        application: its name.
        sizes: blue's workloads, noted before the first weight.
        overrides: what has to be taken back; written before each change.
        since: when the wait for it, or for secrets, began, in seconds since the epoch; None while nobody waits.
        large_enough: green was seen to be so.
        was_held: a wait of this shift is over, so the next one is shorter.
    """

    application: str
    sizes: tuple[Size, ...] = ()
    overrides: tuple[Override, ...] = ()
    since: float | None = None
    large_enough: bool = False
    was_held: bool = False


def read_scale(ports: Ports, run: str, application: str) -> ScaleItem:
    """What is known of one application."""
    return ports.table.read(run, PREFIX + application, ScaleItem) or ScaleItem(application=application)


def write_scale(ports: Ports, writer: Writer, item: ScaleItem) -> ScaleItem:
    """Write it down in the name of the run."""
    ports.table.write(writer, PREFIX + item.application, item)
    return item


def overridden(ports: Ports, run: str) -> tuple[ScaleItem, ...]:
    """The applications of a run of which something has to be taken back."""
    return tuple(item for item in ports.table.read_all(run, PREFIX, ScaleItem) if item.overrides)


def with_override(item: ScaleItem, override: Override) -> ScaleItem:
    """The same with one more; what the field was before the first change stays known."""
    same = [one for one in item.overrides if _place(one) == _place(override)]
    others = tuple(one for one in item.overrides if one not in same)
    kept = msgspec.structs.replace(override, was=same[0].was) if same else override
    return msgspec.structs.replace(item, overrides=(*others, kept))


def _place(override: Override) -> tuple[str, ...]:
    return override.cluster, override.resource, override.namespace, override.name, override.field
