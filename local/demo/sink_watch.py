"""What searches of every sink of a world have in common: where something was found that should not be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from local.demo.checks import Check
from local.sinks import of_files, sinks

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """Remembers where something was found that belongs into few places only.

    Args:
        wanted: what is looked for.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.leaks: Leaks = {}
        self.searched: dict[str, int] = {}
        """How many places were searched, by sink."""

    def see(self, place: Place) -> None:
        """Search one place."""
        self.searched[place.sink] = self.searched.get(place.sink, 0) + 1
        if self._wanted.is_in(place.content) and not self._wanted.may_be_at(place):
            self.leaks[(place.sink, place.where)] = None

    def read(self, files: Mapping[str, str]) -> None:
        """Search what somebody is given; the world may be gone by then.

        Args:
            files: texts by name.
        """
        for place in of_files(files):
            self.see(place)

    def check(self) -> Check:
        """That it was found nowhere else, and that there was something to find."""
        if self.leaks:
            return Check(self._wanted.name, False, named(self.leaks))
        there, places = self._wanted.exists(), sum(self.searched.values())
        detail = f"{there or 'there was nothing to find'}; {places:,} places of {len(self.searched)} kinds have none"
        return Check(self._wanted.name, bool(there and places), detail)


def search(world: World, *watches: SinkWatch) -> None:
    """Search everything that is there now; a world's sinks are read once, for whoever looks for something.

    Args:
        world: at rest.
        watches: who look.
    """
    for place in sinks(world):
        for watch in watches:
            watch.see(place)


def named(leaks: Leaks) -> str:
    """The first few places, and how many more there are."""
    places = [f"{sink}: {where}" for sink, where in leaks]
    return "; ".join([*places[:SHOWN], *([f"and {len(places) - SHOWN} more"] if len(places) > SHOWN else [])])
