"""Whether a task token is anywhere but in the table: who has one can answer for a person.

A token has to get into the table and back: Step Functions hands it to a function, which writes it down, and the
function that carries a command out reads it and gives it back. All other places are searched, for how every token
begins in any form, and for parts of each token as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.aws.step_functions.tokens import PREFIX
from local.canary import Canary
from local.demo.sink_watch import SinkWatch

if TYPE_CHECKING:
    from local.sinks import Place
    from local.world import World

QUESTION = "APPROVAL#"
"""How the sort key of an item begins that is about something that waits, and keeps its token."""
_MAY_BE_AT = {
    "tables": re.compile(rf" RUN#\S+ {QUESTION}"),
    "executions": re.compile(r" (LambdaFunctionScheduled|TaskScheduled) \d+$"),
    "AWS calls": re.compile(r" (dynamodb:\w+|stepfunctions:SendTask\w+) \d+$"),
}
"""Sinks in which a token may be, and the places there: in the table, and on the way into it and back."""
_WORD = re.compile(r"[A-Za-z0-9]{20,}")


class TaskTokens:
    """The task tokens that a world's Step Functions have ever given out.

    Args:
        world: whose.
    """

    name = "no task token is anywhere but in the table"

    def __init__(self, world: World) -> None:
        self._world, self._beginning = world, Canary.of(PREFIX)
        self._seen = 0
        self._parts: dict[str, list[bytes]] = {}

    def is_in(self, content: str | bytes) -> bool:
        """Whether a token, or a part of one, is in something."""
        for token in self._world.step_functions.task_tokens:
            if token not in self._parts:
                self._parts[token] = [part.encode() for part in _WORD.findall(token.removeprefix(PREFIX))]
        raw = content.encode(errors="surrogatepass") if isinstance(content, str) else content
        return self._beginning.is_in(raw) or any(part in raw for parts in self._parts.values() for part in parts)

    def may_be_at(self, place: Place) -> bool:
        """Whether it is in the table, or where AWS itself notes it on its way to the function, the table, and back."""
        known = _MAY_BE_AT.get(place.sink)
        belongs = known is not None and known.search(place.where) is not None
        if " dynamodb:" in place.where:
            belongs = belongs and QUESTION in str(place.content)
        self._seen += belongs
        return belongs

    def exists(self) -> str:
        """How many there were, when the search has seen them where they belong."""
        given = len(self._world.step_functions.task_tokens)
        return f"{given} were given out and seen {self._seen} times where they belong" if given and self._seen else ""


def token_watch(world: World) -> SinkWatch:
    """A search for the task tokens of a world."""
    return SinkWatch(TaskTokens(world))
