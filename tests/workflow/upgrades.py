"""Upgrades in a small embedded world, told in verbs: start, run until a state, stop, resume."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

import simpy

from local.demo.people import Colleague, Operator, Repairer, commits_what_moved
from local.demo.scenarios import Scenario
from local.demo.sink_watch import search
from local.demo.stage import DOMAIN, Stage, set_stage
from local.demo.token_watch import token_watch
from norikae.adapters.aws.table import DynamoRunTable

if TYPE_CHECKING:
    from types import TracebackType

    from local.aws.step_functions.execution import Execution

RUN = "demo-1-35-story"
PATIENCE_SECONDS = 6 * 3600.0


class Upgrade:
    """A world with some applications, an operator who approves, and one run after the other."""

    def __init__(
        self,
        *applications: str,
        crash_probability: float = 0.0,
        seed: int = 1,
        approves: bool = True,
        scenario: Scenario | None = None,
        loses: bool = False,
    ) -> None:
        scenario = scenario or Scenario("story", "", "succeeded", crash_probability)
        self.stage: Stage = set_stage(scenario, seed, applications or ("files-upload",))
        self.world = self.stage.world
        self.loses = loses
        """The story itself says which requests are lost, and looks at them."""
        self.told: list[str] = []
        self.pages: list[str] = []
        """What somebody was woken up for."""
        self.attempts = 0
        self._seen: dict[str, int] = {}
        self.execution: Execution | None = None
        if approves:
            command, resumes = self.stage.deployment.functions["operator_command"], bool(scenario.contested)
            self.pages = Operator(self.world, command, self.told.append, resumes=resumes).pages
        if scenario.colleague:
            Colleague(self.world, self.stage.blue)
        if scenario.commits:
            commits_what_moved(self.world, self.stage.blue)
        if scenario.contested:
            Repairer(self.world, f"{scenario.contested}.{DOMAIN}", self.stage.blue)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stage.close()
        failures, lost = self.world.front.failures, self.stage.clients.failed
        tokens = token_watch(self.world)
        if error is None:
            search(self.world, self.stage.canary, tokens)
        self.world.close()
        if error is None:
            assert tokens.leaks == {}, "task tokens outside of the table"
            assert self.stage.canary.leaks == {}, "values of secrets where they should not be"
            assert failures == [], "defects of the world itself"
            assert lost == 0 or self.loses, "requests that clients lost"

    @property
    def blue(self) -> str:
        return self.stage.blue

    def start(self, request: dict[str, Any] | None = None, *, machine: str = "upgrade", name: str = "") -> Execution:
        """Start an execution as the console does; attempts of the run count up."""
        if machine == "upgrade":
            self.attempts += 1
            name = name or f"{RUN}-a{self.attempts}"
        arn = next(arn for key, arn in self.stage.deployment.machines.items() if key.endswith(machine))
        started = self.world.step_functions.start_execution(
            stateMachineArn=arn, input=json.dumps(request or {}), name=name or None
        )
        execution = self.world.step_functions.executions[started["executionArn"]]
        if machine == "upgrade":
            self.execution = execution
        return execution

    def run(self, seconds: float) -> None:
        self.world.kernel.run(seconds)

    def run_to_end(self, execution: Execution) -> str:
        """Let the world live until an execution has ended and what follows from it has happened; its status."""
        over = self.world.kernel.env.timeout(PATIENCE_SECONDS)
        self.world.kernel.run(simpy.AnyOf(self.world.kernel.env, [execution.finished, over]))
        self.run(240)  # recover, with its two retries
        return execution.status

    def run_until(self, execution: Execution, state: str) -> bool:
        """Let the world live until an execution enters a state (again); False when it ended without."""
        return self.run_until_any(execution, {state}) == state

    def run_until_any(self, execution: Execution, states: set[str]) -> str:
        """Let the world live until an execution enters one of some states (again); "" when it ended without."""
        limit = self.world.kernel.seconds() + PATIENCE_SECONDS
        while execution.status == "RUNNING" and self.world.kernel.seconds() < limit:
            for event in execution.history.events[self._seen.get(execution.arn, 0) :]:
                self._seen[execution.arn] = event["id"]
                entered = str(event.get("stateEnteredEventDetails", {}).get("name", ""))
                if entered in states:
                    return entered
            self.world.kernel.run(until_next(self.world.kernel))
        return ""

    def stop(self, execution: Execution) -> None:
        """Stop an execution from the console."""
        self.world.step_functions.stop_execution(executionArn=execution.arn, error="Operator", cause="stopped")

    def command(self, **fields: Any) -> dict[str, Any]:
        """Invoke operator_command as the console does; an invocation that died is done again, as a person would."""
        function = self.stage.deployment.functions["operator_command"]
        while True:
            outcome = self.world.kernel.run(self.world.kernel.process(self.world.runtime.invoke(function, fields)))
            if outcome.error_type != "Runtime.ExitError":
                break
        if outcome.error_type:
            return {"error": outcome.error_type, "text": outcome.error_message}
        answer: dict[str, Any] = outcome.payload
        return answer

    def children(self) -> list[Execution]:
        """The living executions of the shift machine."""
        executions = self.world.step_functions.executions.values()
        return [one for one in executions if one.machine.name.endswith("shift") and one.status == "RUNNING"]

    def weights(self, application: str) -> dict[str, int]:
        return self.world.route53.weights_of(f"{application}.demo.example.com")

    def lease(self, key: str = "") -> Any:
        return self.table().lease(key)

    def table(self) -> DynamoRunTable:
        name = next(value for key, value in self.stage.deployment.ids.items() if "Table" in key)
        environment = self.world.environment.environment
        return DynamoRunTable(self.world.client("dynamodb"), name, environment, self.world.kernel.now(), 1)

    def report(self) -> dict[str, Any]:
        """The product's own report of the run, as evidence has it."""
        return self.evidence("report.json")

    def evidence(self, key: str) -> dict[str, Any]:
        """A document of the run."""
        s3 = self.world.client("s3")
        bucket = next(
            value for key, value in self.stage.deployment.ids.items() if "Evidence" in key and "olicy" not in key
        )
        document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=f"{RUN}/{key}")["Body"].read())
        return document

    def serves_everywhere(self) -> bool:
        """Whether every public name has one hundred parts of weight in all."""
        hosts = [host for application in self.stage.applications for host in application.hosts]
        return all(sum(self.world.route53.weights_of(host).values()) == 100 for host in hosts)


def until_next(kernel: Any) -> Any:
    """A short while; states are entered on whole steps of the world, so that none is missed."""
    return kernel.env.timeout(0.05) if kernel.env.peek() - kernel.env.now < 1 else kernel.env.timeout(0.5)
