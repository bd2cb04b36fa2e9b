"""One application that is moving: its plan, its item in the table and the ports through which it is moved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from norikae.errors import BadRequestError, ForeignWriteError, RefusedError
from norikae.ports import Ports
from norikae.traffic.history import propagation_pause
from norikae.traffic.ports import TargetGroupHealth
from norikae.traffic.records import RecordSet
from norikae.traffic.weights import WHOLE, weights_of
from norikae.upgrade.flags import flags_for
from norikae.upgrade.identity import Writer
from norikae.upgrade.plan import Plan, PlannedApplication
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import AppItem, Event, Flags, ServedBy


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
        """What operators asked for that concerns this application, as of now."""
        return flags_for(self.ports.table, self.writer.run, self.planned.name)

    def records(self, *, or_all_on_blue: bool = False) -> tuple[RecordSet, ...]:
        """The traffic records of the application's names, proven to be as we last wrote them.

        Args:
            or_all_on_blue: somebody who sent everything to blue by hand, such as by the kept restore batch, did what a
                rollback wants.

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
        ours = [self.item.written] if self.item.written else []
        ours += [self.shares(self.item.intended)] if ours or self.item.intended else []
        ours += [self.shares(0)] if ours and or_all_on_blue else []
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

    def health(self, served: Iterable[ServedBy]) -> tuple[TargetGroupHealth, ...]:
        """The target groups of the application where a cluster serves it, with their health."""
        ask = self.ports.load_balancers.health
        return tuple(group for one in served for group in ask(one.load_balancer, one.resources))

    def save(self, **changes: object) -> AppItem:
        """Write the item with some fields changed, in the name of this run."""
        item = msgspec.structs.replace(self.item, **changes)
        self.ports.table.write(self.writer, f"APP#{self.planned.name}", item)
        return item

    def saved(self, **changes: object) -> "Moving":
        """The same application after ``save``."""
        return replace(self, item=self.save(**changes))

    def note(self, what: str, **detail: object) -> None:
        """Append a line about this application to the audit trail."""
        event = Event(at=self.ports.now, what=what, detail={"application": self.planned.name, **detail})
        self.ports.table.log(self.writer.run, event)

    def next_weight(self, weight: int) -> int | None:
        """The planned step that follows a weight, or None after the last one."""
        return next((step for step in self.planned.steps if step > weight), None)


def pause_while_pending(moving: Moving) -> int:
    """Seconds until the application's last change is asked about again.

    Raises:
        RefusedError: it stays PENDING for longer than the environment tolerates.
    """
    dns, waited = moving.ports.environment.dns, moving.ports.now - moving.item.changed_at
    if waited > dns.propagation_deadline:
        raise RefusedError(
            f"Route 53 change {moving.item.change} is PENDING for more than {dns.propagation_deadline} s"
        )
    return propagation_pause(dns, waited, hurry=moving.item.backwards)
