"""What a person sees while the demo runs: bars on a terminal, plain lines elsewhere. Both show the same snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from types import TracebackType

BAR = 30


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The world at one instant.

    Args:
        seconds: virtual time since the run began.
        phase: the state that the upgrade machine is in.
        waiting_for: what it waits for.
        weights: application to green's weight in percent.
        served: requests so far.
        failed: failed requests so far.
        line: something that just happened, for the log; "" when nothing did.
    """

    seconds: float
    phase: str
    waiting_for: str
    weights: dict[str, int]
    served: int
    failed: int
    line: str = ""


class View(Protocol):
    """Something that shows snapshots."""

    def show(self, snapshot: Snapshot) -> None:
        """Show the world as it is now."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""


class PlainView:
    """Lines: one per phase, per changed weight and per event."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._phase = ""
        self._weights: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, snapshot: Snapshot) -> None:
        """Print what is new."""
        at = clock(snapshot.seconds)
        if snapshot.phase != self._phase:
            self._phase = snapshot.phase
            served = f"{snapshot.served:,} requests, {snapshot.failed} failed"
            self._console.print(f"{at}  {snapshot.phase:<32} {served}", highlight=False)
        for name, weight in snapshot.weights.items():
            if self._weights.get(name, 0) != weight:
                self._weights[name] = weight
                self._console.print(f"{at}    {name:<20} {bar(weight)} {weight:>3} %", highlight=False)
        if snapshot.line:
            self._console.print(f"{at}    {snapshot.line}", highlight=False)


class LiveView:
    """One screen that moves."""

    LINES = 6

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=8, transient=False)
        self._phases: list[tuple[str, float]] = []
        self._lines: list[str] = []

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, snapshot: Snapshot) -> None:
        """Redraw."""
        if not self._phases or self._phases[-1][0] != snapshot.phase:
            self._phases.append((snapshot.phase, snapshot.seconds))
        if snapshot.line:
            self._lines = [*self._lines, f"{clock(snapshot.seconds)}  {snapshot.line}"][-self.LINES :]
        self._live.update(self._screen(snapshot))

    def _screen(self, snapshot: Snapshot) -> Group:
        phases = Text()
        for name, since in self._phases[:-1]:
            phases.append(f"✔ {clock(since)}  {name}\n", style="dim")
        phases.append(f"▶ {clock(snapshot.seconds)}  {snapshot.phase}", style="bold")
        phases.append(f"  {snapshot.waiting_for[:70]}\n", style="dim")
        table = Table.grid(padding=(0, 2))
        for name, weight in snapshot.weights.items():
            style = "green" if weight == 100 else "cyan" if weight else "dim"  # noqa: PLR2004 - percent
            table.add_row(name, Text(bar(weight), style=style), f"{weight:>3} %")
        failed = Text(f"{snapshot.failed} failed", style="bold red" if snapshot.failed else "green")
        counts = Text.assemble(f"\n{snapshot.served:,} requests, ", failed, "\n")
        return Group(phases, table, counts, Text("\n".join(self._lines), style="dim"))


def view_for(console: Console) -> View:
    """Bars where there is a terminal, lines elsewhere."""
    return LiveView(console) if console.is_terminal else PlainView(console)


def bar(weight: int) -> str:
    """A weight as a bar."""
    full = round(weight / 100 * BAR)
    return "█" * full + "░" * (BAR - full)


def clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
