"""The fields that each kind of state may and must have, and what may stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.step_functions import intrinsics, paths
from local.aws.step_functions.choice import COMPARISONS, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

LONGEST_NAME = 80
MACHINE = {"Comment", "StartAt", "States", "TimeoutSeconds", "Version", "QueryLanguage"}
_ANY = {"Type", "Comment", "QueryLanguage", "InputPath", "OutputPath"}
_ON = {"Next", "End"}
_RESULT = {"Parameters", "ResultSelector", "ResultPath", "Retry", "Catch"}
STATES = {
    "Task": _ANY
    | _ON
    | _RESULT
    | {"Resource", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"},
    "Parallel": _ANY | _ON | _RESULT | {"Branches"},
    "Map": _ANY
    | _ON
    | _RESULT
    | {"ItemProcessor", "Iterator", "ItemsPath", "ItemSelector", "MaxConcurrency", "MaxConcurrencyPath"},
    "Pass": _ANY | _ON | {"Parameters", "Result", "ResultPath"},
    "Wait": _ANY | _ON | {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Choice": _ANY | {"Choices", "Default"},
    "Succeed": _ANY,
    "Fail": {"Type", "Comment", "QueryLanguage", "Error", "ErrorPath", "Cause", "CausePath"},
}
_REQUIRED = {
    "Task": ({"Resource"},),
    "Wait": ({"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},),
    "Map": ({"ItemProcessor", "Iterator"},),
    "Parallel": ({"Branches"},),
    "Choice": ({"Choices"},),
}
_EXCLUSIVE = (
    {"TimeoutSeconds", "TimeoutSecondsPath"},
    {"HeartbeatSeconds", "HeartbeatSecondsPath"},
    {"MaxConcurrency", "MaxConcurrencyPath"},
    {"Error", "ErrorPath"},
    {"Cause", "CausePath"},
)
_RETRIER = {
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Comment",
}
_CATCHER = {"ErrorEquals", "Next", "ResultPath", "Comment"}
_PATHS = ("InputPath", "OutputPath", "ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath")
_TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector")
_WHOLE = ("Seconds", "TimeoutSeconds", "HeartbeatSeconds", "MaxConcurrency")


def unknown(value: dict[str, Any], known: Collection[str], at: str) -> Iterator[str]:
    """A fault for each field that is not known here."""
    for key in value:
        if key not in known:
            yield f"SCHEMA_VALIDATION_FAILED: Field is not supported: {key} at {at}"


def state_faults(state: dict[str, Any], at: str) -> Iterator[str]:
    """Every fault of one state, its graph and the flows inside it left aside."""
    kind = state["Type"]
    yield from unknown(state, STATES[kind], at)
    yield from _presence(state, at)
    if "Next" in STATES[kind] and ("Next" in state) == (state.get("End") is True):
        yield f"SCHEMA_VALIDATION_FAILED: Exactly one of Next and End is required at {at}"
    for key in _WHOLE:
        if key in state and not _whole(state[key]):
            yield f"SCHEMA_VALIDATION_FAILED: {key} must be a whole number, zero or more at {at}/{key}"
    if "Timestamp" in state and timestamp(state["Timestamp"]) is None:
        yield f"SCHEMA_VALIDATION_FAILED: Value is not a valid ISO-8601 time at {at}/Timestamp"
    yield from _data_flow(state, at)
    yield from _handlers(state, at)
    for number, rule in enumerate(state.get("Choices") or []):
        yield from _rule(rule, f"{at}/Choices[{number}]", top=True)


def _presence(state: dict[str, Any], at: str) -> Iterator[str]:
    for choices in _REQUIRED.get(state["Type"], ()):
        if len(choices & state.keys()) != 1:
            yield f"SCHEMA_VALIDATION_FAILED: Exactly one of {', '.join(sorted(choices))} is required at {at}"
    for pair in _EXCLUSIVE:
        if len(pair & state.keys()) > 1:
            yield f"SCHEMA_VALIDATION_FAILED: Only one of {', '.join(sorted(pair))} is allowed at {at}"


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _data_flow(state: dict[str, Any], at: str) -> Iterator[str]:
    for key in _PATHS:
        if state.get(key) is not None:
            yield from _path(paths.check, state[key], f"{at}/{key}")
    if state.get("ResultPath") is not None:
        yield from _path(paths.check_reference, state["ResultPath"], f"{at}/ResultPath")
    for key in _TEMPLATES:
        yield from _template(state.get(key), f"{at}/{key}")


def _path(check: Callable[[str], None], path: Any, at: str) -> Iterator[str]:
    try:
        if not isinstance(path, str):
            yield f"SCHEMA_VALIDATION_FAILED: A path is a string at {at}"
            return
        check(path.removeprefix("$") if path.startswith("$$") else path)
    except paths.PathError as error:
        yield f"SCHEMA_VALIDATION_FAILED: {error} at {at}"


def _template(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _template(item, f"{at}[{number}]")
    if not isinstance(value, dict):
        return
    for key, member in value.items():
        if key.endswith(".$"):
            yield from _expression(member, f"{at}/{key}")
        else:
            yield from _template(member, f"{at}/{key}")


def _expression(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, str) or not intrinsics.is_call(value):
        yield from _path(paths.check, value, at)
        return
    try:
        intrinsics.compiled(value)
    except intrinsics.IntrinsicError as error:
        yield f"SCHEMA_VALIDATION_FAILED: {error} at {at}"


def _handlers(state: dict[str, Any], at: str) -> Iterator[str]:
    for field, known in (("Retry", _RETRIER), ("Catch", _CATCHER)):
        handlers = state.get(field, [])
        for number, handler in enumerate(handlers):
            where = f"{at}/{field}[{number}]"
            yield from unknown(handler, known, where)
            yield from _names(handler.get("ErrorEquals"), where, last=number == len(handlers) - 1)
            if handler.get("ResultPath") is not None:
                yield from _path(paths.check_reference, handler["ResultPath"], f"{where}/ResultPath")
    for number, retrier in enumerate(state.get("Retry", [])):
        yield from _retrier(retrier, f"{at}/Retry[{number}]")


def _names(names: Any, at: str, *, last: bool) -> Iterator[str]:
    if not isinstance(names, list) or not names:
        yield f"SCHEMA_VALIDATION_FAILED: ErrorEquals is a non-empty list at {at}/ErrorEquals"
    elif "States.ALL" in names and (len(names) > 1 or not last):
        yield f"SCHEMA_VALIDATION_FAILED: States.ALL must appear alone, and last at {at}/ErrorEquals"


def _retrier(retrier: dict[str, Any], at: str) -> Iterator[str]:
    interval, longest = retrier.get("IntervalSeconds", 1), retrier.get("MaxDelaySeconds")
    if not _whole(interval) or interval < 1:
        yield f"SCHEMA_VALIDATION_FAILED: IntervalSeconds must be a positive whole number at {at}/IntervalSeconds"
    if not _whole(retrier.get("MaxAttempts", 3)):
        yield f"SCHEMA_VALIDATION_FAILED: MaxAttempts must be a whole number, zero or more at {at}/MaxAttempts"
    if not isinstance(retrier.get("BackoffRate", 2.0), int | float) or retrier.get("BackoffRate", 2.0) < 1:
        yield f"SCHEMA_VALIDATION_FAILED: BackoffRate must be 1.0 or more at {at}/BackoffRate"
    if longest is not None and (not _whole(longest) or longest <= interval):
        yield f"SCHEMA_VALIDATION_FAILED: MaxDelaySeconds must be greater than IntervalSeconds at {at}/MaxDelaySeconds"
    if retrier.get("JitterStrategy", "NONE") not in ("NONE", "FULL"):
        yield f"SCHEMA_VALIDATION_FAILED: JitterStrategy must be FULL or NONE at {at}/JitterStrategy"


def _rule(rule: Any, at: str, *, top: bool = False) -> Iterator[str]:
    if not isinstance(rule, dict):
        yield f"SCHEMA_VALIDATION_FAILED: A choice rule is an object at {at}"
        return
    operators = (COMPARISONS | {"And", "Or", "Not"}) & rule.keys()
    yield from unknown(rule, {"Variable", "Comment", "Next", *COMPARISONS, "And", "Or", "Not"}, at)
    if len(operators) != 1 or ("Next" in rule) != top:
        yield f"SCHEMA_VALIDATION_FAILED: A rule has one operator, and Next only at the top at {at}"
        return
    operator = next(iter(operators))
    parts = rule[operator] if operator in ("And", "Or") else [rule[operator]] if operator == "Not" else []
    for number, part in enumerate(parts):
        yield from _rule(part, f"{at}/{operator}[{number}]")
    if operator in COMPARISONS:
        yield from _path(paths.check, rule.get("Variable"), f"{at}/Variable")
