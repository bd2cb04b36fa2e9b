"""What nobody expected ends where it happened: it fails nothing else, and what its text may quote goes no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from norikae.errors import NorikaeError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

T = TypeVar("T")


def contained(what: str, act: Callable[[], T]) -> T:
    """What an action answers.

    Args:
        what: the action, in words without anything of a value.
        act: the action.

    Raises:
        NorikaeError: as the action does; anything else becomes an UnreachableError that has its class and its place in
            the source, and neither its text nor itself as cause or context.
    """
    try:
        return act()
    except NorikaeError:
        raise
    except Exception as unexpected:  # noqa: BLE001 - its text may quote a value
        found = f"{type(unexpected).__name__} at {_place(unexpected.__traceback__)}"
    raise UnreachableError(f"{what} ended with an unexpected {found}")


def _place(trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "nowhere" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
