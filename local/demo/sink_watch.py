"""What searches of every sink of a world have in common: where something was found that should not be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from local.demo.checks import Check
from local.sinks import of_files, sinks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.sinks import Place
    from local.world import World

SHOWN = 5
Leaks = dict[tuple[str, str], None]
"""Sinks and places, in the order in which they were found; never what is there: that would be one more sink."""


class Wanted(Protocol):
    """What is looked for."""

    name: str
    """What has to be so, for the report."""

    def is_in(self, content: str | bytes) -> bool:
        """Whether something has it in any form."""

    def may_be_at(self, place: Place) -> bool:
        """Whether it belongs there."""

    def exists(self) -> str:
        """What there is to be found, in words; "" when nothing is, so that a search proves nothing."""


class SinkWatch:
    """Searches a world for something that belongs into few places only.

    Args:
        world: whose.
        wanted: what is looked for.
    """

    def __init__(self, world: World, wanted: Wanted) -> None:
        self._world, self._wanted = world, wanted
        self.leaks: Leaks = {}
        self.searched: dict[str, int] = {}
        """How many places were searched, by sink."""

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
        """That it was found nowhere else, and that there was something to find."""
        if self.leaks:
            return Check(self._wanted.name, False, named(self.leaks))
        there, places = self._wanted.exists(), sum(self.searched.values())
        detail = f"{there or 'there was nothing to find'}; {places:,} places of {len(self.searched)} kinds have none"
        return Check(self._wanted.name, bool(there and places), detail)

    def _search(self, places: Iterable[Place]) -> None:
        for place in places:
            self.searched[place.sink] = self.searched.get(place.sink, 0) + 1
            if self._wanted.is_in(place.content) and not self._wanted.may_be_at(place):
                self.leaks[(place.sink, place.where)] = None


def named(leaks: Leaks) -> str:
    """The first few places, and how many more there are."""
    places = [f"{sink}: {where}" for sink, where in leaks]
    return "; ".join([*places[:SHOWN], *([f"and {len(places) - SHOWN} more"] if len(places) > SHOWN else [])])
