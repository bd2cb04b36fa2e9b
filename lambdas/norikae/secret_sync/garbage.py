"""Objects of other operators that have not the form which is documented: nobody else may suffer from them.

Whether an API server refuses such an object depends on the schema in that cluster: External Secrets' own does not even
demand a ``spec``, and a definition without a schema takes anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from norikae.secret_sync.target import Json

T = TypeVar("T")
GARBAGE = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError)
"""What reading such an object raises."""


def readable(read: Callable[[Json], T | None], objects: Iterable[Json]) -> list[T]:
    """What was read of each object, in their order; one that cannot be read, or is None, is left out.

    Args:
        read: of one object.
        objects: as the API server has them.
    """
    found = (_attempt(read, one) for one in objects)
    return [one for one in found if one is not None]


def _attempt(read: Callable[[Json], T | None], obj: Json) -> T | None:
    try:
        return read(obj)
    except GARBAGE:
        return None
