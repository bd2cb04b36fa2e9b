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
from local.demo.checks import Check
from local.sinks import of_files, sinks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.sinks import Place
    from local.world import World

TABLES = "tables"
SHOWN = 5
_HANDED_OVER = re.compile(r" (LambdaFunctionScheduled|TaskScheduled) \d+$")
_CARRIED = re.compile(r" (dynamodb:\w+|(?:states|stepfunctions):SendTask\w+) \d+$")
_WORD = re.compile(r"[A-Za-z0-9]{20,}")


class TokenWatch:
    """Searches a world for the task tokens that its Step Functions have ever given out.

    Args:
        world: whose.
    """

    def __init__(self, world: World) -> None:
        self._world, self._beginning = world, Canary.of(PREFIX)
        self.leaks: dict[tuple[str, str], None] = {}
        """Sinks and places, in the order in which they were found."""
        self.searched: dict[str, int] = {}
        """How many places were searched, by sink."""
        self.kept = 0
        """How many items of tables have one, as they should."""

    def search(self, files: Mapping[str, str] = {}) -> None:
        """Search everything that is there now.

        Args:
            files: texts that somebody is given besides, by name.
        """
        self._search(sinks(self._world))
        self.read(files)

    def read(self, files: Mapping[str, str]) -> None:
        """Search what somebody is given; the world may be gone by then.

        Args:
            files: texts by name.
        """
        self._search(of_files(files))

    def check(self) -> Check:
        """That no token was found outside of the table, and that the search would have found one."""
        name = "no task token is anywhere but in the table"
        if self.leaks:
            places = [f"{sink}: {where}" for sink, where in self.leaks]
            more = [f"and {len(places) - SHOWN} more"] if len(places) > SHOWN else []
            return Check(name, False, "; ".join([*places[:SHOWN], *more]))
        given, places_count = len(self._world.step_functions.task_tokens), sum(self.searched.values())
        detail = f"{given} were given out; {places_count:,} places of {len(self.searched)} kinds have none"
        return Check(name, bool(given and self.kept), detail)

    def _search(self, places: Iterable[Place]) -> None:
        parts = [part.encode() for token in self._world.step_functions.task_tokens for part in _parts(token)]
        for place in places:
            self.searched[place.sink] = self.searched.get(place.sink, 0) + 1
            if not self._is_in(place.content, parts):
                continue
            if place.sink == TABLES:
                self.kept += 1
            elif not _is_on_its_way(place):
                self.leaks[(place.sink, place.where)] = None

    def _is_in(self, content: str | bytes, parts: list[bytes]) -> bool:
        raw = content.encode(errors="surrogatepass") if isinstance(content, str) else content
        return self._beginning.is_in(raw) or any(part in raw for part in parts)


def _parts(token: str) -> list[str]:
    """The parts of a token that every encoding of text leaves as they are, and that are no chance."""
    return _WORD.findall(token.removeprefix(PREFIX))


def _is_on_its_way(place: Place) -> bool:
    """Whether AWS itself notes a token here, on its way to the function, to the table, or back."""
    known = {"executions": _HANDED_OVER, "AWS calls": _CARRIED}.get(place.sink)
    return known is not None and known.search(place.where) is not None
