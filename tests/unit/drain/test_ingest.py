"""From the queue to claims, marks and a coordinator that runs.

These are the cases that other projects have under parsing and queue, as far as they are about what follows a message:
the machine is foreign, unknown, has no name or no node, EC2 or one cluster does not answer, copies. Merged: "empty
reservation" and "no instance" (EC2 answers both with nothing), "not managed" and "other cluster".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from norikae.drain.claim import Claim, Wave
from norikae.drain.ingest import ingest, take
from norikae.drain.interruption import FINAL
from norikae.drain.node import EPISODE, Node
from norikae.drain.ports import Machine
from norikae.environment.interruptions import EndPolicy, Interruptions, RebalancePolicy, ScheduledPolicy
from norikae.errors import ConflictError, NorikaeError, ThrottledError, UnreachableError
from norikae.upgrade.state import ClustersItem
from tests.unit.drain.heard import MACHINE, NODE, Nodes, heard, node
from tests.unit.fakes.ports import FakePorts

BLUE, GREEN, OTHER = "demo-1-33", "demo-1-35-a", "shop-1-33"
AT = 1795834800.0
SECOND, SECOND_NODE = "i-0b1b2c3d4e5f60718", "ip-10-0-0-2.ap-northeast-1.compute.internal"
MACHINE_OF_OTHERS = "i-0c1b2c3d4e5f60718"
WAVE = "drain-demo-1-33-1"


def recorded(name: str, **detail: Any) -> str:
    body = json.loads(Path(f"tests/events/interruptions/{name}.json").read_text())
    if detail:
        body["detail"] |= detail
        body["id"] = f"{body['id']}/{sorted(detail.items())}"
    return json.dumps(body)


class Account:
    """An account with blue and green, whose machines are known to EC2."""

    def __init__(self) -> None:
        self.ports = FakePorts(now=AT + 1)
        self.ports.settings = replace(self.ports.settings, drain_machine="arn:drain")
        self.ports.table.items["", "CLUSTERS"] = msgspec.json.encode(ClustersItem(blue=BLUE, green=GREEN))
        self.blue = Nodes(node(), node(SECOND_NODE, SECOND))
        self.green = Nodes()
        self.ports.yards = {BLUE: self.blue, GREEN: self.green}
        self.machine(MACHINE, NODE)
        self.machine(SECOND, SECOND_NODE)

    def machine(self, instance: str, name: str, **tags: str) -> None:
        known = tags or {f"kubernetes.io/cluster/{BLUE}": "owned"}
        self.ports.fleet.known[instance] = Machine(instance, "running", name, known)

    def hears(self, *bodies: str) -> dict[str, Any]:
        """What a batch of messages is answered with."""
        records = [{"messageId": str(place), "body": body} for place, body in enumerate(bodies)]
        return ingest(self.ports, records)

    def policies(self, **more: Any) -> None:
        environment = self.ports.environment
        self.ports.environment = msgspec.structs.replace(environment, interruptions=Interruptions(**more))

    def claim(self, instance: str = MACHINE, cluster: str = BLUE) -> Claim:
        found = self.ports.claims.of(cluster, instance)
        assert found is not None
        return found

    def finished(self, outcome: str = "drained") -> None:
        """The coordinator has finished its claim."""
        claim = self.claim()
        done = msgspec.convert(
            {**msgspec.to_builtins(claim), "state": "finished", "outcome": outcome, "finished_at": self.ports.now},
            Claim,
        )
        self.ports.claims.write(done, instead_of=claim)

    @property
    def started(self) -> list[str]:
        return list(self.ports.executions.started)


@pytest.fixture
def account() -> Account:
    return Account()


def failures(answer: dict[str, Any]) -> list[str]:
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def test_a_spot_warning_is_a_claim_a_mark_and_a_running_coordinator(account: Account) -> None:
    assert account.hears(recorded("spot")) == {"batchItemFailures": []}
    claim = account.claim()
    assert (claim.kind, claim.node, claim.role, claim.deadline) == ("spot", NODE, "blue", AT + 105)
    marked = account.blue.objects[NODE]
    assert marked.unschedulable
    assert marked.annotations[EPISODE] == claim.episode
    assert account.started == [WAVE]
    assert account.blue.requests == [f"GET {NODE}", f"PATCH {NODE}"]


def test_a_whole_batch_is_marked_before_anything_can_be_evicted(account: Account) -> None:
    def start(machine: str, name: str, request: dict[str, Any]) -> bool:
        assert (machine, name, request["cluster"]) == ("arn:drain", WAVE, BLUE)
        marked.append([one.unschedulable for one in account.blue.objects.values()])
        return True

    marked: list[list[bool]] = []
    account.ports.executions.start = start  # type: ignore[method-assign]
    account.hears(recorded("spot"), recorded("spot", **{"instance-id": SECOND}))
    assert marked == [[True, True]]


def test_three_copies_are_one_claim_one_write_to_the_node_and_one_execution(account: Account) -> None:
    account.hears(recorded("spot"), recorded("spot"))
    account.ports.executions.running.add(WAVE)
    account.hears(recorded("spot"))
    assert len(account.ports.claims.all(BLUE)) == 1
    assert account.blue.writes() == [f"PATCH {NODE}"]
    assert account.started == [WAVE]


def test_five_kinds_about_one_machine_are_one_claim(account: Account) -> None:
    names = ("rebalance", "health", "lifecycle_terminate", "spot", "state_change")
    account.hears(*(recorded(name) for name in names))
    (claim,) = account.ports.claims.all(BLUE)
    assert claim.kinds == ("rebalance", "scheduled", "scaling", "spot", "state-change")
    assert claim.hook is not None
    assert account.started == [WAVE]


# Whose machine


@pytest.mark.parametrize(
    "tags",
    [
        {"eks:cluster-name": OTHER},
        {"eks:eks-cluster-name": OTHER},
        {f"kubernetes.io/cluster/{OTHER}": "owned"},
        {f"kubernetes.io/cluster/{BLUE}": "shared"},
        {"eks:cluster-name": "demo-1-33-extra"},
        {"Name": "a database"},
    ],
)
def test_a_foreign_machine_is_acknowledged_without_a_call_to_any_cluster(
    account: Account, tags: dict[str, str]
) -> None:
    account.machine(MACHINE, NODE, **tags)
    account.ports.yards = {}
    assert account.hears(recorded("spot")) == {"batchItemFailures": [], "ignored": {"foreign-instance: spot": 1}}
    assert (account.ports.claims.items, account.started) == ({}, [])


@pytest.mark.parametrize("key", ["eks:cluster-name", "eks:eks-cluster-name"])
def test_the_nodes_of_managed_groups_and_of_karpenter_are_known_by_their_tags(account: Account, key: str) -> None:
    account.machine(MACHINE, NODE, **{key: BLUE})
    account.hears(recorded("spot"))
    assert account.claim().cluster == BLUE


@pytest.mark.parametrize(("cluster", "role"), [(GREEN, "green"), ("demo-1-31-c", "")])
def test_every_cluster_of_the_environment_is_ours_whatever_its_role(account: Account, cluster: str, role: str) -> None:
    account.machine(MACHINE, NODE, **{"eks:cluster-name": cluster})
    account.ports.yards[cluster] = Nodes(node())
    account.hears(recorded("spot"))
    assert account.claim(cluster=cluster).role == role


def test_the_adopted_cluster_is_ours_before_any_run_has_written_so(account: Account) -> None:
    account.ports.table.items.clear()
    account.hears(recorded("spot"))
    assert account.claim().role == "blue"


def test_a_machine_that_ec2_does_not_know_is_acknowledged(account: Account) -> None:
    account.ports.fleet.known.clear()
    answer = account.hears(recorded("spot"))
    assert answer == {"batchItemFailures": [], "ignored": {"unknown-instance: spot": 1}}


def test_ec2_is_asked_once_for_a_batch_and_not_at_all_for_nothing(account: Account) -> None:
    asked: list[list[str]] = []
    known = account.ports.fleet.machines

    def machines(instances: Sequence[str]) -> dict[str, Machine]:
        asked.append(list(instances))
        return known(instances)

    account.ports.fleet.machines = machines  # type: ignore[method-assign]
    account.hears(recorded("spot"), recorded("health_several"), "no JSON")
    account.hears("no JSON", recorded("test_notification"))
    assert asked == [[MACHINE, SECOND, MACHINE_OF_OTHERS]]


# What does not work


def test_messages_come_again_while_ec2_asks_for_less_and_what_asks_for_nothing_does_not(account: Account) -> None:
    account.ports.fleet.broken = ThrottledError("ec2:DescribeInstances: RequestLimitExceeded")
    answer = account.hears(recorded("fleet"), recorded("spot"))
    assert failures(answer) == ["1"]
    assert answer["failed"] == ["ThrottledError: ec2:DescribeInstances: RequestLimitExceeded"]
    account.ports.fleet.broken = None
    assert failures(account.hears(recorded("spot"))) == []
    assert account.claim().kind == "spot"


def test_a_cluster_that_does_not_answer_loses_no_claim_and_is_no_harm_to_another(account: Account) -> None:
    account.machine(SECOND, SECOND_NODE, **{"eks:cluster-name": GREEN})
    account.green.objects[SECOND_NODE] = node(SECOND_NODE, SECOND)
    account.blue.broken = UnreachableError("blue: connection timed out")
    answer = account.hears(recorded("spot"), recorded("spot", **{"instance-id": SECOND}))
    assert answer == {"batchItemFailures": [], "unmarked": ["UnreachableError: blue: connection timed out"]}
    assert account.claim().state == "marked", "the coordinator puts on the mark that is missing"
    assert account.green.objects[SECOND_NODE].unschedulable
    assert account.started == [WAVE, "drain-demo-1-35-a-1"]


def test_a_cluster_that_cannot_even_be_entered_loses_no_claim(account: Account) -> None:
    def refuses(cluster: str) -> Any:
        raise UnreachableError(f"eks:DescribeCluster: {cluster}")

    account.ports.yard = refuses  # type: ignore[method-assign]
    assert failures(account.hears(recorded("spot"))) == []
    assert account.claim().node == ""
    assert account.started == [WAVE]


@pytest.mark.parametrize("error", [ThrottledError("dynamodb:PutItem"), ConflictError("again")])
def test_a_claim_that_cannot_be_written_brings_its_message_again_and_no_other(
    account: Account, error: NorikaeError
) -> None:
    write = account.ports.claims.write

    def fails(claim: Claim, *, instead_of: Claim | None) -> None:
        if claim.instance == MACHINE:
            raise error
        write(claim, instead_of=instead_of)

    account.ports.claims.write = fails  # type: ignore[method-assign]
    answer = account.hears(recorded("spot"), recorded("spot", **{"instance-id": SECOND}))
    assert failures(answer) == ["0"]
    assert account.claim(SECOND).kind == "spot"


def test_a_claim_that_another_batch_writes_at_the_same_moment_is_merged_anew(account: Account) -> None:
    of = account.ports.claims.of

    def overtaken(cluster: str, instance: str) -> Claim | None:
        account.ports.claims.of = of  # type: ignore[method-assign]
        read = of(cluster, instance)
        account.hears(recorded("lifecycle_terminate"))
        return read

    account.ports.claims.of = overtaken  # type: ignore[method-assign]
    assert failures(account.hears(recorded("spot"))) == []
    assert account.claim().kinds == ("scaling", "spot")


def test_a_coordinator_that_cannot_be_started_brings_the_messages_again(account: Account) -> None:
    start = account.ports.executions.start

    def refuses(machine: str, name: str, request: dict[str, Any]) -> bool:
        raise ThrottledError(f"states:StartExecution {machine} {name} {request}")

    account.ports.executions.start = refuses  # type: ignore[method-assign]
    assert failures(account.hears(recorded("spot"))) == ["0"]
    account.ports.executions.start = start  # type: ignore[method-assign]
    assert failures(account.hears(recorded("spot"))) == []
    assert account.started == [WAVE]


def test_a_wave_that_has_ended_is_followed_by_the_next(account: Account) -> None:
    account.ports.executions.started[WAVE] = ("arn:drain", {})
    account.hears(recorded("spot"))
    assert account.ports.claims.wave(BLUE) == Wave(number=2)
    assert account.started == [WAVE, "drain-demo-1-33-2"]


# Which node


def test_a_node_by_another_name_is_found_by_its_instance_with_one_list(account: Account) -> None:
    account.blue.objects = {one: node(one, machine) for one, machine in (("a", MACHINE), ("b", SECOND))}
    account.hears(recorded("spot"), recorded("spot", **{"instance-id": SECOND}))
    assert (account.claim().node, account.claim(SECOND).node) == ("a", "b")
    assert account.blue.requests.count("LIST") == 1


def test_a_name_that_another_machine_has_now_is_not_marked(account: Account) -> None:
    account.blue.objects = {NODE: node(NODE, "i-0ffffffffffffffff")}
    account.hears(recorded("spot"))
    assert (account.claim().node, account.blue.writes()) == ("", [])


def test_a_terminated_machine_has_no_name_and_its_node_is_found_by_its_instance(account: Account) -> None:
    account.machine(MACHINE, "")
    account.hears(recorded("state_change"))
    assert account.blue.requests == ["LIST", f"PATCH {NODE}"]


def test_a_machine_that_never_joined_is_claimed_all_the_same_so_that_its_hook_is_answered(account: Account) -> None:
    account.blue.objects.clear()
    assert failures(account.hears(recorded("lifecycle_terminate"))) == []
    assert (account.claim().node, account.claim().is_open, account.started) == ("", True, [WAVE])


def test_somebody_elses_write_between_look_and_mark_costs_one_more_look(account: Account) -> None:
    account.blue.meanwhile = [lambda: account.blue.changed(NODE, labels={"team": "chat"})]
    account.hears(recorded("spot"))
    assert account.blue.objects[NODE].unschedulable
    assert account.blue.objects[NODE].labels["team"] == "chat"
    assert account.blue.writes() == [f"PATCH {NODE}"] * 2


def test_a_node_that_goes_between_look_and_mark_is_no_trouble(account: Account) -> None:
    account.blue.meanwhile = [account.blue.objects.clear]
    assert account.hears(recorded("spot")) == {"batchItemFailures": []}


# What no message said


def test_what_is_found_without_a_message_is_taken_like_one(account: Account) -> None:
    assert take(account.ports, [heard("scaling", AT)]) == []
    assert account.claim().kind == "scaling"
    assert account.blue.objects[NODE].unschedulable
    assert account.started == [WAVE]


def test_what_could_not_be_taken_is_given_back(account: Account) -> None:
    account.ports.fleet.broken = ThrottledError("ec2:DescribeInstances")
    said = heard("scaling", AT)
    assert take(account.ports, [said]) == [said]


# What the policy wants


@pytest.mark.parametrize(("do", "marks"), [("notify", 0), ("dry-run", 0), ("cordon", 1), ("drain", 1)])
def test_only_a_cordon_and_a_drain_touch_the_node(account: Account, do: Any, marks: int) -> None:
    account.policies(spot=EndPolicy(do=do))
    account.hears(recorded("spot"))
    assert account.claim().do == do
    assert len(account.blue.writes()) == marks
    assert account.started == [WAVE]


def test_off_is_off(account: Account) -> None:
    account.policies(spot=EndPolicy(do="off"))
    assert account.hears(recorded("spot")) == {"batchItemFailures": [], "ignored": {"off: spot": 1}}
    assert (account.ports.claims.items, account.blue.requests, account.started) == ({}, [], [])


def test_a_maintenance_in_two_weeks_is_claimed_and_nothing_else_happens_yet(account: Account) -> None:
    detail = {"eventTypeCode": "AWS_EC2_SYSTEM_REBOOT_MAINTENANCE_SCHEDULED"}
    account.hears(recorded("health", **detail))
    assert account.claim().state == "waiting"
    assert (account.blue.requests, account.started) == ([], [])


def test_a_machine_that_joins_is_claimed_and_not_marked(account: Account) -> None:
    account.hears(recorded("lifecycle_launch"))
    assert account.claim().kind == "launch"
    assert (account.blue.requests, account.started) == ([], [WAVE])


# What is taken back


def test_a_maintenance_that_is_called_off_takes_our_mark_and_nothing_else_away(account: Account) -> None:
    account.policies(scheduled=ScheduledPolicy(when="immediate"))
    account.hears(recorded("health"))
    assert account.blue.objects[NODE].unschedulable
    account.ports.now += 60
    assert failures(account.hears(recorded("health_closed"))) == []
    assert account.claim().outcome == "cancelled"
    assert msgspec.structs.replace(account.blue.objects[NODE], version="7") == node()


def test_a_retirement_that_is_closed_because_it_has_happened_calls_nothing_off(account: Account) -> None:
    account.policies(scheduled=ScheduledPolicy(when="immediate"))
    account.hears(recorded("health"))
    account.ports.fleet.known[MACHINE] = replace(account.ports.fleet.known[MACHINE], state="shutting-down")
    account.ports.now += 60
    assert account.hears(recorded("health_closed"))["ignored"] == {"machine-ended: scheduled": 1}
    assert account.claim().outcome == ""
    assert account.blue.objects[NODE].unschedulable


def test_a_mark_that_could_not_be_taken_off_brings_the_message_again(account: Account) -> None:
    account.policies(scheduled=ScheduledPolicy(when="immediate"))
    account.hears(recorded("health"))
    account.blue.broken = UnreachableError("blue")
    assert failures(account.hears(recorded("health_closed"))) == ["0"]
    account.blue.broken = None
    assert failures(account.hears(recorded("health_closed"))) == []
    assert not account.blue.objects[NODE].unschedulable


def test_somebody_elses_cordon_outlives_a_maintenance_that_is_called_off(account: Account) -> None:
    theirs: Node = node(unschedulable=True)
    account.blue.objects[NODE] = theirs
    account.policies(scheduled=ScheduledPolicy(when="immediate"))
    account.hears(recorded("health"), recorded("health_closed"))
    assert msgspec.structs.replace(account.blue.objects[NODE], version="7") == theirs


# After the end


def test_a_lifecycle_action_after_a_finished_spot_drain_wakes_the_coordinator_to_answer_it(account: Account) -> None:
    account.hears(recorded("spot"))
    account.finished()
    account.hears(recorded("lifecycle_terminate"))
    claim = account.claim()
    assert (claim.state, claim.outcome, claim.hook_done) == ("empty", "drained", False)
    assert claim.hook is not None
    assert account.started == [WAVE, "drain-demo-1-33-2"]


@pytest.mark.parametrize("name", ["spot", "state_change", "rebalance", "capacity"])
def test_late_copies_and_late_words_about_a_machine_that_is_gone_wake_nobody(account: Account, name: str) -> None:
    account.hears(recorded("spot"))
    account.finished()
    assert set(account.claim().kinds) & FINAL
    writes = account.ports.claims.writes
    account.hears(recorded(name))
    assert (account.ports.claims.writes, account.started) == (writes, [WAVE])


def test_a_warning_after_a_rebalance_that_was_kept_begins_anew(account: Account) -> None:
    account.policies(rebalance=RebalancePolicy(do="cordon"))
    account.hears(recorded("rebalance"))
    first = account.claim().episode
    account.finished("kept")
    account.hears(recorded("spot"))
    assert account.claim().episode != first
    assert account.claim().do == "drain"


def test_a_cordon_that_could_not_be_put_on_is_left_to_a_coordinator(account: Account) -> None:
    account.policies(rebalance=RebalancePolicy(do="cordon"))
    account.blue.broken = UnreachableError("no route")
    account.hears(recorded("rebalance"))
    assert account.claim().needs_an_execution(account.ports.now)
    account.blue.broken = None
    account.hears(recorded("rebalance"))
    assert account.blue.objects[NODE].unschedulable
    assert account.claim().rests


def test_a_cluster_that_hangs_does_not_delay_the_coordinator_of_the_other(account: Account) -> None:
    def hang() -> None:
        started.append(account.started)

    started: list[list[str]] = []
    account.blue.meanwhile = [hang]
    account.machine(SECOND, SECOND_NODE, **{f"kubernetes.io/cluster/{GREEN}": "owned"})
    account.hears(recorded("spot"), recorded("spot", **{"instance-id": SECOND}))
    assert started == [[WAVE, f"drain-{GREEN}-1"]]
