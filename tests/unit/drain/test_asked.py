"""A person names a node, and it is emptied as one whose machine goes; nothing takes the machine."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from norikae.commands.operate import operate
from norikae.drain.claim import Claim
from norikae.drain.ends import machine_goes
from norikae.drain.ingest import ingest
from norikae.drain.ports import Machine
from norikae.drain.release import is_over
from norikae.errors import BadRequestError, NotFoundError, UnreachableError
from norikae.upgrade.state import ClustersItem
from tests.unit.drain.heard import MACHINE, NODE, Nodes, node
from tests.unit.fakes.ports import FakePorts

BLUE, GREEN = "demo-1-33", "demo-1-35-a"
AT = 1795834800.0


class Account:
    """Blue has one node, green another; a person speaks, and the queue is read."""

    def __init__(self) -> None:
        self.ports = FakePorts(now=AT)
        self.ports.settings = replace(self.ports.settings, drain_machine="arn:drain")
        self.ports.table.items["", "CLUSTERS"] = msgspec.json.encode(ClustersItem(blue=BLUE, green=GREEN))
        self.blue, self.green = Nodes(node()), Nodes()
        self.ports.yards = {BLUE: self.blue, GREEN: self.green}
        tags = {f"kubernetes.io/cluster/{BLUE}": "owned"}
        self.ports.fleet.known[MACHINE] = Machine(MACHINE, "running", NODE, tags)

    def asks(self, name: str, **more: str) -> dict[str, Any]:
        return operate(self.ports, {"command": "drain", "node": name, "by": "mio", **more})

    def hears(self) -> dict[str, Any]:
        """The queue is read, in the form in which it was written."""
        sent = [json.dumps(letter) for letter in self.ports.notes.sent]
        return ingest(self.ports, [{"messageId": str(place), "body": body} for place, body in enumerate(sent)])

    def claim(self) -> Claim:
        (claim,) = self.ports.claims.all(BLUE)
        return claim


@pytest.mark.parametrize("name", [NODE, MACHINE])
@pytest.mark.parametrize("more", [{}, {"cluster": BLUE}])
def test_a_node_that_a_person_names_is_marked_and_drained(name: str, more: dict[str, str]) -> None:
    account = Account()
    assert account.asks(name, **more)["asked"] == name
    assert account.hears() == {"batchItemFailures": []}
    claim = account.claim()
    assert (claim.kind, claim.instance, claim.node, claim.do, claim.budgets) == (
        "asked",
        MACHINE,
        NODE,
        "drain",
        "respect",
    )
    assert (claim.deadline, claim.ends_at) == (AT + 900, None)
    assert account.blue.objects[NODE].unschedulable
    assert list(account.ports.executions.started) == ["drain-demo-1-33-1"]


def test_its_machine_stays_and_so_does_its_mark() -> None:
    account = Account()
    account.asks(NODE)
    account.hears()
    assert not machine_goes(account.claim())
    assert not is_over(account.claim(), AT + 86400)


def test_said_twice_within_a_minute_it_is_one() -> None:
    account = Account()
    account.asks(NODE)
    account.ports.now += 20
    account.asks(NODE)
    account.hears()
    assert len(account.claim().events) == 1


def test_said_again_after_it_was_drained_it_is_drained_again() -> None:
    account = Account()
    account.asks(NODE)
    account.hears()
    before = account.claim()
    done = msgspec.structs.replace(before, state="finished", outcome="drained", finished_at=AT + 60)
    account.ports.claims.write(done, instead_of=before)
    account.ports.now = AT + 600
    account.asks(NODE)
    account.hears()
    assert account.claim().is_open
    assert account.claim().episode != before.episode


@pytest.mark.parametrize("name", ["ip-10-9-9-9.ap-northeast-1.compute.internal", "i-0999999999abcdef0"])
def test_a_node_that_no_cluster_has_is_dropped(name: str) -> None:
    account = Account()
    account.asks(name)
    answer = account.hears()
    assert answer["batchItemFailures"] == []
    assert sum(answer["ignored"].values()) == 1
    assert account.ports.claims.all(BLUE) == []


@pytest.mark.parametrize("name", [NODE, MACHINE])
def test_the_node_of_another_cluster_than_was_meant_is_left_alone(name: str) -> None:
    account = Account()
    account.asks(name, cluster=GREEN)
    account.hears()
    assert account.ports.claims.all(BLUE) == []
    assert not account.blue.objects[NODE].unschedulable


def test_a_green_that_is_not_built_yet_hides_nothing() -> None:
    account = Account()
    yard = account.ports.yard

    def unbuilt(cluster: str) -> Any:
        if cluster == GREEN:
            raise NotFoundError("no such cluster")
        return yard(cluster)

    account.ports.yard = unbuilt  # type: ignore[method-assign]
    account.asks("ip-10-9-9-9")
    assert account.hears()["ignored"] == {"unknown-node: asked": 1}


def test_a_cluster_that_does_not_answer_is_asked_again() -> None:
    account = Account()

    def unreachable(cluster: str) -> Any:
        raise UnreachableError(f"{cluster} does not answer")

    account.ports.yard = unreachable  # type: ignore[method-assign]
    account.asks(NODE)
    assert [one["itemIdentifier"] for one in account.hears()["batchItemFailures"]] == ["0"]


@pytest.mark.parametrize("name", ["Node 1", "-x", "a/b", "x\n", "*"])
def test_what_is_no_name_of_a_node_is_refused(name: str) -> None:
    account = Account()
    with pytest.raises(BadRequestError, match="is no name of a node"):
        account.asks(name)
    assert account.ports.notes.sent == []


def test_a_cluster_that_is_neither_blue_nor_green_is_refused() -> None:
    with pytest.raises(BadRequestError, match="blue nor green by the record; there are: demo-1-33, demo-1-35-a"):
        Account().asks(NODE, cluster="shop-1-33")
