"""A state machine's file, read as far as it meets the handlers: what a Task sends, and where an answer leads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Json = dict[str, Any]
WAITING = "arn:aws:states:::lambda:invoke.waitForTaskToken"
CHILD = "arn:aws:states:::states:startExecution.sync:2"
SPOKEN = "${OperatorCommand}"
"""A state that says what an operator could say is answered by that function, which is no state's own."""
FILES = {path.name.partition(".")[0]: path for path in sorted(Path("stacks/workflow").glob("*.asl.json"))}


class Machine:
    """One machine; paths are followed as the Amazon States Language says, as far as these machines use it."""

    def __init__(self, kind: str) -> None:
        self.states: dict[str, Json] = json.loads(FILES[kind].read_text())["States"]

    def tasks(self) -> dict[str, Json]:
        """The Task states that call a handler, by name."""
        return {
            name: state
            for name, state in self.states.items()
            if state["Type"] == "Task" and state["Resource"] not in (CHILD, SPOKEN)  # a child is a machine of its own
        }

    def sends(self, task: str) -> Json:
        """The template of the event that a Task sends."""
        state = self.states[task]
        sent: Json = state["Parameters"]["Payload"] if state["Resource"] == WAITING else state["Parameters"]
        return sent

    def leads(self, task: str, data: Json, answer: Json) -> list[str]:
        """The states after a Task that answered so, up to the next Task, Map or end; every path on the way exists.

        Raises:
            KeyError: a path that a state reads is not in the data.
        """
        return self.goes(task, data, answer)[0]

    def goes(self, task: str, data: Json, answer: Json) -> tuple[list[str], Json]:
        """The same with the data that the last of these states gets."""
        state = self.states[task]
        return self._way(state["Next"], placed(data, state.get("ResultPath", "$"), answer))

    def catches(self, task: str, data: Json, error: str) -> tuple[list[str], Json]:
        """The states after a Task that ended with an error which its retries did not heal."""
        rule = next(one for one in self.states[task]["Catch"] if set(one["ErrorEquals"]) & {error, "States.ALL"})
        return self._way(rule["Next"], placed(data, rule["ResultPath"], {"Error": error, "Cause": "{}"}))

    def _way(self, name: str, data: Json) -> tuple[list[str], Json]:
        way: list[str] = []
        while True:
            way.append(name)
            following = self._following(self.states[name], data)
            if following is None:
                return way, data
            name, data = following

    def _following(self, state: Json, data: Json) -> tuple[str, Json] | None:
        match state["Type"]:
            case "Choice":
                return next((one["Next"] for one in state["Choices"] if _holds(one, data)), state["Default"]), data
            case "Wait" if "Seconds" in state:
                return state["Next"], data
            case "Wait":
                if not 1 <= at(data, state["SecondsPath"]) <= 99_999_999:
                    raise ValueError(f"a Wait of {at(data, state['SecondsPath'])} seconds")
                return state["Next"], data
            case "Pass":
                return state["Next"], filled(state["Parameters"], data)
            case "Map":
                if not isinstance(at(data, state["ItemsPath"]), list):
                    raise TypeError("a Map needs a list")
        for path in ("OutputPath", "ErrorPath", "CausePath", "TimeoutSecondsPath"):
            if path in state:
                at(data, state[path])
        filled(state.get("Parameters", {}), data)
        return None


def _holds(choice: Json, data: Json) -> bool:
    found = at(data, choice["Variable"])
    if "NumericGreaterThanEquals" in choice:
        return bool(found >= choice["NumericGreaterThanEquals"])
    return bool(found == choice["StringEquals"])


def placed(data: Json, path: str, value: Json) -> Json:
    """The data with a result at a path."""
    return value if path == "$" else {**data, path.removeprefix("$."): value}


def at(data: Json, path: str) -> Any:
    """What a path finds; the context object is not looked into."""
    found: Any = data
    for key in path.split(".")[1:]:
        found = found[key]
    return found


def filled(template: Mapping[str, Any], data: Json) -> Json:
    """A template with its paths replaced."""
    return dict(_filled(template, data))


def _filled(template: Mapping[str, Any], data: Json) -> Iterator[tuple[str, Any]]:
    for key, value in template.items():
        if isinstance(value, Mapping):
            yield key, filled(value, data)
        elif key.endswith(".$") and value.startswith("States.MathAdd("):
            path, number = value.removeprefix("States.MathAdd(").removesuffix(")").split(", ")
            yield key[:-2], at(data, path) + int(number)
        elif key.endswith(".$") and value.startswith("States.Format("):
            text, *paths = value.removeprefix("States.Format(").removesuffix(")").split(", ")
            yield key[:-2], text.strip("'").format(*(at(data, path) for path in paths))
        elif key.endswith(".$"):
            yield key[:-2], value if value.startswith("$$") else at(data, value)
        else:
            yield key, value
