"""Whatever happens in whatever order, some things hold: a machine that is driven at random through its own ASL file.

Hypothesis lets operators speak, targets fall ill, calls fail before or after their effect, and another run take over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from norikae.approvals.ask import hold_application, hold_failed_rollback, reason_of
from norikae.capacity.green import scale_green
from norikae.commands.operate import operate
from norikae.environment import Rollback
from norikae.errors import NorikaeError, StaleWriterError, TransientError, UnreachableError
from norikae.gates.judge import judge_gates
from norikae.gates.ports import Answers
from norikae.ownership.registry import returned
from norikae.traffic.contest import restore_safe_weights
from norikae.traffic.prepare import finish_shift, prepare_shift
from norikae.traffic.prove import prove_ownership
from norikae.traffic.records import RecordSet
from norikae.traffic.rollback import roll_back_application
from norikae.traffic.shift import set_weights, verify_weights
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import Lease
from norikae.upgrade.state import PhaseItem
from norikae.windows.check import check_window
from tests.handlers.machine import Json, Machine
from tests.unit.fakes.owned import BLUE_SET, GREEN_SET, OwnedStory
from tests.unit.fakes.ports import FakeDns
from tests.unit.fakes.story import APP, BLUE, GREEN, PARENT, RUN, SHIFT, WRITER, Story

BALANCERS = {cluster: f"{cluster}.elb.example" for cluster in (BLUE, GREEN)}
SHIFT_MACHINE = Machine("shift")
ENDS = {"Shift finished", "Give up shift"}
HOLDS = {"Hold application", "Hold failed rollback"}
STRANGER = "arn:shift:stranger"
WAYS_BACK = {"Roll back application", "Hold failed rollback"}


class FaultyDns(FakeDns):
    """A zone whose next change may fail before or after it took effect."""

    fault = ""

    def change(self, changes: Any, comment: str) -> str:
        fault, self.fault = self.fault, ""
        if fault == "before":
            raise UnreachableError("the connection was refused")
        answer = super().change(changes, comment)
        if fault == "after":
            raise UnreachableError("the answer was lost")
        return answer


class Shifting(RuleBasedStateMachine):
    """One application, one shift after the other, and everything that can befall them."""

    @initialize(
        stops=st.sampled_from([(), (50,), (75, 25)]),
        latency=st.integers(0, 2),
        looks=st.sampled_from([0, 5, 12, 40]),
        leased=st.booleans(),
        locked=st.booleans(),
    )
    def begins(self, stops: tuple[int, ...], latency: int, looks: int, *, leased: bool, locked: bool) -> None:
        self.story = OwnedStory() if leased else Story("A", "AAAA")
        self.blue_set, self.green_set = (BLUE_SET, GREEN_SET) if leased else (BLUE, GREEN)
        self.ports = self.story.ports
        self.dns = FaultyDns(*self.ports.dns.sets.values())
        self.ports.dns = self.dns
        self.story.sets(rollback=Rollback(stops=stops, capacity_percent=50))
        if locked:
            self.story.locks_names()
        self.ports.dns.looks_until_in_sync = latency
        self.snapshot = dict(self.ports.dns.sets)
        self.state, self.data = "Prepare shift", {**WRITER.answer(), "application": APP}
        self.no_return = False
        self.tokens = 0
        self.overtaken = False
        self.goes_on(looks)

    # --- the machine takes its course ---

    @rule(seconds=st.sampled_from([1, 15, 30, 400]))
    @precondition(lambda self: self.state not in ENDS | HOLDS)
    def looks(self, seconds: int) -> None:
        """One Task, and time until the next."""
        before, healthy = self.green(), self.ports.load_balancers.groups[BALANCERS[GREEN]][0] > 0
        came_from, records = self.state, dict(self.dns.sets)
        try:
            answer = self.task(self.state)()
        except TransientError:
            self.story.time_passes(seconds)
            return  # retried by the machine
        except NorikaeError as error:
            way, self.data = SHIFT_MACHINE.catches(self.state, self.data, type(error).__name__)
        else:
            way, self.data = SHIFT_MACHINE.goes(self.state, self.data, answer)
        finally:
            if self.overtaken:
                assert self.dns.sets == records, "it wrote although another shift holds the application"
            self.never_raised_wrongly(came_from, before, healthy=healthy)
        self.arrives(way[-1])
        self.story.time_passes(seconds)

    @rule(times=st.integers(2, 15))
    def goes_on(self, times: int) -> None:
        """Nothing happens for a while, so the shift gets somewhere."""
        for _ in range(times):
            if self.state in ENDS | HOLDS:
                return
            self.looks(310 if self.state == "Judge gates" else 15)

    def task(self, name: str) -> Callable[[], Json]:
        """What the machine's Task does."""
        ports, writer = self.ports, Writer.of(self.data)
        weight = self.data.get("progress", {}).get("weight")
        tasks: dict[str, Callable[[], Json]] = {
            "Prepare shift": self.prepares,
            "Check window": lambda: check_window(ports, writer, APP, weight),
            "Prove ownership": lambda: prove_ownership(ports, writer, APP),
            "Restore safe weights": lambda: restore_safe_weights(ports, writer, APP, reason_of(self.data)),
            "Scale green": lambda: scale_green(ports, writer, APP, weight),
            "Set weights": lambda: set_weights(ports, writer, APP, weight),
            "Verify weights": lambda: {
                **self.data["change"],
                **verify_weights(ports, writer, APP, weight, self.data["change"]["change"]),
            },
            "Judge gates": lambda: judge_gates(ports, writer, APP, weight),
            "Hand off singletons": lambda: {"next": "go-on"},
            "Stop run": lambda: operate(
                ports,
                {
                    "command": self.data["progress"]["command"],
                    "run": RUN,
                    "application": APP,
                    "actor": {"door": "machine", "id": SHIFT},
                    "by": "norikae",
                },
            ),
            "Roll back application": lambda: roll_back_application(ports, writer, APP),
            "Finish shift": lambda: finish_shift(ports, writer, APP, SHIFT),
        }
        return tasks[name]

    def prepares(self) -> Json:
        return prepare_shift(self.ports, {**WRITER.answer(), "application": APP}, SHIFT)

    def arrives(self, state: str) -> None:
        self.state = state
        if state not in HOLDS:
            return
        self.tokens += 1
        hold = hold_application if state == "Hold application" else hold_failed_rollback
        try:
            hold(self.ports, Writer.of(self.data), APP, f"token-{self.tokens}", self.data)
        except NorikaeError as error:
            way, self.data = SHIFT_MACHINE.catches(state, self.data, type(error).__name__)
            self.arrives(way[-1])

    def never_raised_wrongly(self, state: str, before: int, *, healthy: bool) -> None:
        after = self.green()
        if after > before:
            assert state == "Set weights", f"{state} raised green's weight"
            assert healthy, "green was not healthy when it got more weight"
        if after < before:
            assert state in WAYS_BACK, f"{state} lowered green's weight"
        if self.no_return:
            assert after >= before, "blue's weight was raised after the point of no return"

    # --- people ---

    @rule(command=st.sampled_from(["abort", "pause", "resume"]))
    def an_operator_speaks_to_the_run(self, command: str) -> None:
        self.said({"command": command, "run": RUN})

    @rule(command=st.sampled_from(["hold", "resume", "shift", "roll-back"]))
    def an_operator_speaks_about_the_application(self, command: str) -> None:
        self.ports.settings = with_a_shift_machine(self.ports.settings)
        self.said({"command": command, "application": APP, "run": RUN})

    def said(self, command: Json) -> None:
        try:
            operate(self.ports, command)
        except NorikaeError:
            return
        answer = self.ports.executions.answers.get(f"token-{self.tokens}")
        if self.state in HOLDS and answer is not None:
            way, self.data = SHIFT_MACHINE.goes(self.state, self.data, answer)
            self.arrives(way[-1])

    @rule()
    @precondition(lambda self: self.state not in ENDS and self.ports.table.lease(APP) is not None)
    def another_shift_takes_over(self) -> None:
        """This one was thought dead."""
        held = self.ports.table.lease(APP)
        self.ports.table.leases[APP] = Lease(STRANGER, RUN, held.token + 1)
        self.ports.executions.statuses[STRANGER] = "RUNNING"
        self.overtaken = True

    @rule()
    @precondition(lambda self: self.state in ENDS)
    def another_shift_begins(self) -> None:
        self.ports.executions.statuses[STRANGER] = "SUCCEEDED"
        self.overtaken = False
        self.state, self.data = "Prepare shift", {**WRITER.answer(), "application": APP}

    # --- the world ---

    @rule(cluster=st.sampled_from([BLUE, GREEN]), healthy=st.integers(0, 2))
    def targets_change(self, cluster: str, healthy: int) -> None:
        self.ports.load_balancers.groups[BALANCERS[cluster]] = (healthy, 2)

    @rule(errors=st.sampled_from([0, 0, 0, 300]))
    def green_answers(self, errors: int) -> None:
        self.ports.metrics.figures = Answers(requests=1000, errors=errors)

    @rule(fault=st.sampled_from(["before", "after"]))
    def the_next_change_fails(self, fault: str) -> None:
        self.dns.fault = fault

    @rule()
    @precondition(lambda self: self.story.item_or_none() is not None and self.story.item().outcome == "moved")
    def the_decommission_begins(self) -> None:
        self.ports.table.write(WRITER, "PHASE", PhaseItem(phase="decommission-blue", point_of_no_return=True))
        self.no_return = True

    # --- what always holds ---

    @invariant()
    def some_cluster_answers(self) -> None:
        for kind in ("A", "AAAA"):
            assert sum(weight or 0 for weight in self.weights(kind).values()) == 100

    @invariant()
    def both_families_agree_and_every_mark_with_them(self) -> None:
        assert self.weights("A") == self.weights("AAAA")
        for one in self.story.marks() if hasattr(self, "story") and isinstance(self.story, OwnedStory) else ():
            assert self.weights("A")[one.set_identifier] == one.weight

    @invariant()
    def a_rolled_back_application_has_its_original_records(self) -> None:
        item = self.story.item_or_none() if hasattr(self, "story") else None
        if item is not None and item.outcome == "rolled-back":
            assert {key: returned(one) for key, one in self.dns.sets.items()} == self.snapshot

    @invariant()
    def what_nobody_watches_is_not_locked(self) -> None:
        item = self.story.item_or_none() if hasattr(self, "story") else None
        if item is not None and item.outcome == "rolled-back":
            assert not self.dns.locks.held

    def teardown(self) -> None:
        """An abort from wherever this is restores the snapshot, or changes nothing after the point of no return."""
        if not hasattr(self, "story"):
            return
        before = self.weights("A")
        self.dns.fault = ""
        for name in BALANCERS.values():
            self.ports.load_balancers.groups[name] = (2, 2)
        if self.overtaken:
            self.state = "Give up shift"
        self.said({"command": "abort", "run": RUN})
        for _ in range(120):
            if self.state in ENDS:  # too late for that shift: the run, or a shift of its own, sends it back
                self.another_shift_begins()
            if self.state in HOLDS or self.is_back():
                break
            self.looks(15)
        if self.no_return:
            assert self.weights("A") == before or self.green() >= (before.get(self.green_set) or 0)
        else:
            assert self.ports.dns.sets == self.snapshot

    def is_back(self) -> bool:
        """All weights are on blue again, and what was leased is its owner's: Git says what it always said."""
        item = self.story.item_or_none()
        if item is None or item.outcome != "rolled-back" or self.state == "Roll back application":
            return False
        return all(returned(one).raw == one.raw for one in self.dns.sets.values())

    def weights(self, kind: str) -> dict[str, int | None]:
        return self.story.weights(kind) if hasattr(self, "story") else {BLUE: 100}

    def green(self) -> int:
        return self.story.weights().get(self.green_set) or 0


class Contested(Shifting):
    """The same, with somebody who writes to the records whenever he likes: what holds then is what norikae acts on."""

    @rule(kind=st.sampled_from(["A", "AAAA", "TXT"]), weight=st.integers(0, 255), at_last=st.booleans())
    def a_stranger_writes(self, kind: str, weight: int, *, at_last: bool) -> None:
        for key, record in self.dns.sets.items():
            if key[:2] in self.dns.locks.held:
                continue
            if record.type == kind and record.set_identifier == (self.green_set if at_last else self.blue_set):
                self.dns.sets[key] = RecordSet({**record.raw, "Weight": weight})

    def task(self, name: str) -> Callable[[], Json]:
        """What the machine's Task does, unless it acts on records that it did not verify."""
        do = super().task(name)

        def judged() -> Json:
            before, batches = self.every_weight(), len(self.dns.batches)
            self.ours = getattr(self, "ours", [self.every_weight(self.snapshot)])
            try:
                return do()
            finally:
                if len(self.dns.batches) > batches:
                    is_known = before in self.ours or name == "Restore safe weights"
                    assert is_known, f"{name} acted on {before}"
                    self.ours.append(self.every_weight())

        return judged

    def every_weight(self, sets: Any = None) -> dict[Any, int | None]:
        return {key: one.weight for key, one in (self.dns.sets if sets is None else sets).items()}

    def never_raised_wrongly(self, state: str, before: int, *, healthy: bool) -> None:
        """Somebody else may have done it."""

    def some_cluster_answers(self) -> None:
        """Unless somebody else saw to it that none does."""

    def both_families_agree_and_every_mark_with_them(self) -> None:
        """Unless somebody else saw to it that they do not."""

    def a_rolled_back_application_has_its_original_records(self) -> None:
        """Unless somebody wrote to them since."""

    def teardown(self) -> None:
        """Whatever is left is left to people."""


def with_a_shift_machine(found: Any) -> Any:
    """The settings with a shift machine to start."""
    return type(found)(shift_machine="arn:shift")


Shifting.TestCase.settings = settings(stateful_step_count=50, suppress_health_check=list(HealthCheck))
test_a_shift_at_random = Shifting.TestCase
Contested.TestCase.settings = Shifting.TestCase.settings
test_a_contested_shift_at_random = Contested.TestCase


def test_only_the_holder_of_the_lease_writes() -> None:
    story = Story("A", "AAAA")
    story.prepared()
    story.moved_to(5)
    story.ports.table.leases[""] = Lease(PARENT, "another-run", WRITER.token + 1)
    before, batches = dict(story.ports.dns.sets), len(story.ports.dns.batches)
    with pytest.raises(StaleWriterError):
        story.set_to(50)
    with pytest.raises(StaleWriterError):
        story.rolled_back()
    assert (story.ports.dns.sets, len(story.ports.dns.batches)) == (before, batches)
    assert story.item().intended == 5


def test_a_shift_whose_application_another_shift_holds_writes_nothing() -> None:
    story = Story("A", "AAAA")
    first = prepare_shift(story.ports, {**WRITER.answer(), "application": APP}, SHIFT)
    story.moved_to(5)
    story.ports.executions.statuses[SHIFT] = "ABORTED"
    second = prepare_shift(story.ports, {**WRITER.answer(), "application": APP}, f"{SHIFT}-again")
    assert (first["lease"], second["lease"]) == (1, 2)
    before = dict(story.ports.dns.sets)
    with pytest.raises(StaleWriterError):
        set_weights(story.ports, Writer.of(first), APP, 50)
    assert story.ports.dns.sets == before
    set_weights(story.ports, Writer.of(second), APP, 50)
    assert story.weights() == {BLUE: 50, GREEN: 50}
