from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.aws.step_functions import StepFunctionsSimulator
from local.kernel import Kernel, Steps
from local.runtime.outcome import Outcome

Function = Callable[[Any], Any]
ROLE = "arn:aws:iam::123456789012:role/machine"
FUNCTIONS = "arn:aws:lambda:ap-northeast-1:123456789012:function:"


class FunctionError(Exception):
    """A function fails with an error of this name."""

    def __init__(self, name: str, message: str = "") -> None:
        super().__init__(message)
        self.name = name


class Workbench:
    """A Step Functions world with Python callables for functions."""

    def __init__(self, seed: int = 1) -> None:
        self.kernel = Kernel(seed=seed)
        self.functions: dict[str, Function] = {}
        self.slow: dict[str, float] = {}
        self.forbidden: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.invocations: list[tuple[float, str, Any]] = []
        self.states = StepFunctionsSimulator(
            self.kernel,
            account="123456789012",
            region="ap-northeast-1",
            invoke=self._invoke,
            emit=self.events.append,
            authorize=lambda _role, action, _resource: action not in self.forbidden,
        )

    @staticmethod
    def error(name: str, message: str = "") -> FunctionError:
        return FunctionError(name, message)

    def _invoke(self, arn: str, payload: Any) -> Steps:
        name = arn.removeprefix(FUNCTIONS)
        self.invocations.append((self.kernel.seconds(), name, payload))
        if name not in self.functions:
            return Outcome(error_type="Lambda.ResourceNotFoundException", error_message=f"Function not found: {arn}")
        try:
            outcome = Outcome(payload=self.functions[name](payload), request_id="request-1")
        except FunctionError as error:
            outcome = Outcome(error_type=error.name, error_message=str(error), trace=(), request_id="request-1")
        yield self.kernel.env.timeout(self.slow.get(name, 0.0))
        return outcome

    def create(self, name: str, definition: dict[str, Any]) -> str:
        text = json.dumps(definition)
        arn: str = self.states.create_state_machine(name=name, definition=text, roleArn=ROLE)["stateMachineArn"]
        return arn

    def start(
        self, definition: dict[str, Any], data: Any = None, *, machine: str = "machine", name: str = "run"
    ) -> str:
        arn = self.create(machine, definition)
        text = json.dumps({} if data is None else data)
        started: str = self.states.start_execution(stateMachineArn=arn, name=name, input=text)["executionArn"]
        return started

    def run(self, definition: dict[str, Any], data: Any = None) -> dict[str, Any]:
        arn = self.start(definition, data)
        self.kernel.run()
        return self.states.describe_execution(executionArn=arn)

    def output(self, definition: dict[str, Any], data: Any = None) -> Any:
        ended = self.run(definition, data)
        assert ended["status"] == "SUCCEEDED", ended
        return json.loads(ended["output"])

    def history(self, arn: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self.states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        return events

    def kinds(self, arn: str) -> list[str]:
        return [event["type"] for event in self.history(arn)]


@pytest.fixture
def bench() -> Workbench:
    return Workbench()
