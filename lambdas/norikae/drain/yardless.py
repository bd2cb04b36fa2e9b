"""A cluster that nobody can enter: its lifecycle actions are seen to nevertheless."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

from norikae.errors import NorikaeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


class Yardless:
    """``Yard`` of which every request fails, while calls to others are made one after another.

    Args:
        error: why it cannot be entered.
    """

    def __init__(self, error: NorikaeError) -> None:
        self.error = error
        self.node = self.nodes = self.patch_node = self.pods = self.budgets = self.attached = self._fail
        self.evict = self.delete = self._fail

    def together(self, calls: Iterable[Callable[[], object]]) -> list[object | NorikaeError]:
        """The answers or errors, in the order of the calls."""
        return [attempt(call) for call in calls]

    def _fail(self, *_: object, **__: object) -> NoReturn:
        raise self.error


def attempt(call: Callable[[], T]) -> T | NorikaeError:
    """The answer of a call, or the error that it raised."""
    try:
        return call()
    except NorikaeError as error:
        return error
