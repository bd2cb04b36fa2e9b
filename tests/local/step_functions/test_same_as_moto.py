"""The same machines on moto's threaded interpreter, a second reading of the same specification.

Where the two differ, ``DIFFERENCES`` says who is right and why.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.step_functions.conftest import Workbench

ECHO = "arn:aws:lambda:ap-northeast-1:123456789012:function:echo"
DATA = {"n": 7, "s": "a-b_c", "list": [3, 1, 2, 3], "deep": {"x": {"y": [1, {"z": True}]}}, "none": None, "none.txt": 1}


def one(kind: str, **fields: Any) -> dict[str, Any]:
    ending = {} if kind in ("Succeed", "Fail", "Choice") else {"End": True}
    return {"StartAt": "S", "States": {"S": {"Type": kind, **fields, **ending}}}


def passed(**parameters: Any) -> dict[str, Any]:
    return one("Pass", Parameters=parameters)


def chosen(**rule: Any) -> dict[str, Any]:
    states = {
        "S": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": "yes", "End": True},
        "No": {"Type": "Pass", "Result": "no", "End": True},
    }
    return {"StartAt": "S", "States": states}


def inner(**state: Any) -> dict[str, Any]:
    return {"StartAt": "I", "States": {"I": state}}


CAUGHT = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.caught", "Next": "Done"}]
DONE = {"Type": "Pass", "Parameters": {"error.$": "$.caught.Error", "kept.$": "$.n"}, "End": True}

STORIES: dict[str, dict[str, Any]] = {
    "pass result": one("Pass", Result={"a": 1}, ResultPath="$.deep.new"),
    "pass null result path": one("Pass", Result=1, ResultPath=None),
    "paths": one("Pass", InputPath="$.deep.x", OutputPath="$.y[1].z"),
    "null input path": one("Pass", InputPath=None),
    "quoted path": passed(**{"v.$": "$['none.txt']", "w.$": "$.list[1:3]", "all.$": "$.list[*]"}),
    "descent": passed(**{"z.$": "$..z"}),
    "format": passed(**{"v.$": "States.Format('{} of {} \\{kept\\}', $.n, $.s)"}),
    "arrays": passed(
        **{
            "a.$": "States.Array($.n, 'x', null, true)",
            "p.$": "States.ArrayPartition($.list, 3)",
            "c.$": "States.ArrayContains($.list, 2)",
            "r.$": "States.ArrayRange(1, 9, 3)",
            "g.$": "States.ArrayGetItem($.list, 1)",
            "l.$": "States.ArrayLength($.list)",
            "u.$": "States.ArrayUnique($.list)",
        }
    ),
    "json": passed(
        **{
            "j.$": "States.StringToJson('{\"q\": [1]}')",
            "t.$": "States.JsonToString($.deep)",
            "m.$": "States.JsonMerge($.deep, States.StringToJson('{\"k\": 1}'), false)",
        }
    ),
    "text": passed(
        **{
            "e.$": "States.Base64Encode($.s)",
            "d.$": "States.Base64Decode('YWJj')",
            "h.$": "States.Hash($.s, 'SHA-256')",
            "s.$": "States.StringSplit($.s, '-_')",
            "m.$": "States.MathAdd($.n, -3)",
        }
    ),
    "context": passed(**{"name.$": "$$.Execution.Name", "input.$": "$$.Execution.Input.n", "state.$": "$$.State.Name"}),
    "choice and": chosen(
        And=[{"Variable": "$.n", "NumericGreaterThan": 5}, {"Not": {"Variable": "$.s", "StringMatches": "b*"}}]
    ),
    "choice or": chosen(Or=[{"Variable": "$.gone", "IsPresent": True}, {"Variable": "$.none", "IsNull": True}]),
    "choice path": chosen(Variable="$.list[0]", NumericEqualsPath="$.list[3]"),
    "choice type": chosen(Variable="$.n", StringEquals="7"),
    "choice wildcard": chosen(Variable="$.s", StringMatches="a-*_c"),
    "choice default": chosen(Variable="$.n", NumericLessThan=7),
    "choice missing": chosen(Variable="$.gone", NumericLessThan=7),
    "choice none": {
        "StartAt": "S",
        "States": {
            "S": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "E"}]},
            "E": {"Type": "Succeed"},
        },
    },
    "wait": one("Wait", Seconds=1),
    "wait path": one("Wait", SecondsPath="$.deep.x.y[0]"),
    "wait past": one("Wait", Timestamp="2020-01-01T00:00:00Z"),
    "succeed": one("Succeed", OutputPath="$.list"),
    "fail": one("Fail", Error="Broken", Cause="by hand"),
    "fail path": one("Fail", ErrorPath="$.s", Cause="x"),
    "parallel": one("Parallel", Branches=[inner(Type="Pass", Result=1, End=True), inner(Type="Succeed")]),
    "map": one(
        "Map",
        ItemsPath="$.list",
        ItemSelector={"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "n.$": "$.n"},
        ItemProcessor=inner(Type="Pass", End=True),
        ResultPath="$.mapped",
    ),
    "map of nothing": one("Map", ItemsPath="$.deep.x", ItemProcessor=inner(Type="Pass", End=True)),
    "task": one("Task", Resource=ECHO, Parameters={"n.$": "$.n"}, ResultSelector={"r.$": "$.echo.n"}, ResultPath="$.r"),
    "task caught": {
        "StartAt": "S",
        "States": {
            "S": {"Type": "Task", "Resource": ECHO, "Parameters": {"fail": "Odd"}, "Catch": CAUGHT, "End": True},
            "Done": DONE,
        },
    },
    "task retried": {
        "StartAt": "S",
        "States": {
            "S": {
                "Type": "Task",
                "Resource": ECHO,
                "Parameters": {"fail": "Odd"},
                "Retry": [{"ErrorEquals": ["Odd"], "IntervalSeconds": 1, "MaxAttempts": 1}],
                "Catch": CAUGHT,
                "End": True,
            },
            "Done": DONE,
        },
    },
    "task failed": one("Task", Resource=ECHO, Parameters={"fail": "Odd"}),
    "missing parameter": passed(**{"v.$": "$.gone"}),
    "parallel caught": {
        "StartAt": "S",
        "States": {
            "S": {
                "Type": "Parallel",
                "Branches": [inner(Type="Fail", Error="Inner"), inner(Type="Wait", Seconds=30, End=True)],
                "Catch": CAUGHT,
                "End": True,
            },
            "Done": DONE,
        },
    },
    "machine timeout": {"TimeoutSeconds": 1, **one("Wait", Seconds=30)},
}

DIFFERENCES: dict[str, str] = {
    "paths": "ours: a path with an index names one value, not a list (InputPath and OutputPath, Developer Guide)",
    "format": r"ours: \\{ and \\} are literal braces (Intrinsics for JSONPath states, reserved characters)",
    "arrays": "ours: States.Array keeps null (Intrinsics for JSONPath states, States.Array)",
    "choice missing": "ours: a rule on a path that leads nowhere fails with States.Runtime (Choice state, IsPresent)",
    "choice none": "ours: States.NoChoiceMatched (Handling errors, error names)",
    "map of nothing": "ours: States.Runtime; States.QueryEvaluationError is of JSONata (Handling errors, error names)",
    "missing parameter": "ours: States.ParameterPathFailure (Handling errors, error names)",
}


@pytest.fixture(scope="module")
def moto() -> dict[str, Any]:
    stories = [{"name": name, "definition": definition, "input": DATA} for name, definition in STORIES.items()]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("moto_side.py"))],
        input=json.dumps(stories),
        env={
            "TZ": "UTC",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_DEFAULT_REGION": "ap-northeast-1",
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    results: dict[str, Any] = json.loads(done.stdout)
    return results


def ours(bench: Workbench, definition: dict[str, Any]) -> list[Any]:
    def echo(event: Any) -> Any:
        if isinstance(event, dict) and "fail" in event:
            raise bench.error(event["fail"], "as asked")
        return {"echo": event}

    bench.functions["echo"] = echo
    ended = bench.run(definition, DATA)
    return [ended["status"], json.loads(ended.get("output", "null")), ended.get("error")]


@pytest.mark.parametrize("name", [name for name in STORIES if name not in DIFFERENCES])
def test_both_interpreters_end_the_same(name: str, moto: dict[str, Any], bench: Workbench) -> None:
    assert ours(bench, STORIES[name]) == moto[name]


@pytest.mark.parametrize("name", DIFFERENCES)
def test_known_differences_are_still_there(name: str, moto: dict[str, Any], bench: Workbench) -> None:
    assert ours(bench, STORIES[name]) != moto.get(name), f"no difference any more: {DIFFERENCES[name]}"
