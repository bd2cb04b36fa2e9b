"""One application that is moving: its plan, its item in the table and the ports through which it is moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from norikae.errors import BadRequestError, ForeignWriteError, RefusedError
from norikae.ports import Ports
from norikae.traffic.history import SOON, propagation_pause
from norikae.traffic.ports import TargetGroupHealth
from norikae.traffic.records import OWNED_TYPES, TRAFFIC_TYPES, Change, RecordSet
from norikae.traffic.weights import WHOLE, Taking, as_it_is, green_weight, weights_of
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
        """Blue's cluster name."""
        return self.plan.blue.name

    @property
    def green(self) -> str:
        """Green's cluster name."""
        return self.plan.green.name

    @property
    def blue_set(self) -> str:
        """The set identifier of blue's record sets: the cluster's name, or what its external-dns was told."""
        return self.item.sets.get(self.blue, self.blue)

    @property
    def green_set(self) -> str:
        """The set identifier of green's record sets."""
        return self.item.sets.get(self.green, self.green)

    @property
    def is_leased(self) -> bool:
        """Whether norikae moves names that an external-dns owns, and gives them back afterwards."""
        return self.planned.owner == "lease"

    @property
    def take(self) -> Taking:
        """What becomes of a mark when a weight is written."""
        if not self.is_leased:
            return as_it_is
        from norikae.ownership.registry import taken  # noqa: PLC0415 - names of norikae's own have no marks

        environment = self.ports.environment.environment
        return lambda record: taken(record, environment)

    def flags(self) -> Flags:
        """What operators asked for that concerns this application, as of now."""
        return flags_for(self.ports.table, self.writer.run, self.planned.name)

    @property
    def declares(self) -> bool:
        """Whether an external-dns writes the weights, and norikae only tells it which."""
        return self.planned.owner == "external-dns"

    def records(self, *, or_all_on_blue: bool = False) -> tuple[RecordSet, ...]:
        """The traffic records of the application's names, proven to be as we last wrote them.

        Args:
            or_all_on_blue: somebody who sent everything to blue by hand, such as by the kept restore batch, did what a
                rollback wants.

        Raises:
            ForeignWriteError: somebody else wrote to them.
        """
        records = self.read_records()
        missing = set(self.planned.hosts) - {record.name for record in records}
        if missing:
            raise ForeignWriteError(
                f"{', '.join(sorted(missing))}: no A or AAAA record set exists; somebody removed it"
            )
        weights = weights_of(records)
        ours = [self.item.written] if self.item.written else []
        ours += [self.shares(self.item.intended)] if ours or self.item.intended else []
        ours += [self.shares(self.item.overtaken)] if self.item.overtaken else []
        ours += [self.shares(0), weights_of(self.snapshot())] if ours and or_all_on_blue else []
        is_ours = weights in ours or (self.declares and _is_between(weights, ours))
        if ours and not is_ours and records != self.snapshot():
            raise ForeignWriteError(
                f"{self.planned.hosts[0]} has weights {weights}, but norikae wrote {self.item.written}; "
                "find the writer before you resume (docs/runbook.md, 'somebody else wrote')"
            )
        return records

    def read_records(self) -> tuple[RecordSet, ...]:
        """The record sets of the application's names as they are, with the marks beside them where they are leased."""
        hosts, marks = self.planned.hosts, self.item.marks
        if not marks:
            return self.ports.dns.records(hosts)
        known = set(self.item.sets.values())
        return tuple(
            record
            for record in self.ports.dns.records(sorted({*hosts, *marks}), OWNED_TYPES)
            if (record.type in TRAFFIC_TYPES and record.name in hosts)
            or (record.type == "TXT" and record.name in marks and record.set_identifier in known)
        )

    def snapshot(self) -> tuple[RecordSet, ...]:
        """The record sets before the first change."""
        return tuple(RecordSet(raw) for raw in self.item.snapshot)

    def original_of_blue(self) -> tuple[RecordSet, ...]:
        """The record sets that led to blue before the first change."""
        return tuple(one for one in self.snapshot() if one.target and one.set_identifier == self.blue_set)

    def shares(self, weight: int) -> dict[str, int]:
        """The weights of both clusters' record sets when green has one."""
        return {self.blue_set: WHOLE - weight, self.green_set: weight}

    def health(self, served: Iterable[ServedBy]) -> tuple[TargetGroupHealth, ...]:
        """The target groups of the application where a cluster serves it, with their health."""
        ask = self.ports.load_balancers.health
        return tuple(group for one in served for group in ask(one.load_balancer, one.resources))

    def green_weight(self, records: Iterable[RecordSet]) -> int:
        """Green's share in percent; the one that is on its way while two external-dns write it one after the other.

        Raises:
            ForeignWriteError: a third set has a weight, or the two do not add up to 100.
        """
        weights = weights_of(records)
        if not self.item.written and self.item.sets and not weights.get(self.green_set):
            return 0  # whoever owned the names so far may have any weight on blue
        if self.declares and self.item.written and weights != self.shares(self.item.intended):
            return self.item.intended
        return green_weight(weights, self.blue_set, self.green_set)

    def write(
        self, records: Iterable[RecordSet], changes: Sequence[Change], wanted: Mapping[str, int], why: str
    ) -> str:
        """Route 53's id of the change that makes the record sets as wanted, or ``declared`` when nobody knows one.

        Args:
            records: as they are now.
            changes: the batch, for whoever writes records.
            wanted: set identifier to weight, for whoever declares them.
            why: goes into the change's comment.

        Raises:
            ForeignWriteError: a record that the batch deletes is not as it was read.
            RefusedError: decommission has begun, and blue would get more; or nothing can be declared.
        """
        if not self.declares:
            comment = f"norikae run={self.writer.run} application={self.planned.name} {why}"
            return self.ports.dns.change(changes, comment)
        from norikae.traffic.declare import DECLARED, declare  # noqa: PLC0415 - most names are written, not declared

        declare(self, weights_of(records), wanted)
        return DECLARED

    def is_in_force(self, wanted: Mapping[str, int], *, at_sight: bool = False) -> bool:
        """Whether all name servers answer with what was written last.

        What was declared is declared on until Route 53 has it; then a minute has to pass, for which its change is on
        its way ("generally propagate within 60 seconds", API reference), since its id is external-dns's.

        Args:
            wanted: set identifier to weight.
            at_sight: what was declared counts as soon as Route 53 has it, for whoever has no look left for that minute.
        """
        if not self.declares:
            return self.ports.dns.is_in_sync(self.item.change)
        from norikae.traffic.declare import declare  # noqa: PLC0415 - as above

        if not declare(self, weights_of(self.records()), wanted):
            return False
        if at_sight:
            return True
        if self.item.seen_at is None:
            self.save(seen_at=self.ports.now)
            return False
        return self.ports.now - self.item.seen_at >= SOON

    def save(self, **changes: object) -> AppItem:
        """Write the item with some fields changed, in the name of this run."""
        item = msgspec.structs.replace(self.item, **changes)
        self.ports.table.write(self.writer, f"APP#{self.planned.name}", item)
        return item

    def saved(self, **changes: object) -> "Moving":
        """The same application after ``save``."""
        return replace(self, item=self.save(**changes))

    def intends(self, weight: int, **changes: object) -> "Moving":
        """The same application once it is written down which weight comes next; what proved the last one is forgotten.

        Args:
            weight: green's.
            changes: what else is written down with it.
        """
        item = self.item
        is_seen = self.shares(item.intended).items() <= item.written.items() or not item.intended
        overtaken = 0 if is_seen else item.intended
        return self.saved(
            intended=weight,
            overtaken=overtaken or item.overtaken,
            change="",
            verified_at=None,
            seen_at=None,
            given_back=False,
            **changes,
        )

    def note(self, what: str, **detail: object) -> None:
        """Append a line about this application to the audit trail."""
        event = Event(at=self.ports.now, what=what, detail={"application": self.planned.name, **detail})
        self.ports.table.log(self.writer.run, event)

    def next_weight(self, weight: int) -> int | None:
        """The planned step that follows a weight, or None after the last one."""
        return next((step for step in self.planned.steps if step > weight), None)


def _is_between(weights: Mapping[str, int], ours: Sequence[Mapping[str, int]]) -> bool:
    """Whether each set has a weight that norikae declared, of which one is written and the other is not yet."""
    return all(any(one.get(name, 0) == weight for one in ours) for name, weight in weights.items())


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
