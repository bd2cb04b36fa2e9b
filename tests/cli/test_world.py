"""The whole way in an embedded world: typed words, Lambda's Invoke on loopback with a proof, the real function, time.

One world for the module, whose tests tell one story in their order.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from local.terminal.session import Session, Streams
from tests.cli.terminal import VARIABLES, Stream

pytestmark = pytest.mark.xdist_group("terminal")


class Seat:
    """Whoever sits at the terminal of a world."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.out = self.err = ""

    def types(self, line: str) -> int:
        out, err = Stream(), Stream()
        code = self.session.types(line, Streams(out, err, Stream()), VARIABLES)
        self.out, self.err = out.getvalue(), err.getvalue()
        return code

    def asks(self, line: str) -> Any:
        """An answer as JSON."""
        assert self.types(f"{line} --output json") == 0, self.err
        return msgspec.json.decode(self.out)


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    with Session() as session, pytest.MonkeyPatch.context() as patch:
        for name, value in session.variables.items():
            patch.setenv(name, value)
        yield Seat(session)
        assert session.world.front.failures == []


def run_of(seat: Seat) -> str:
    return str(seat.asks("status")["run"])


def test_nothing_runs_and_the_terminal_says_what_would_start_something(seat: Seat) -> None:
    assert seat.types("status") == 0
    assert "no run has been started; norikae start starts one" in seat.out
    assert seat.types("pause") == 64
    assert "no run has been started in this environment" in seat.err


def test_a_run_is_started_and_watched_until_somebody_is_asked(seat: Seat) -> None:
    assert seat.types('start --reason "1.33 leaves standard support"') == 0, seat.err
    (watching,) = re.findall(r"norikae (status \S+ --watch)", seat.out)
    assert seat.types(f"{watching} --timeout 10m") == 5
    assert "? plan: May 3 applications move from demo-1-33 (1.33) to demo-1-35-a (1.35)?" in seat.out


def test_the_proof_says_who_it_is_and_the_trail_keeps_it(seat: Seat) -> None:
    assert "assumed-role/operator/operator" in seat.asks("status")["requested_by"]


def test_the_same_again_starts_nothing(seat: Seat) -> None:
    run = run_of(seat)
    assert seat.asks('start --reason "1.33 leaves standard support"')["run"] == run
    assert seat.types("start 1.34") == 2
    assert f"run {run} is open" in seat.err


def test_the_command_that_is_shown_answers_the_question(seat: Seat) -> None:
    run = run_of(seat)
    seat.types("status")
    (code,) = re.findall(rf"norikae approve {run} (\w{{6}})", seat.out)
    assert seat.types("approve aaaaaa") == 2, seat.err
    assert "no question" in seat.err, seat.err
    assert seat.types(f"approve {code} --reason read") == 0, seat.err
    assert seat.asks("status")["questions"] == []


def test_one_application_is_held_and_goes_on(seat: Seat) -> None:
    assert seat.types("hold chat-api --reason release") == 0
    seat.types("status")
    assert "held: chat-api" in seat.out
    assert seat.types("resume chat-api") == 0
    assert seat.types("hold chat-apy") == 64
    assert "does not plan to move 'chat-apy'" in seat.err
    assert seat.types("resume chat-apy") == 64


def test_the_run_pauses_and_resumes(seat: Seat) -> None:
    assert seat.types("pause --reason incident") == 0
    seat.types("status")
    assert "paused" in seat.out
    assert seat.types("resume") == 0
    assert seat.asks("status")["flags"]["paused"] is False


def test_an_abort_has_to_be_meant_and_ends_the_run(seat: Seat) -> None:
    assert seat.types("abort") == 64
    assert seat.types("abort --yes --reason latency") == 0, seat.err
    assert seat.types("status --watch --until ended --every 1m --timeout 2h") == 4, seat.out
    assert "ended: rolled-back" in seat.out
    assert seat.types("pause") == 2
    assert "has ended (rolled-back)" in seat.err


def test_a_world_may_be_named_by_its_url(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert seat.types(f"--world {seat.session.variables['AWS_ENDPOINT_URL']} status") == 4
    assert os.environ["AWS_ENDPOINT_URL"] == seat.session.world.front.url


def test_whoever_aws_does_not_know_is_told_how_to_be_known(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAUNKNOWN")
    assert seat.types("status") == 77
    assert "AWS does not know who you are" in seat.err


def test_a_function_that_is_not_there_is_named(seat: Seat) -> None:
    assert seat.types("status --environment chat-prod") == 69
    assert "there is no function norikae-chat-prod-operator-command" in seat.err
