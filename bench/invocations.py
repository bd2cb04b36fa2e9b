"""What warm invocations cost in the embedded world: real milliseconds and calls per function, over one small upgrade.

    python bench/invocations.py [--seed 1] [--applications files-upload,notify-push]

The milliseconds hold for this machine in this hour, so compare two of them only when they were taken side by side; the
numbers of calls are the same everywhere. A cold start costs a fork and is left out of the medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas")]

from local.demo.people import Operator  # noqa: E402 - the path is set above
from local.demo.scenarios import Scenario  # noqa: E402
from local.demo.stage import set_stage  # noqa: E402

if TYPE_CHECKING:
    from local.aws.front import Call
    from local.demo.stage import Stage
    from local.runtime import Outcome
    from local.runtime.flight import Flying

KUBERNETES = "kubernetes"
SHOWN = 12
"""How many kinds of call are printed; the file has all of them."""


@dataclass(frozen=True)
class Sample:
    """One invocation: its function, real milliseconds, whether it was cold, and how often it called what."""

    function: str
    milliseconds: float
    cold: bool
    calls: Counter[str]


@dataclass(frozen=True)
class Cost:
    """What one function cost in a run.

    Args:
        invocations: how many there were.
        total: real milliseconds of all of them.
        median: real milliseconds of a warm one; 0 when none was warm.
        aws: calls to AWS of a usual invocation, as a median.
        kubernetes: requests to a cluster's API of a usual invocation, as a median.
        calls: all calls of all invocations, by operation.
    """

    invocations: int
    total: float
    median: float
    aws: float
    kubernetes: float
    calls: dict[str, int]


class Stopwatch:
    """Takes the time of every invocation of a stage.

    Args:
        stage: where; from now on its runtime's flights are timed, without their sleeps.
    """

    def __init__(self, stage: Stage) -> None:
        self.samples: list[Sample] = []
        self._world = stage.world
        self._names = {arn: key for key, arn in stage.deployment.functions.items()}
        self._flight = stage.world.runtime.flight
        # Nothing else sees a single invocation; `invoke` and Lambda's own API both come here.
        stage.world.runtime.flight = self._timed  # type: ignore[method-assign]

    def _timed(self, function_arn: str, event: Any) -> Flying:  # noqa: ANN401 - an event is any JSON
        flight, took = self._flight(function_arn, event), 0.0
        made: list[Call] = []
        while True:
            first, began = len(self._world.front.calls), time.perf_counter()
            try:
                sleeps = next(flight)
            except StopIteration as landed:
                outcome: Outcome = landed.value
                break
            finally:
                took += (time.perf_counter() - began) * 1000
                made += self._world.front.calls[first:]
            yield sleeps
        calls = Counter(f"{call.service}:{call.operation}" for call in made)
        line = self._world.runtime.invocations[-1]
        calls[KUBERNETES] = line.calls - len(made)
        self.samples.append(Sample(self._names.get(function_arn, line.function), took, line.cold, calls))
        return outcome


def main() -> int:
    """Play, print two tables, write ``build/bench/invocations.json``; 1 when the run did not succeed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same invocations")
    parser.add_argument("--applications", default="files-upload", help="which applications move, with commas")
    options = parser.parse_args()
    began = time.perf_counter()
    stage = set_stage(Scenario("bench", "", "succeeded"), options.seed, tuple(options.applications.split(",")))
    with stage.world:
        watch = Stopwatch(stage)
        set_up, began = time.perf_counter() - began, time.perf_counter()
        status = upgrade(stage)
        ran = time.perf_counter() - began
    costs = costs_of(watch.samples)
    show(costs)
    seconds = {"set_up": set_up, "run": ran, "invocations": sum(cost.total for cost in costs.values()) / 1000}
    print("\n" + ", ".join(f"{name.replace('_', ' ')} {value:.1f} s" for name, value in seconds.items()))
    write(costs, seconds, status)
    return 0 if status == "SUCCEEDED" else 1


def upgrade(stage: Stage) -> str:
    """One upgrade whose operator approves; the status of its execution."""
    world = stage.world
    Operator(world, stage.deployment.functions["operator_command"], lambda _: None)
    machine = next(arn for key, arn in stage.deployment.machines.items() if key.endswith("upgrade"))
    started = world.step_functions.start_execution(stateMachineArn=machine, input="{}", name="demo-1-35-bench-a1")
    execution = world.step_functions.executions[started["executionArn"]]
    world.kernel.run(execution.finished)
    stage.close()
    return execution.status


def costs_of(samples: list[Sample]) -> dict[str, Cost]:
    """The costs by function, the dearest in total first."""
    by_function: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_function[sample.function].append(sample)
    costs = {name: _cost(found) for name, found in by_function.items()}
    return dict(sorted(costs.items(), key=lambda item: -item[1].total))


def _cost(samples: list[Sample]) -> Cost:
    warm = [sample.milliseconds for sample in samples if not sample.cold]
    cluster = [sample.calls[KUBERNETES] for sample in samples]
    calls = sum((sample.calls for sample in samples), Counter[str]())
    return Cost(
        invocations=len(samples),
        total=sum(sample.milliseconds for sample in samples),
        median=statistics.median(warm) if warm else 0.0,
        aws=statistics.median(sample.calls.total() - sample.calls[KUBERNETES] for sample in samples),
        kubernetes=statistics.median(cluster),
        calls=dict(calls.most_common()),
    )


def show(costs: dict[str, Cost]) -> None:
    """Print functions and kinds of call, the dearest first."""
    print(f"{'function':32} {'times':>6} {'total ms':>9} {'median ms':>10} {'AWS':>5} {'cluster':>8}")
    for name, cost in costs.items():
        line = f"{name:32} {cost.invocations:6} {cost.total:9.0f} {cost.median:10.1f}"
        print(f"{line} {cost.aws:5.0f} {cost.kubernetes:8.0f}")
    calls = sum((Counter(cost.calls) for cost in costs.values()), Counter[str]())
    print(f"\n{'call':48} {'times':>6}")
    for name, count in calls.most_common(SHOWN):
        print(f"{name:48} {count:6}")


def write(costs: dict[str, Cost], seconds: dict[str, float], status: str) -> None:
    """Keep the figures for comparison."""
    file = ROOT / "build" / "bench" / "invocations.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    functions = {name: asdict(cost) for name, cost in costs.items()}
    python = ".".join(map(str, sys.version_info[:3]))
    content = {"python": python, "status": status, "seconds": seconds, "functions": functions}
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"written to {file.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
