"""Every example of docs/console.md does what the comment before it promises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from norikae.commands.model import VERBS
from norikae.commands.operate import operate
from norikae.commands.table import NEEDS_NO_RUN
from norikae.environment.secrets import SecretSync
from norikae.errors import NorikaeError
from norikae.secret_sync.letter import Sweep
from norikae.traffic.prepare import prepare_shift
from norikae.upgrade.check import run_preflight
from norikae.upgrade.identity import Writer
from norikae.upgrade.request import UpgradeRequest
from norikae.upgrade.state import ApprovalItem, Flags
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.story import RUN, SHIFT, WRITER, Story
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution
    from norikae.secret_sync.letter import Letter

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/console.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"<!-- (input|command|shift): (.+?) -> (.+?) -->\n```json\n(.*?)```", re.DOTALL)
EXAMPLES = [(match[1], match[2], match[3], match[4]) for match in EXAMPLE.finditer(PAGE)]
APPLICATIONS = ("chat-api", "files-upload", "notify-push")
OF_A_TEAM = "chat-web"
NEXT_STATE = {"ask": "Request plan approval", "finish": "Upgrade finished", "refuse": "Upgrade failed"}
WAITING = {
    **dict.fromkeys(("plan", "sync", "decommission", "hold/chat-api", f"team/{OF_A_TEAM}"), ""),
    **dict.fromkeys(("hold", "partial"), "shift-applications"),
}
DIFF_HASH = "d1" * 32


def examples(kind: str) -> list[Any]:
    return [pytest.param(follows, json.loads(text), id=name) for what, name, follows, text in EXAMPLES if what == kind]


def matches(promised: str, happened: str) -> bool:
    """What happened is what was promised; the page may leave the end of a long error out."""
    is_error = promised.startswith(("refused: ", "Upgrade failed: ", "Give up shift: "))
    return happened.startswith(promised) if is_error else happened == promised


def first_outcome(request: dict[str, Any]) -> str:
    """The state in which an execution with this input comes to its first rest, with the reason when it fails."""
    world = Beginning(*APPLICATIONS)
    try:
        answer = run_preflight(world.ports, world.starts(request))
    except NorikaeError as error:
        return f"Upgrade failed: {error}"
    state = NEXT_STATE[answer["next"]]
    return f"{state}: {answer['waiting_for']}" if answer.get("waiting_for") else state


def story_with_open_questions() -> tuple[Story, str]:
    """A run in which everything waits that can wait, and the hash of its plan."""
    story = Story(applications=(*APPLICATIONS, OF_A_TEAM))
    plan_hash = story.ports.table.read(RUN, "PLAN", dict[str, Any])
    assert plan_hash is not None
    for subject, phase in WAITING.items():
        asked = DIFF_HASH if subject == "sync" else str(plan_hash["hash"])
        item = ApprovalItem(subject=subject, task_token=subject, plan_hash=asked, text=f"{subject}?", phase=phase)
        story.ports.table.write(WRITER, f"APPROVAL#{subject}", item)
    carried = SecretSync(secrets=("chat/*",))
    story.ports.environment = msgspec.structs.replace(story.ports.environment, secret_sync=carried)
    return story, str(plan_hash["hash"])


def effect_of(command: dict[str, Any]) -> str:
    """Which flags a command sets and what it wakes, in words."""
    story, plan_hash = story_with_open_questions()
    hashes = {"PLAN_HASH": plan_hash, "DIFF_HASH": DIFF_HASH}
    sent = {key: hashes.get(value, value) for key, value in command.items()}
    try:
        operate(story.ports, sent)
    except NorikaeError as error:
        return f"refused: {error}"
    flags = story.ports.table.read(RUN, "FLAGS", Flags) or Flags()
    words = [word for word, is_set in (("paused", flags.paused), ("aborted", flags.aborted)) if is_set]
    words += [f"held: {name}" for name in flags.held]
    words += [f"skipped: {one.application} {one.gate}" for one in flags.skipped]
    woken = [f"{subject}: {answer['next']}" for subject, answer in sorted(story.ports.executions.answers.items())]
    said = [f"flags {', '.join(words)}"] if words else []
    said += [f"wakes {', '.join(woken)}"] if woken else []
    said += [f"sent back: {', '.join(flags.sent_back)}"] if flags.sent_back else []
    said += [f"sends {words_of(letter)}" for letter, _ in story.ports.letters.sent]
    said += ["sends dead letters"] if story.ports.letters.redriven else []
    return "; ".join(said) or "changes nothing"


def words_of(letter: Letter) -> str:
    """What is asked of secret sync, in words."""
    assert isinstance(letter, Sweep)
    assert (letter.why, letter.only_new) == ("operator", False)
    return f"sweep of {letter.cluster or 'every cluster'}"


def first_state_of_a_shift(request: dict[str, Any]) -> str:
    story = Story(applications=APPLICATIONS)
    try:
        answer = prepare_shift(story.ports, request, SHIFT)
    except NorikaeError as error:
        return f"Give up shift: {error}"
    assert Writer.of(answer).run == RUN
    return {"step": "Scale green", "hold": "Hold application", "finish": "Finish shift"}[answer["progress"]["next"]]


@pytest.fixture(scope="module")
def console() -> Iterator[Upgrade]:
    """A deployed norikae in front of a serving blue; nobody answers its questions."""
    with Upgrade(*APPLICATIONS, approves=False) as upgrade:
        yield upgrade


def rest_of(console: Upgrade, execution: Execution) -> str:
    """The state in which an execution comes to its first rest in the embedded world, with its cause if it failed."""
    if console.run_until(execution, "Request plan approval"):
        console.run(5)
        run = console.command(command="status")["run"]
        assert console.command(command="reject", run=run, by="mio")["answered"]
        assert console.run_to_end(execution) == "FAILED"
        return "Request plan approval"
    console.run_to_end(execution)
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in execution.history.events
        if "stateEnteredEventDetails" in event
    ]
    return f"{entered[-1]}: {execution.cause}" if execution.status == "FAILED" else str(entered[-1])


@pytest.mark.scenario
@pytest.mark.xdist_group("console")
@pytest.mark.parametrize(("promised", "request_"), examples("input"))
def test_an_execution_with_an_input_of_the_page_comes_to_the_promised_state(
    console: Upgrade, promised: str, request_: dict[str, Any]
) -> None:
    execution = console.start(request_, name=f"console-{len(console.world.step_functions.executions) + 1}-a1")
    happened = rest_of(console, execution)
    without_class = re.sub(r"(Upgrade failed: )[A-Za-z]+Error: ", r"\1", happened)
    assert matches(promised, without_class), happened
    assert console.lease().holder == ""


@pytest.mark.parametrize(("promised", "request_"), examples("input"))
def test_an_input_leads_to_the_state_that_the_page_promises(promised: str, request_: dict[str, Any]) -> None:
    happened = first_outcome(request_)
    assert matches(promised, happened), happened


@pytest.mark.parametrize(("promised", "command"), examples("command"))
def test_a_command_has_the_effect_that_the_page_promises(promised: str, command: dict[str, Any]) -> None:
    happened = effect_of(command)
    assert matches(promised, happened), happened


@pytest.mark.parametrize(("promised", "request_"), examples("shift"))
def test_a_shift_begins_where_the_page_promises(promised: str, request_: dict[str, Any]) -> None:
    happened = first_state_of_a_shift(request_)
    assert matches(promised, happened), happened


def test_every_block_of_json_parses_and_every_marker_has_one() -> None:
    for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL):
        assert json.loads(text) is not None
    assert PAGE.count(" -->") == len(EXAMPLES)


def test_the_page_shows_every_field_of_a_request_and_every_command() -> None:
    inputs = [json.loads(text) for kind, _, _, text in EXAMPLES if kind == "input"]
    assert len(inputs) >= 5
    assert set(UpgradeRequest.__struct_fields__) <= {field for request in inputs for field in request}
    shown = {json.loads(text).get("command") for kind, _, _, text in EXAMPLES if kind == "command"}
    assert set(VERBS) - NEEDS_NO_RUN | {"status"} <= shown
    assert {"sweep-secrets", "redrive-secrets"} <= shown


def test_promised_states_exist() -> None:
    machines = [json.loads((ROOT / f"stacks/workflow/{name}.asl.json").read_text()) for name in ("upgrade", "shift")]
    states = {state for machine in machines for state in machine["States"]}
    promised = {follows.split(":")[0] for kind, _, follows, _ in EXAMPLES if kind in ("input", "shift")}
    assert promised <= states
