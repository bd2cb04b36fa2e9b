"""What a cold start of every function costs: import of its handler and construction of what it needs.

Each handler runs in fresh processes from the demo's bundle, each time right after ``import json, logging``, and the
processor times are compared: the ratio is steady from machine to machine where milliseconds are not. Packages with
machine code for the functions' platform are taken from this Python instead.

    python bench/imports.py [--runs 9] [--check]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas")]

from stacks import environment_file  # noqa: E402 - the path is set above
from stacks.bundle import Bundle, build_bundle  # noqa: E402

HOT = (
    *("drain_slice", "interruptions", "judge_gates", "set_weights", "verify_weights", "recover", "operator_command"),
)
"""Functions that people or open connections wait for, or that run every half minute."""
RECORDS_FIRST = ("recover",)
"""Functions that come to Kubernetes and to the report, if at all, after the records are back: nobody waits for that."""
EARS = ("hear_slack", "hear_chatwork")
"""Functions that construct nothing before a request is proven; ``bench/ears.py`` measures what a forged one costs."""
LIMIT = 15.0
"""How many times ``import json, logging`` a hot function may cost."""
REFERENCE = "import json, logging"
PORTS = {
    "table": "table",
    "publish": "topic",
    "evidence": "evidence",
    "records_read": "dns",
    "records_write": "dns",
    "load_balancers_read": "load_balancers",
    "metrics_read": "metrics",
    "executions_read": "executions",
    "answer_tasks": "executions",
    "clusters_read": "eks",
    "claims_write": "claims",
    "machines_find": "fleet",
    "drain_begin": "executions",
}
"""Which part of the world a right stands for: a function constructs what it has rights for."""
TIMED = """
import time
wall, cpu = time.perf_counter(), time.process_time()
{code}
print((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)
"""


class Took(NamedTuple):
    """What one process took, in milliseconds."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Cost:
    """Medians over the runs of one function.

    Args:
        wall: in milliseconds.
        cpu: processor time in milliseconds.
        reference: processor time of ``import json, logging`` beside it, in milliseconds.
        ratio: of the two processor times, pair by pair.
    """

    wall: float
    cpu: float
    reference: float
    ratio: float


def main() -> int:
    """Measure, print a table, write ``build/bench/imports.json``; 1 when ``--check`` finds a hot one too slow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9, help="fresh processes per function")
    parser.add_argument("--check", action="store_true", help=f"fail when a hot function costs more than {LIMIT} times")
    options = parser.parse_args()
    environment = environment_file.load(ROOT / "environments" / "demo.yaml")
    bundle = build_bundle(environment, manifests=ROOT / "environments", root=ROOT)
    costs = measure(programs(), bundle, runs=options.runs)
    show(costs)
    write(costs, runs=options.runs)
    slow = [name for name in HOT if costs[name].ratio > LIMIT]
    if slow:
        print(f"over {LIMIT} times the reference: {', '.join(slow)}")
    return 1 if slow and options.check else 0


def programs() -> dict[str, str]:
    """What each function does at a cold start: import its handler, construct its part of the world."""
    from stacks.permissions import FUNCTIONS  # noqa: PLC0415 - the table of rights speaks CDK, which starts a Node

    found = {}
    for row in FUNCTIONS:
        if row.name in EARS:
            found[row.name] = f"import handlers.{row.caller}.{row.name}"
            continue
        ports = sorted({PORTS[grant.__name__] for grant in row.grants if grant.__name__ in PORTS})
        if row.name in RECORDS_FIRST:
            ports.remove("evidence")
        lines = [f"import handlers.{row.caller}.{row.name}", "from norikae import wiring", "ports = wiring.ports()"]
        lines += [f"ports.{port}" for port in ports]
        if row.groups and row.name not in RECORDS_FIRST:
            lines += ["import norikae.adapters.kubernetes.connect", "wiring._client('eks')"]
        found[row.name] = "\n".join(lines)
    return found


def measure(programs: dict[str, str], bundle: Bundle, *, runs: int) -> dict[str, Cost]:
    """The cost of each program; each run is compared with a run of the reference right before it.

    So a busy moment of the machine hits both sides of a ratio.

    Args:
        programs: Python code by name.
        bundle: the directory that they run in.
        runs: how often each runs, besides once to warm the byte code.
    """
    variables = variables_of(bundle)
    for code in (REFERENCE, *programs.values()):
        _run(code, variables)
    pairs: dict[str, list[tuple[Took, Took]]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, code in programs.items():
            pairs[name].append((_run(REFERENCE, variables), _run(code, variables)))
    return {
        name: Cost(
            wall=statistics.median(took.wall for _, took in found),
            cpu=statistics.median(took.cpu for _, took in found),
            reference=statistics.median(reference.cpu for reference, _ in found),
            ratio=statistics.median(took.cpu / reference.cpu for reference, took in found),
        )
        for name, found in pairs.items()
    }


def variables_of(bundle: Bundle) -> dict[str, str]:
    """A function's environment on this machine; nothing of it reaches a network."""
    work = ROOT / "build" / "bench"
    native = work / f"native-{sys.version_info.major}.{sys.version_info.minor}"
    native.mkdir(parents=True, exist_ok=True)
    for package in bundle.native:
        spec = importlib.util.find_spec(package)
        link = native / package
        if spec and spec.submodule_search_locations and not link.exists():
            link.symlink_to(spec.submodule_search_locations[0])
    names = ("TABLE", "EVIDENCE_BUCKET", "CLUSTER_ROLE", "NODE_ROLE", "SHIFT_MACHINE", "UPGRADE_MACHINE", "KEY")
    return {
        "PATH": "",
        "PYTHONPATH": f"{native}{os.pathsep}{bundle.path}",
        "PYTHONPYCACHEPREFIX": str(work / "pycache"),
        "LAMBDA_TASK_ROOT": str(bundle.path),
        "AWS_DEFAULT_REGION": "ap-northeast-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "NORIKAE_TOPIC": "arn:aws:sns:ap-northeast-1:123456789012:bench",
        **{f"NORIKAE_{name}": "bench" for name in names},
    }


def _run(code: str, variables: dict[str, str]) -> Took:
    """Wall and processor milliseconds of a program in a fresh Python that sees nothing but the bundle."""
    command = [sys.executable, "-S", "-c", TIMED.format(code=code)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{code}\n{done.stderr}")
    wall, cpu = done.stdout.split()
    return Took(float(wall), float(cpu))


def show(costs: dict[str, Cost]) -> None:
    """Print the costs, the dearest first."""
    print(f"{'function':32} {'wall ms':>9} {'cpu ms':>9} {'reference':>9} {'ratio':>7}")
    for name, cost in sorted(costs.items(), key=lambda item: -item[1].ratio):
        hot = f"  hot, <= {LIMIT:.0f}" if name in HOT else ""
        print(f"{name:32} {cost.wall:9.1f} {cost.cpu:9.1f} {cost.reference:9.1f} {cost.ratio:7.1f}{hot}")


def write(costs: dict[str, Cost], *, runs: int) -> None:
    """Keep the figures for comparison."""
    file = ROOT / "build" / "bench" / "imports.json"
    functions = {name: asdict(cost) for name, cost in costs.items()}
    python = ".".join(map(str, sys.version_info[:3]))
    content = {"python": python, "runs": runs, "limit": LIMIT, "hot": HOT, "functions": functions}
    file.write_text(json.dumps(content, indent=2) + "\n")
    print(f"written to {file.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
