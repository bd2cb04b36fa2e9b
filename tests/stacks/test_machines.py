"""The two state machines as graphs: nothing dangles, nothing is unreachable, every error has a name that exists."""

from __future__ import annotations

import builtins
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from norikae import errors
from stacks.permissions import FUNCTIONS
from stacks.workflow.machines import substitutions
from tests.stacks.template import Template

Json = dict[str, Any]
MACHINES = {path.name.partition(".")[0]: path for path in sorted(Path("stacks/workflow").glob("*.asl.json"))}
MACHINE = pytest.mark.parametrize("machine", MACHINES)
FOREIGN = re.compile(r"^(States|Lambda|Sandbox|Runtime|StepFunctions)\.[A-Za-z]+$")
WAITING = "arn:aws:states:::lambda:invoke.waitForTaskToken"
CHILD = "arn:aws:states:::states:startExecution.sync:2"
OF_THE_PLATFORM = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Sandbox.Timedout",
    "Runtime.ExitError",
}
TRANSIENT = {
    name
    for name, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, errors.TransientError) and error is not errors.TransientError
}


def graphs(machine: str) -> Iterator[Json]:
    """The machine itself and every graph inside a Map, outermost first."""
    waiting = [json.loads(MACHINES[machine].read_text())]
    while waiting:
        graph = waiting.pop(0)
        yield graph
        waiting += [state["ItemProcessor"] for state in graph["States"].values() if "ItemProcessor" in state]


def states(machine: str) -> dict[str, Json]:
    """Every state of a machine, those inside a Map too."""
    return {name: state for graph in graphs(machine) for name, state in graph["States"].items()}


def tasks(machine: str) -> dict[str, Json]:
    """The Task states of a machine."""
    return {name: state for name, state in states(machine).items() if state["Type"] == "Task"}


def targets(state: Json) -> list[str]:
    """Where a state can lead to."""
    branches = [*state.get("Choices", []), *state.get("Catch", [])]
    named = [state.get("Next"), state.get("Default"), *(branch["Next"] for branch in branches)]
    return [name for name in named if name]


def function_of(state: Json) -> str:
    """The substitution key of the function that a Task calls."""
    called = state["Parameters"]["FunctionName"] if state["Resource"] == WAITING else state["Resource"]
    (key,) = substitutions(called)
    return key


@MACHINE
def test_every_target_exists(machine: str) -> None:
    for graph in graphs(machine):
        wanted = {graph["StartAt"], *(name for state in graph["States"].values() for name in targets(state))}
        assert wanted <= set(graph["States"])


@MACHINE
def test_every_state_is_reachable(machine: str) -> None:
    for graph in graphs(machine):
        reached: set[str] = set()
        waiting = [graph["StartAt"]]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += targets(graph["States"][name])
        assert set(graph["States"]) == reached


@MACHINE
def test_every_state_goes_on_or_ends(machine: str) -> None:
    stuck = [
        name
        for name, state in states(machine).items()
        if state["Type"] not in {"Succeed", "Fail"} and not state.get("End") and not targets(state)
    ]
    assert stuck == []


@MACHINE
def test_every_state_says_why_it_is_there(machine: str) -> None:
    assert [name for name, state in states(machine).items() if len(state.get("Comment", "").split()) < 4] == []


@MACHINE
def test_every_task_calls_the_function_of_its_name(machine: str) -> None:
    rows = {row.title: row.identifier for row in FUNCTIONS if row.caller == "workflow"}
    called = {name: function_of(state) for name, state in tasks(machine).items() if state["Resource"] != CHILD}
    spoken = {name for name, function in called.items() if function == "OperatorCommand"}
    assert spoken == ({"Stop run"} if machine == "shift" else set()), "it says what an operator could say"
    assert {name: called[name] for name in called if name not in spoken} == {
        name: rows[name] for name in called if name not in spoken
    }


def test_every_function_of_a_machine_has_its_state() -> None:
    named = {name for machine in MACHINES for name in tasks(machine)}
    assert [row.title for row in FUNCTIONS if row.caller == "workflow" and row.title not in named] == []


@MACHINE
def test_every_substitution_is_made_and_used(template: Template, machine: str) -> None:
    (made,) = [
        properties
        for properties in template.of("AWS::StepFunctions::StateMachine").values()
        if properties["StateMachineName"] == f"norikae-demo-{machine}"
    ]
    assert sorted(made["DefinitionSubstitutions"]) == substitutions(MACHINES[machine].read_text())
    assert made["DefinitionString"] == MACHINES[machine].read_text()


@MACHINE
def test_every_error_that_is_caught_or_retried_exists(machine: str) -> None:
    named = {
        error
        for state in states(machine).values()
        for rule in [*state.get("Retry", []), *state.get("Catch", [])]
        for error in rule["ErrorEquals"]
    }
    ours = {name for name in named if not FOREIGN.match(name)}
    assert ours <= {name for name, _ in inspect.getmembers(errors, inspect.isclass)}
    assert not ours & set(dir(builtins)), "a builtin's name would hide which error is meant"


@MACHINE
def test_every_function_task_retries_what_may_pass_with_jitter(machine: str) -> None:
    for name, state in tasks(machine).items():
        if state["Resource"] == CHILD:
            continue
        (rule,) = state["Retry"]
        assert set(rule["ErrorEquals"]) >= OF_THE_PLATFORM | TRANSIENT, name
        assert rule["JitterStrategy"] == "FULL", name
        assert rule["MaxDelaySeconds"] <= 300, name


@MACHINE
def test_no_permanent_error_is_retried(machine: str) -> None:
    permanent = {
        name
        for name, error in inspect.getmembers(errors, inspect.isclass)
        if not issubclass(error, errors.TransientError)
    }
    retried = {
        error for state in tasks(machine).values() for rule in state.get("Retry", []) for error in rule["ErrorEquals"]
    }
    assert retried & (permanent | {"States.ALL", "States.TaskFailed"}) == set()


@MACHINE
def test_every_task_catches_everything(machine: str) -> None:
    silent = [
        name
        for name, state in tasks(machine).items()
        if "States.ALL" not in [error for rule in state.get("Catch", []) for error in rule["ErrorEquals"]]
    ]
    assert silent == []


@MACHINE
def test_every_map_iteration_ends_well(machine: str) -> None:
    inner = list(graphs(machine))[1:]
    failing = [name for graph in inner for name, state in graph["States"].items() if state["Type"] == "Fail"]
    assert failing == []
    for graph in inner:
        for state in graph["States"].values():
            caught = [error for rule in state.get("Catch", []) for error in rule["ErrorEquals"]]
            assert state["Type"] == "Pass" or "States.ALL" in caught


@MACHINE
def test_every_task_has_an_end_to_its_patience(machine: str) -> None:
    endless = [
        name
        for name, state in tasks(machine).items()
        if state["Resource"] != CHILD and not {"TimeoutSeconds", "TimeoutSecondsPath"} & set(state)
    ]
    assert endless == []


@MACHINE
def test_every_choice_has_a_default(machine: str) -> None:
    choices = {name: state for name, state in states(machine).items() if state["Type"] == "Choice"}
    assert [name for name, state in choices.items() if "Default" not in state] == []
