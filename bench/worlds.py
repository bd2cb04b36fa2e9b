"""What the embedded world saves, each with its counterpart in the same run: ratios of processor time, pair by pair.

    python bench/worlds.py [--pairs 15]

`operator's call` is a call that sets a world up, answered directly and over the wire as a function's is; `clients` are
the boto3 clients of a function's cold start, with what `local/runtime/warm.py` keeps and without.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas")]

from local.cluster.git import GitRepositories  # noqa: E402 - the path is set above
from local.world import World  # noqa: E402
from stacks.environment_file import load  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 100
CLIENTS = """
import runpy, time, boto3
services = ("dynamodb", "eks", "route53", "elbv2", "cloudwatch", "sns")
if {kept}:
    runpy.run_path({warm!r})["warm"]()
else:
    from botocore.loaders import JSONFileLoader
    read, files = JSONFileLoader.load_file, {{}}
    def load_file(loader, path):
        if path not in files:
            files[path] = read(loader, path)
        return files[path]
    JSONFileLoader.load_file = load_file
    for service in services:
        boto3.Session("a", "b", region_name="us-east-1").client(service)
began = time.process_time()
session = boto3.Session("a", "b", region_name="us-east-1")
for service in services:
    session.client(service)
print((time.process_time() - began) * 1000)
"""
"""Both keep the files, as the world has always done; lists of folders, names of events and User-Agents differ."""


def main() -> int:
    """Measure, print one line for each saving, write ``build/bench/worlds.json``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=15, help="how often each is measured beside its counterpart")
    options = parser.parse_args()
    savings = {"operator's call": calls(options.pairs), "clients": clients(options.pairs)}
    for name, (now, before, ratio) in savings.items():
        print(f"{name:20} {now:8.2f} ms instead of {before:8.2f} ms, ratio {ratio:.2f}")
    file = ROOT / "build" / "bench" / "worlds.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {name: dict(zip(("now", "before", "ratio"), saved, strict=True)) for name, saved in savings.items()}
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"written to {file.relative_to(ROOT)}")
    return 0


def calls(pairs: int) -> tuple[float, float, float]:
    """Milliseconds of one call directly and over the wire, and the median of their ratios."""
    with World(load(ROOT / "environments" / "demo.yaml"), GitRepositories({})) as world:
        directly, over_the_wire = world.client("iam"), world.front.client("iam")
        return _compared(pairs, lambda: _called(directly), lambda: _called(over_the_wire))


def clients(pairs: int) -> tuple[float, float, float]:
    """Milliseconds of six clients with what is kept and without, and the median of their ratios."""
    return _compared(pairs, lambda: _constructed(kept=True), lambda: _constructed(kept=False))


def _compared(pairs: int, now: Callable[[], float], before: Callable[[], float]) -> tuple[float, float, float]:
    took = [(now(), before()) for _ in range(pairs)]
    medians = [statistics.median(one) for one in zip(*took, strict=True)]
    return medians[0], medians[1], statistics.median(one / other for one, other in took)


def _called(client: Any) -> float:  # noqa: ANN401 - a boto3 client
    began = time.process_time()
    for _ in range(CALLS):
        client.list_roles()
    return (time.process_time() - began) * 1000 / CALLS


def _constructed(*, kept: bool) -> float:
    program = CLIENTS.format(kept=kept, warm=str(ROOT / "local" / "runtime" / "warm.py"))
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
