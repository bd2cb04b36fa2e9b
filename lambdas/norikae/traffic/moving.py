"""One application that is moving: its plan, its item in the table and the ports through which it is moved."""

from dataclasses import dataclass

import msgspec

from norikae.errors import BadRequestError, ForeignWriteError, RefusedError
from norikae.ports import Ports
from norikae.traffic.records import RecordSet
from norikae.traffic.weights import WHOLE, weights_of
from norikae.upgrade.identity import Writer
from norikae.upgrade.plan import Plan, PlannedApplication
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import AppItem, Event, Flags


@dataclass(frozen=True, slots=True)
class Moving:
    """An application of a run, read once at the beginning of a look."""

    ports: Ports
    writer: Writer
    plan: Plan
    planned: PlannedApplication
    item: AppItem

    @classmethod
    def read(cls, ports: Ports, writer: Writer, application: str) -> "Moving":
        """The application as plan and table have it.

        Raises:
            BadRequestError: the run has no plan, or the plan does not name the application.
        """
        plan = read_plan(ports.table, writer.run).plan
        planned = plan.application(application)
        if planned is None:
            raise BadRequestError(f"application: run {writer.run} does not plan to move {application!r}")
        item = ports.table.read(writer.run, f"APP#{application}", AppItem) or AppItem(application=application)
        return cls(ports, writer, plan, planned, item)

    @property
    def blue(self) -> str:
        """Blue's cluster name, which is its set identifier."""
        return self.plan.blue.name

    @property
    def green(self) -> str:
        """Green's cluster name."""
        return self.plan.green.name

    def flags(self) -> Flags:
        """What operators asked for, as of now."""
        return self.ports.table.read(self.writer.run, "FLAGS", Flags) or Flags()

    def records(self) -> tuple[RecordSet, ...]:
        """The traffic records of the application's names, proven to be as we last wrote them.

        Raises:
            ForeignWriteError: somebody else wrote to them.
        """
        records = self.ports.dns.records(self.planned.hosts)
        missing = set(self.planned.hosts) - {record.name for record in records}
        if missing:
            raise ForeignWriteError(
                f"{', '.join(sorted(missing))}: no A or AAAA record set exists; somebody removed it"
            )
        weights = weights_of(records)
        ours = [self.item.written, self.shares(self.item.intended)] if self.item.written else []
        if ours and weights not in ours and records != self.snapshot():
            raise ForeignWriteError(
                f"{self.planned.hosts[0]} has weights {weights}, but norikae wrote {self.item.written}; "
                "find the writer before you resume (docs/runbook.md, 'somebody else wrote')"
            )
        return records

    def snapshot(self) -> tuple[RecordSet, ...]:
        """The record sets before the first change."""
        return tuple(RecordSet(raw) for raw in self.item.snapshot)

    def shares(self, weight: int) -> dict[str, int]:
        """The weights of both clusters when green has one."""
        return {self.blue: WHOLE - weight, self.green: weight}

    def save(self, **changes: object) -> AppItem:
        """Write the item with some fields changed, in the name of this run."""
        item = msgspec.structs.replace(self.item, **changes)
        self.ports.table.write(self.writer, f"APP#{self.planned.name}", item)
        return item

    def note(self, what: str, **detail: object) -> None:
        """Append a line about this application to the audit trail."""
        event = Event(at=self.ports.now, what=what, detail={"application": self.planned.name, **detail})
        self.ports.table.log(self.writer.run, event)

    def next_weight(self, weight: int) -> int | None:
        """The planned step that follows a weight, or None after the last one."""
        return next((step for step in self.planned.steps if step > weight), None)


def refuse_if_pending_too_long(moving: Moving) -> None:
    """Nothing happens while the application's last change may still become INSYNC in time.

    Raises:
        RefusedError: it stays PENDING for longer than the environment tolerates.
    """
    deadline = moving.ports.environment.dns.propagation_deadline
    if moving.ports.now - moving.item.changed_at > deadline:
        raise RefusedError(f"Route 53 change {moving.item.change} is PENDING for more than {deadline} s")
