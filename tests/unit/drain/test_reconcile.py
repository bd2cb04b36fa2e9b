"""What was lost about nodes that go is found again, once a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from norikae.cluster.compute_port import Instance
from norikae.drain.claim import Claim
from norikae.drain.interruption import Hook, Interruption
from norikae.drain.node import CORDONED, EXCLUDED, Node, Taint
from norikae.drain.ports import Impairment, Machine, Waiting
from norikae.drain.reconcile import reconcile
from norikae.drain.waves import execution_name
from norikae.errors import ConflictError, RefusedError, ThrottledError, UnreachableError
from norikae.upgrade.state import ClustersItem
from tests.unit.drain.claims import BLUE, GREEN, NOW, claim, resting
from tests.unit.fakes.nodes import Nodes, marked
from tests.unit.fakes.ports import FakePorts

HOOK = Hook("demo-1-33-worker", "drain")
ONE, TWO = f"i-{1:017x}", f"i-{2:017x}"
QUIET_MINUTE = 1_000_200.0 + 120
"""A minute in which all nodes are only read when something is open."""


class Minute:
    """Both clusters, one instance each, a minute in which nothing is lost unless a test says so."""

    def __init__(self, *claims: Claim, now: float = QUIET_MINUTE) -> None:
        self.ports = FakePorts(now=now)
        self.ports.settings = replace(self.ports.settings, drain_machine="drain")
        self.ports.table.write_unfenced("", "CLUSTERS", ClustersItem(blue=BLUE, green=GREEN))
        self.yards = {BLUE: Nodes(), GREEN: Nodes()}
        self.ports.yards = self.yards
        self.heard: list[Interruption] = []
        self.ports.compute.machines = {
            ONE: Instance(ONE, "running", "blues"),
            TWO: Instance(TWO, "running", "greens"),
        }
        self.ports.compute.owners = {"blues": BLUE, "greens": GREEN}
        for one in (ONE, TWO):
            self.machine(one)
        for known in claims:
            self.ports.claims.write(known, instead_of=None)
        self.ports.claims.writes = 0

    def machine(self, instance: str, state: str = "running") -> None:
        self.ports.fleet.known[instance] = Machine(instance, state, "", {})

    def holds(self, transition: Any = "terminating", *hooks: Hook, cluster: str = BLUE) -> None:
        self.ports.fleet.held[cluster] = [Waiting(ONE, transition, hooks or (HOOK,))]

    def says(self, what: str, since: float = NOW) -> None:
        self.ports.fleet.impairments = [Impairment(ONE, what, since)]

    def passes(self) -> None:
        reconcile(self.ports, self._take)

    def claim(self, cluster: str = BLUE) -> Claim:
        (found,) = self.ports.claims.all(cluster)
        return found

    def told(self) -> list[str]:
        return [message["state"] for _, message in self.ports.topic.told]

    def woken(self) -> set[str]:
        return set(self.ports.executions.started)

    def _take(self, _ports: object, interruptions: Sequence[Interruption]) -> list[Interruption]:
        self.heard += interruptions
        return []


def finished(outcome: Any, **parts: Any) -> Claim:
    return claim(state="finished", outcome=outcome, finished_at=NOW + 60, told="begun", **parts)


def wave(cluster: str = BLUE) -> str:
    return f"drain-{cluster}-1"


# what is due


def test_a_claim_that_is_due_has_an_execution() -> None:
    minute = Minute(claim(kind="scheduled", state="waiting", due=QUIET_MINUTE + 30, deadline=QUIET_MINUTE + 3600))
    minute.passes()
    assert minute.woken() == {wave()}


def test_a_claim_that_is_due_later_and_a_cordon_need_none() -> None:
    minute = Minute(
        claim(1, kind="scheduled", state="waiting", due=QUIET_MINUTE + 90, deadline=QUIET_MINUTE + 3600),
        resting(instance=TWO, deadline=QUIET_MINUTE + 600),
    )
    minute.passes()
    assert not minute.woken()


def test_a_cordon_that_is_not_on_its_node_yet_or_whose_hook_waits_has_an_execution() -> None:
    for parts in ({"state": "waiting"}, {"hook": HOOK}):
        minute = Minute(resting(**parts))
        minute.passes()
        assert minute.woken() == {wave()}


def test_an_execution_that_died_has_a_successor() -> None:
    minute = Minute(claim(deadline=QUIET_MINUTE + 60))
    minute.ports.executions.started[wave()] = ("drain", {"cluster": BLUE, "wave": 1})
    minute.passes()
    assert minute.woken() == {wave(), f"drain-{BLUE}-2"}


def test_people_hear_once_of_a_claim_on_which_nobody_works_yet() -> None:
    later = QUIET_MINUTE + 7200
    minute = Minute(claim(kind="scheduled", state="waiting", due=later, deadline=later), claim(2, deadline=later))
    minute.passes()
    minute.passes()
    assert minute.told() == ["waiting"]


# what nobody told


def test_a_machine_that_auto_scaling_holds_without_a_claim_is_heard_of() -> None:
    minute = Minute()
    minute.holds()
    minute.passes()
    (heard,) = minute.heard
    assert (heard.kind, heard.instance, heard.hook, heard.at) == ("scaling", ONE, HOOK, QUIET_MINUTE)


def test_a_machine_that_waits_to_begin_is_a_launch() -> None:
    minute = Minute()
    minute.holds("launching", cluster=GREEN)
    minute.passes()
    assert [(heard.kind, heard.detail) for heard in minute.heard] == [("launch", "launching")]


def test_what_is_heard_twice_is_the_same_event() -> None:
    minute = Minute()
    minute.holds()
    minute.passes()
    minute.passes()
    assert len({heard.event for heard in minute.heard}) == 1


def test_a_claim_that_answers_for_the_action_is_left_alone() -> None:
    minute = Minute(claim(kind="scaling", kinds=("scaling",), hook=HOOK, deadline=QUIET_MINUTE + 600))
    minute.holds()
    minute.passes()
    assert not minute.heard


def test_a_spot_claim_learns_of_the_action_that_waits_for_it() -> None:
    minute = Minute(claim(deadline=QUIET_MINUTE + 60))
    minute.holds()
    minute.passes()
    assert [heard.hook for heard in minute.heard] == [HOOK]


def test_a_node_that_joined_long_ago_and_goes_now_is_heard_of() -> None:
    minute = Minute(finished("joined", kind="launch", kinds=("launch",), hook=Hook(HOOK.group, "join")))
    minute.holds()
    minute.passes()
    assert [heard.kind for heard in minute.heard] == ["scaling"]


@pytest.mark.parametrize("hook", [HOOK, None], ids=["its own action", "an action of which no event told"])
def test_an_action_that_still_waits_after_the_end_is_answered_again(hook: Hook | None) -> None:
    minute = Minute(finished("drained", kind="scaling", kinds=("scaling",), hook=hook, hook_done=True))
    minute.holds()
    minute.ports.fleet.actions = {(HOOK.group, ONE)}
    minute.passes()
    minute.passes()
    assert minute.ports.fleet.completed == [(HOOK.group, ONE, "CONTINUE")]
    assert not minute.heard


def test_the_other_hooks_of_a_group_are_answered_when_the_node_is_done_with() -> None:
    backup = Hook("demo-1-33-worker", "backup")
    minute = Minute(finished("drained", kind="scaling", kinds=("scaling",), hook=HOOK, hook_done=True))
    minute.holds("terminating", HOOK, backup)
    asked: list[str] = []
    minute.ports.fleet.complete = lambda hook, *_: asked.append(hook.name)  # type: ignore[method-assign]
    minute.passes()
    assert asked == ["drain", "backup"]


def test_an_action_that_nobody_may_answer_keeps_nothing_else_from_being_heard() -> None:
    minute = Minute(finished("drained", kind="scaling", kinds=("scaling",), hook=HOOK))
    minute.holds()
    minute.ports.fleet.impairments = [Impairment(ONE, "instance-impaired", NOW)]
    minute.ports.fleet.complete = _refused  # type: ignore[method-assign, assignment]
    with pytest.raises(RefusedError):
        minute.passes()
    assert [one.kind for one in minute.heard] == ["impaired"]


def _refused(*_: object) -> None:
    raise RefusedError("not authorized to perform: autoscaling:CompleteLifecycleAction")


def test_where_people_are_only_told_somebody_else_answers() -> None:
    minute = Minute(finished("told", kind="scaling", kinds=("scaling",), hook=HOOK))
    minute.holds()
    minute.ports.fleet.actions = {(HOOK.group, ONE)}
    minute.passes()
    assert (minute.ports.fleet.completed, minute.heard) == ([], [])


@pytest.mark.parametrize(
    ("what", "kind", "ends_at"),
    [
        ("system-impaired", "impaired", None),
        ("instance-impaired", "impaired", None),
        ("instance-retirement", "scheduled", NOW + 86400),
    ],
)
def test_what_ec2_says_against_a_machine_is_heard_of(what: str, kind: str, ends_at: float | None) -> None:
    minute = Minute()
    minute.says(what, NOW + 86400)
    minute.passes()
    assert [(heard.kind, heard.ends_at, heard.detail) for heard in minute.heard] == [(kind, ends_at, what)]


def test_an_impairment_is_heard_of_once_and_another_one_again() -> None:
    minute = Minute()
    minute.says("system-impaired")
    minute.passes()
    (heard,) = minute.heard
    minute.ports.claims.write(finished("told", kind="impaired", events=(heard.event,)), instead_of=None)
    minute.passes()
    assert minute.heard == [heard]
    minute.says("system-impaired", NOW + 7200)
    minute.passes()
    assert len(minute.heard) == 2


def test_a_maintenance_that_health_announced_is_not_heard_of_a_second_time() -> None:
    minute = Minute(finished("told", kind="scheduled", kinds=("scheduled",), ends_at=NOW + 86400, events=("health",)))
    minute.says("system-maintenance", NOW + 86370)
    minute.passes()
    assert not minute.heard


def test_a_machine_that_recovers_is_kept() -> None:
    minute = Minute(resting(kind="impaired", kinds=("impaired",), events=(f"status/{ONE}/system-impaired/1",)))
    minute.says("system-impaired", 1.0)
    minute.passes()
    assert not minute.heard
    minute.ports.fleet.impairments = []
    minute.passes()
    assert [(heard.cancelled, heard.instance) for heard in minute.heard] == [(True, ONE)]


def test_what_health_announced_is_not_cancelled_because_ec2_is_silent() -> None:
    minute = Minute(
        claim(
            kind="scheduled", kinds=("scheduled",), state="waiting", due=NOW * 2, deadline=NOW * 2, events=("health",)
        )
    )
    minute.passes()
    assert not minute.heard


# what is over


def test_a_cordon_past_its_time_is_taken_off_and_said_once() -> None:
    minute = Minute(resting(deadline=QUIET_MINUTE))
    foreign = Taint(key="gpu", effect="NoSchedule", value="yes")
    minute.yards[BLUE].known = {"ip-10-0-0-1": marked(1, None, foreign)}
    minute.passes()
    minute.passes()
    node = minute.yards[BLUE].known["ip-10-0-0-1"]
    assert (node.unschedulable, node.taints, node.labels, node.annotations) == (
        *(False, (foreign,), {"role": "worker"}, {"note": "kept"}),
    )
    assert (minute.claim().outcome, minute.told()) == ("kept", ["kept"])


def test_a_node_that_somebody_cordoned_before_stays_cordoned_and_keeps_their_label() -> None:
    minute = Minute(resting(deadline=QUIET_MINUTE))
    before = marked()
    labels, annotations = {EXCLUDED: "theirs"}, {**before.annotations, CORDONED: "true"}
    theirs = msgspec.structs.replace(before, labels=labels, annotations=annotations)
    minute.yards[BLUE].known = {"ip-10-0-0-1": theirs}
    minute.passes()
    node = minute.yards[BLUE].known["ip-10-0-0-1"]
    assert (node.unschedulable, node.taints, node.labels) == (True, (), labels)


def test_a_cordon_in_its_time_stays() -> None:
    minute = Minute(resting(deadline=QUIET_MINUTE + 1))
    minute.yards[BLUE].known = {"ip-10-0-0-1": marked()}
    minute.passes()
    assert (minute.claim().is_open, minute.yards[BLUE].patched) == (True, [])


def test_a_cordon_for_a_machine_that_is_still_impaired_stays() -> None:
    minute = Minute(resting(kind="impaired", kinds=("impaired",), deadline=NOW, events=("x",)))
    minute.says("system-impaired")
    minute.passes()
    assert minute.claim().is_open


def test_somebody_elses_mark_is_never_taken_off() -> None:
    minute = Minute(resting(deadline=QUIET_MINUTE))
    theirs = msgspec.structs.replace(marked(), annotations={}, taints=(Taint(key="their/drain", effect="NoSchedule"),))
    minute.yards[BLUE].known = {"ip-10-0-0-1": theirs}
    minute.passes()
    assert minute.yards[BLUE].known == {"ip-10-0-0-1": theirs}
    assert minute.claim().outcome == "kept"


@pytest.mark.parametrize(("left", "outcome"), [(0, "gone"), (3, "deadline-passed")])
def test_a_claim_past_its_deadline_whose_machine_has_gone_is_finished(left: int, outcome: str) -> None:
    minute = Minute(claim(left=left, told="begun"))
    minute.machine(ONE, "terminated")
    minute.passes()
    assert (minute.claim().state, minute.claim().outcome, minute.told()) == ("finished", outcome, [outcome])


def test_a_cordon_whose_machine_has_gone_is_finished_too() -> None:
    minute = Minute(resting(kind="spot", kinds=("rebalance", "spot"), deadline=NOW))
    del minute.ports.fleet.known[ONE]
    minute.passes()
    assert minute.claim().state == "finished"


def test_a_claim_past_its_deadline_whose_machine_runs_is_left_to_whoever_drains() -> None:
    minute = Minute(claim())
    minute.passes()
    assert minute.claim().is_open


# marks without a reason


@pytest.mark.parametrize("known", [None, finished("cancelled"), finished("kept")], ids=["none", "cancelled", "kept"])
def test_a_mark_without_a_reason_is_taken_off(known: Claim | None) -> None:
    minute = Minute(*([known] if known else []), now=1_000_200.0)
    minute.yards[BLUE].known = {"ip-10-0-0-1": marked()}
    minute.passes()
    assert not minute.yards[BLUE].known["ip-10-0-0-1"].unschedulable


def test_a_mark_of_a_node_that_goes_stays() -> None:
    for known in (claim(deadline=1_000_300.0), finished("drained")):
        minute = Minute(known, now=1_000_200.0)
        minute.yards[BLUE].known = {"ip-10-0-0-1": marked()}
        minute.passes()
        assert minute.yards[BLUE].known["ip-10-0-0-1"].unschedulable


@pytest.mark.parametrize(("since", "is_back"), [(3599, False), (3600, True)])
def test_a_node_that_was_drained_for_a_maintenance_comes_back_an_hour_after_it(since: float, *, is_back: bool) -> None:
    now = 1_000_200.0
    start = now - since
    known = finished("drained", kind="scheduled", kinds=("scheduled",), deadline=start - 15, ends_at=start)
    minute = Minute(known, now=now)
    minute.yards[BLUE].known = {"ip-10-0-0-1": marked()}
    minute.passes()
    assert minute.yards[BLUE].known["ip-10-0-0-1"].unschedulable is not is_back
    assert minute.claim().outcome == ("kept" if is_back else "drained")


@pytest.mark.parametrize("trouble", ["not ready", "impaired"])
def test_a_node_that_is_not_as_good_as_before_does_not_come_back(trouble: str) -> None:
    parts: dict[str, Any] = {"kind": "rebalance", "kinds": ("rebalance",), "deadline": NOW}
    minute = Minute(finished("drained", events=(f"status/{ONE}/system-impaired/1000000",), **parts), now=1_000_200.0)
    minute.yards[BLUE].known = {"ip-10-0-0-1": msgspec.structs.replace(marked(), ready=trouble != "not ready")}
    if trouble == "impaired":
        minute.says("system-impaired")
    minute.passes()
    assert minute.yards[BLUE].known["ip-10-0-0-1"].unschedulable


def test_nodes_are_read_while_something_is_open_and_otherwise_every_ten_minutes() -> None:
    lists = {}
    for name, minute in {
        "quiet": Minute(),
        "tenth": Minute(now=1_000_200.0),
        "open": Minute(claim(deadline=QUIET_MINUTE)),
    }.items():
        minute.passes()
        lists[name] = (minute.yards[BLUE].lists, minute.yards[GREEN].lists)
    assert lists == {"quiet": (0, 0), "tenth": (1, 1), "open": (1, 0)}


def test_a_cluster_without_machines_is_not_asked() -> None:
    minute = Minute(now=1_000_200.0)
    minute.ports.compute.machines.clear()
    minute.yards[GREEN].answers = False
    minute.passes()
    assert minute.yards[BLUE].lists == 0


# what goes wrong


def test_a_cluster_that_does_not_answer_keeps_nobody_from_the_other() -> None:
    minute = Minute(resting(deadline=NOW), resting(cluster=GREEN, role="green", instance=TWO, deadline=NOW))
    minute.yards[BLUE].answers = False
    with pytest.raises(UnreachableError):
        minute.passes()
    assert minute.claim(GREEN).outcome == "kept"
    assert minute.claim(BLUE).is_open


def test_a_cluster_that_hangs_until_the_function_ends_does_not_delay_what_is_due_in_the_other() -> None:
    minute = Minute(resting(deadline=NOW), claim(cluster=GREEN, instance=TWO, role="green", deadline=QUIET_MINUTE + 60))

    def hang(name: str) -> Node:
        raise Killed(name)

    minute.yards[BLUE].node = hang  # type: ignore[method-assign]
    with pytest.raises(Killed):
        minute.passes()
    assert minute.woken() == {wave(GREEN)}


def test_what_is_due_begins_even_while_ec2_says_nothing() -> None:
    minute = Minute(claim(deadline=QUIET_MINUTE + 60))
    minute.ports.fleet.broken = ThrottledError("Rate exceeded")
    with pytest.raises(ThrottledError):
        minute.passes()
    assert minute.woken() == {execution_name(BLUE, minute.ports.claims.wave(BLUE))}


def test_a_node_that_changed_meanwhile_is_done_in_the_next_minute() -> None:
    minute = Minute(resting(deadline=NOW))
    nodes = minute.yards[BLUE]
    nodes.known = {"ip-10-0-0-1": marked()}
    stale = nodes.node("ip-10-0-0-1")

    class Stale(Nodes):
        def node(self, name: str) -> Node | None:
            return None if stale is None else msgspec.structs.replace(stale, version="6")

    minute.yards[BLUE] = Stale(*nodes.known.values())
    with pytest.raises(ConflictError):
        minute.passes()
    assert minute.claim().is_open
    minute.yards[BLUE] = nodes
    minute.passes()
    assert minute.claim().outcome == "kept"


def test_a_mark_that_a_new_event_has_taken_over_meanwhile_stays() -> None:
    known = resting(deadline=NOW)
    minute = Minute(known)
    nodes = minute.yards[BLUE]
    nodes.known = {"ip-10-0-0-1": marked()}
    spot = msgspec.structs.replace(
        known, kind="spot", kinds=("rebalance", "spot"), do="drain", deadline=QUIET_MINUTE + 90
    )
    look = nodes.node

    def and_a_warning(name: str) -> Node | None:
        minute.ports.claims.items[BLUE, known.instance] = msgspec.json.encode(spot)
        return look(name)

    nodes.node = and_a_warning  # type: ignore[method-assign]
    minute.passes()
    assert nodes.known["ip-10-0-0-1"].unschedulable
    assert minute.claim() == spot


def test_an_end_that_nobody_could_be_told_is_told_by_the_next_look() -> None:
    called_off = finished("cancelled", kind="scheduled", kinds=("scheduled",))
    minute = Minute(called_off, finished("drained", instance=TWO))
    minute.passes()
    minute.passes()
    assert sorted(minute.told()) == ["cancelled", "drained"]


def test_a_look_that_died_at_any_call_is_made_good_by_the_next() -> None:
    for calls in range(12):
        minute = Minute(resting(deadline=NOW))
        minute.yards[BLUE].known = {"ip-10-0-0-1": marked()}
        _dies_after(minute, calls)
        minute.passes()
        assert minute.claim().outcome == "kept"
        assert not minute.yards[BLUE].known["ip-10-0-0-1"].unschedulable


class Killed(BaseException):
    """The function was stopped."""


def _dies_after(minute: Minute, calls: int) -> None:
    """One look, stopped before a call of the table, the topic or the cluster."""
    left = [calls]
    owners: list[tuple[Any, str]] = [
        *((minute.ports.claims, verb) for verb in ("open", "of", "write")),
        (minute.ports.topic, "tell"),
        *((minute.yards[BLUE], verb) for verb in ("node", "nodes", "patch_node")),
    ]
    originals = [(owner, verb, getattr(owner, verb)) for owner, verb in owners]

    def counted(call: Any) -> Any:
        def wrapped(*given: Any, **named: Any) -> Any:
            if not left[0]:
                raise Killed
            left[0] -= 1
            return call(*given, **named)

        return wrapped

    for owner, verb, call in originals:
        setattr(owner, verb, counted(call))
    try:
        minute.passes()
    except Killed:
        pass
    finally:
        for owner, verb, call in originals:
            setattr(owner, verb, call)
