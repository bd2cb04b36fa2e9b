"""A status on a terminal, by rich: a tree once, or one that is drawn anew in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from cli.picture import lines, picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from cli.here import Here
    from cli.picture import Row


def console_of(here: Here) -> Console:
    """The terminal; its colours are off with NO_COLOR (no-color.org: when it is there and not empty)."""
    return Console(file=here.out, force_terminal=True, highlight=False, _environ=here.variables)


def tree(row: Row, into: Tree | None = None) -> Tree:
    """The rows as rich draws them."""
    text = Text.assemble(*row.parts)
    branch = Tree(text, guide_style="dim") if into is None else into.add(text)
    for below in row.rows:
        tree(below, branch)
    return branch


def fitting(answer: Mapping[str, Any], typed: Sequence[str], height: int) -> Row:
    """The picture with as many applications as there is room for, and all of the rest."""
    whole = picture(answer, typed)
    over = sum(1 for _ in lines(whole)) - (height - 1)
    return whole if over <= 0 else picture(answer, typed, most=max(1, len(answer.get("applications") or {}) - over))


class Screen:
    """A status that is drawn in its place until the context ends.

    Args:
        here: where it is drawn.
        typed: options with which a person has to type further commands.
    """

    def __init__(self, here: Here, typed: Sequence[str] = ()) -> None:
        self._console, self._typed = console_of(here), typed
        self._live = Live(console=self._console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, answer: Mapping[str, Any]) -> None:
        """Draw it anew."""
        self._live.update(tree(fitting(answer, self._typed, self._console.size.height)), refresh=True)

    def note(self, line: str) -> None:
        """A line above the tree that stays."""
        self._console.print(Text(line, style="yellow"), soft_wrap=True)
