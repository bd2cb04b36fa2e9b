"""An operator may have secrets carried now, and dead letters tried once more; neither needs a run."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.commands.operate import operate
from norikae.errors import BadRequestError, RefusedError
from norikae.secret_sync.letter import Sweep
from tests.unit.fakes.carried import carries
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.story import BLUE, GREEN, Story


def world() -> FakePorts:
    ports = Story().ports
    carries(ports)
    return ports


def test_everything_is_swept_and_the_audit_trail_says_who_wanted_it() -> None:
    ports = world()
    answer = operate(ports, {"command": "sweep-secrets", "by": "mio"})
    assert answer == {"sent": "sweep", "clusters": [BLUE, GREEN]}
    assert ports.letters.sent == [(Sweep(why="operator"), 0)]
    (event,) = ports.table.events
    assert (event.what, event.by, event.detail["clusters"]) == ("sweep-secrets", "mio", [BLUE, GREEN])


def test_one_cluster_is_swept() -> None:
    ports = world()
    assert operate(ports, {"command": "sweep-secrets", "cluster": GREEN})["clusters"] == [GREEN]
    assert ports.letters.sent == [(Sweep(why="operator", cluster=GREEN), 0)]


def test_before_the_first_run_there_is_the_cluster_that_serves() -> None:
    ports = FakePorts()
    carries(ports)
    assert operate(ports, {"command": "sweep-secrets"})["clusters"] == [BLUE]
    assert ports.table.said() == ["sweep-secrets"], "in the environment's own trail, since there is no run"


def test_a_cluster_that_nobody_knows_is_refused() -> None:
    ports = world()
    with pytest.raises(BadRequestError, match=f"demo-1-31 is neither blue nor green .*: {BLUE}, {GREEN}"):
        operate(ports, {"command": "sweep-secrets", "cluster": "demo-1-31"})
    assert ports.letters.sent == []


def test_dead_letters_are_tried_once_more() -> None:
    ports = world()
    assert operate(ports, {"command": "redrive-secrets", "by": "mio"}) == {"sent": "dead letters", "task": "task-1"}
    assert [event.what for event in ports.table.events] == ["redrive-secrets"]


def test_a_redrive_that_runs_is_told() -> None:
    ports = world()

    def refuses() -> str:
        raise RefusedError("a redrive of the queue runs already")

    ports.letters.redrive = refuses  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="runs already"):
        operate(ports, {"command": "redrive-secrets"})
    assert ports.table.events == []


@pytest.mark.parametrize("command", [{"command": "sweep-secrets"}, {"command": "redrive-secrets"}])
def test_an_environment_that_carries_none_says_where_to_name_them(command: dict[str, Any]) -> None:
    ports = Story().ports
    with pytest.raises(BadRequestError, match=r"name them in secret_sync\.secrets of the environment file and deploy"):
        operate(ports, command)
    assert (ports.letters.sent, ports.letters.redriven) == ([], 0)
