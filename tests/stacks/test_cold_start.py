"""What a cold start of a hot function may load, counted instead of timed: ``make bench-imports`` has the times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.imports import HOT, REFERENCE, programs, variables_of
from stacks import environment_file
from stacks.bundle import build_bundle

ROOT = Path.cwd()
CEILINGS = {
    "drain_slice": 286,
    "interruptions": 283,
    "judge_gates": 299,
    "set_weights": 300,
    "verify_weights": 299,
    "recover": 299,
    "operator_command": 275,
}
"""Modules that a hot function's start may load, those of Python itself aside: what it loads now and two more."""
HEAVY = frozenset({"kubernetes", "pydantic", "requests", "yaml"})
LOADED = """
{reference}
import gc, sys
before, collected = set(sys.modules), sum(one["collections"] for one in gc.get_stats())
{code}
collected = sum(one["collections"] for one in gc.get_stats()) - collected
print(json.dumps([sorted(set(sys.modules) - before), collected]))
"""


class Start(NamedTuple):
    """What a start did in a fresh Python that sees nothing but the bundle.

    Args:
        modules: which it loaded.
        collections: how often the garbage collector looked.
    """

    modules: list[str]
    collections: int


@pytest.fixture(scope="module")
def starts() -> dict[str, Start]:
    """The start of each hot function."""
    environment = environment_file.load(ROOT / "environments" / "demo.yaml")
    variables = variables_of(build_bundle(environment, manifests=ROOT / "environments", root=ROOT))
    code = programs()
    found = {}
    for name in HOT:
        command = [sys.executable, "-S", "-c", LOADED.format(reference=REFERENCE, code=code[name])]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found[name] = Start(*json.loads(done.stdout))
    return found


def test_each_hot_function_has_a_ceiling() -> None:
    assert set(CEILINGS) == set(HOT)


@pytest.mark.parametrize("name", HOT)
def test_a_hot_start_loads_no_more_modules_than_it_did(name: str, starts: dict[str, Start]) -> None:
    counted = [module for module in starts[name].modules if module.partition(".")[0] not in sys.stdlib_module_names]
    assert len(counted) <= CEILINGS[name], f"{len(counted)}: import what only some looks need where it is needed"


@pytest.mark.parametrize("name", HOT)
def test_a_hot_start_loads_nothing_heavy(name: str, starts: dict[str, Start]) -> None:
    assert not HEAVY & {module.partition(".")[0] for module in starts[name].modules}


@pytest.mark.parametrize("name", HOT)
def test_a_hot_start_looks_for_no_garbage(name: str, starts: dict[str, Start]) -> None:
    assert starts[name].collections <= 1, "as imports begin, before handlers/__init__.py says so"
