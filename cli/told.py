"""Answers to every verb but ``status`` as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.picture import said
from norikae.commands.model import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BEGIN = ("plan", "start")
"""Verbs after which there is something to watch."""


def told(command: Mapping[str, Any], answer: Mapping[str, Any], typed: Sequence[str] = ()) -> Iterator[str]:
    """What was said, to whom, and whatever else the function answered.

    Args:
        command: as it was sent.
        answer: the function's.
        typed: options with which a person has to type further commands.
    """
    if not VERBS[command["command"]].changes:
        yield from entries(answer)
        return
    words = [word.rstrip("?") for word in VERBS[command["command"]].words]
    heard = " ".join([command["command"], *(str(command[word]) for word in words if command.get(word))])
    run = answer.get("run") or ""
    where = f" (run {run})" if run and run not in heard else ""
    yield f"{heard}: done{where}"
    yield from entries({key: value for key, value in answer.items() if key != "run"}, "  ")
    if command["command"] in BEGIN and run:
        # Named, because without a name it would be the run before until the first state of this one has begun.
        yield f"  {said('status', run, '--watch', *typed)}"


def entries(value: Any, indent: str = "") -> Iterator[str]:  # noqa: ANN401 - JSON
    """A JSON value as lines; what is empty or off is left out.

    Args:
        value: the whole answer or a part of it.
        indent: before each line.
    """
    items = value.items() if isinstance(value, dict) else [("-", one) for one in value]
    for key, one in items:
        if one in (None, "", False, [], {}):
            continue
        name = key if key == "-" else f"{str(key).replace('_', ' ')}:"
        if isinstance(one, dict) or (isinstance(one, list) and any(isinstance(item, (dict, list)) for item in one)):
            yield f"{indent}{name}"
            yield from entries(one, f"{indent}  ")
        else:
            yield f"{indent}{name} {_word(one)}"


def _word(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "yes" if value is True else " ".join(str(value).split())
