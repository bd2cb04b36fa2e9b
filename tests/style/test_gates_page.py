"""docs/gates.md says what the gates do: every kind has a row, and what a row names exists."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
import yaml

from norikae.environment import GateKind, GateLimits, Thresholds
from norikae.gates.verdict import Outcome
from stacks.environment.schema import fields

from .code import ROOT

PAGE = (ROOT / "docs/gates.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", PAGE, re.MULTILINE))
KINDS = get_args(GateKind)
COLUMNS = 4
ELSEWHERE = {"dns.answer_ttl", "passes", "threshold", "min_minutes"}
"""Words in rows that are keys of a part below the gate's own."""


def words(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_every_kind_of_gate_has_a_row_and_no_other() -> None:
    assert tuple(ROWS) == KINDS
    assert {len(row.split(" | ")) for row in ROWS.values()} == {COLUMNS}


def test_every_outcome_has_a_row() -> None:
    assert re.findall(r"^\| `([A-Z]+)` \|", PAGE, re.MULTILINE) == [outcome.name for outcome in Outcome]


def test_the_thresholds_that_a_row_names_are_those_of_its_gate() -> None:
    for kind, row in ROWS.items():
        own = getattr(Thresholds(), kind.replace("-", "_"), None)
        known = set(own.__struct_fields__) if own is not None else set()
        named = {word for word in words(row) if re.fullmatch(r"[a-z_0-9]+", word)}
        shared = {"floor_percent", "max_percent"} if kind == "latency" else set()
        assert named - ELSEWHERE - shared <= known, kind


def test_the_keys_that_the_page_names_exist() -> None:
    keys = {path for path, _, _ in fields()}
    named = {word for word in words(PAGE) if re.fullmatch(r"(shift|dns)\.[a-z_0-9.]+", word)}
    assert named <= keys


def test_the_limits_that_the_page_speaks_of_exist() -> None:
    section = PAGE.partition("## Patience")[2].partition("## ")[0]
    (example,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    (entry,) = yaml.safe_load(example)["shift"]["limits"]
    assert entry.keys() <= set(GateLimits.__struct_fields__)


def test_the_example_of_alarms_and_queries_is_one_that_norikae_reads() -> None:
    section = PAGE.partition("## Alarms and queries")[2].partition("## ")[0]
    (example,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    thresholds = msgspec.convert(yaml.safe_load(example)["shift"]["thresholds"], Thresholds)
    assert [query.name for query in thresholds.cloudwatch_query.queries] == [
        "failed messages",
        "failed messages in percent",
    ]
