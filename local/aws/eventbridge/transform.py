"""What a target gets: the event, a part of it, a constant, or a template filled from it.

Source: "Amazon EventBridge input transformation", EventBridge User Guide.
"""

from __future__ import annotations

import json
import re
from typing import Any

from local.aws.step_functions import paths

_PLACE = re.compile(r"<([\w.-]+)>")
_MISSING = object()


def payload(target: dict[str, Any], event: dict[str, Any], rule_arn: str, ingested: str) -> Any:
    """The JSON value that a target is given.

    Args:
        target: as PutTargets took it.
        event: the whole event.
        rule_arn: of the rule that matched.
        ingested: when EventBridge got the event, as ISO text.
    """
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputPath" in target:
        found = _found(target["InputPath"], event)
        return None if found is _MISSING else found
    if "InputTransformer" not in target:
        return event
    transformer = target["InputTransformer"]
    values = {name: _found(path, event) for name, path in transformer.get("InputPathsMap", {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event.ingestion-time": ingested,
        "aws.events.event.json": event,
        "aws.events.event": {key: value for key, value in event.items() if key != "detail"},
    }
    text = _filled(transformer["InputTemplate"], values)
    try:
        return json.loads(text)
    except ValueError:
        return text


def _found(path: str, event: dict[str, Any]) -> Any:
    try:
        return paths.read(path, event)
    except paths.PathError:
        return _MISSING


def _filled(template: str, values: dict[str, Any]) -> str:
    """The template with its placeholders replaced: inside quotes by text, elsewhere by JSON."""
    parts: list[str] = []
    end, quoted = 0, False
    for place in _PLACE.finditer(template):
        between = template[end : place.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        parts.append(between)
        parts.append(_text(values[place[1]], quoted=quoted) if place[1] in values else place[0])
        end = place.end()
    return "".join([*parts, template[end:]])


def _text(value: Any, *, quoted: bool) -> str:
    if value is _MISSING:
        return "" if quoted else '""'
    if not quoted:
        return json.dumps(value)
    return json.dumps(value if isinstance(value, str) else json.dumps(value))[1:-1]
