"""What a person sees while the demo runs: bars on a terminal, plain lines elsewhere. Both show the same snapshots."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.picture import clock
from local.demo.report import phase_in_words
from norikae.chat.bars import bar

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

PLAIN_BAR, WIDEST_BAR, WHOLE = 30, 60, 100
MOST_LINES = 8
"""Of what happened, below the bars."""


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
        teams: application to its team.
        by_cluster: requests that each cluster has answered.
    """

    seconds: float
    phase: str
    waiting_for: str
    weights: dict[str, int]
    served: int
    failed: int
    line: str = ""
    teams: dict[str, str] = field(default_factory=dict)
    by_cluster: dict[str, int] = field(default_factory=dict)


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
    """Lines: one per phase, per changed weight and per event. No line is ever broken: the reader may be ``grep``."""

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
        if snapshot.phase != self._phase:
            self._phase = snapshot.phase
            self._say(snapshot, f"{in_words(snapshot.phase):<24} {counts(snapshot)}")
        for name, weight in snapshot.weights.items():
            if self._weights.get(name, 0) != weight:
                self._weights[name] = weight
                self._say(
                    snapshot, f"  {name:<20} {snapshot.teams.get(name, ''):<10} {bar(weight, PLAIN_BAR)} {weight:>3} %"
                )
        if snapshot.line:
            self._say(snapshot, f"  {snapshot.line}")

    def _say(self, snapshot: Snapshot, text: str) -> None:
        line = Text(f"{clock(snapshot.seconds)}  {' '.join(text.splitlines())}".rstrip())
        self._console.print(line, soft_wrap=True)


class LiveView:
    """One screen that moves; it fits the terminal, whatever its size."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=4, transient=False)
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
            line = f"{clock(snapshot.seconds)}  {' '.join(snapshot.line.splitlines())}"
            self._lines = [*self._lines, line][-MOST_LINES:]
        self._live.update(self.screen(snapshot))

    def screen(self, snapshot: Snapshot) -> Group:
        """What the terminal shows: phases, bars, counts, and as much of the log as there is room for."""
        width, height = self._console.size
        parts = [self._done(width), *self._now(snapshot), Text()]
        room = height - 1 - sum(len(part.wrap(self._console, width)) for part in parts) - 2  # 2: the counts below
        shown = self._shown(snapshot.weights, room)
        below: list[Text] = [Text(), _counts(snapshot)]
        if len(shown) < len(snapshot.weights):
            rest = len(snapshot.weights) - len(shown)
            below.insert(0, Text(f"and {rest} more", style="dim"))
        room -= len(shown) + len(below) - 1
        if room > 0 and self._lines:
            log = "\n".join(self._lines[-room:])
            below += [Text(), Text(log, style="dim", no_wrap=True, overflow="ellipsis")]
        return Group(*parts, _bars(snapshot, shown, width), *below)

    def _done(self, width: int) -> Text:
        done = Text(style="dim")
        column = 0
        for name, _ in self._phases[:-1]:
            word = f"✔ {in_words(name)}  "
            if column and column + len(word) > width:
                done.append("\n")
                column = 0
            done.append(word)
            column += len(word)
        return done

    def _now(self, snapshot: Snapshot) -> list[Text]:
        since = snapshot.seconds - self._phases[-1][1]
        ended = snapshot.phase.startswith("ended:")
        now = Text.assemble(
            (f"{'■' if ended else '▶'} {in_words(snapshot.phase)}", "bold"),
            (f"  {clock(snapshot.seconds)}" + ("" if ended else f", for {clock(since)}"), "dim"),
        )
        waiting = Text(f"  {snapshot.waiting_for}", style="dim", no_wrap=True, overflow="ellipsis")
        return [now, waiting] if snapshot.waiting_for else [now]

    def _shown(self, weights: dict[str, int], room: int) -> list[str]:
        """What fits: when not all do, first those that are under way, then those that wait."""
        if len(weights) <= room:
            return list(weights)
        chosen = sorted(weights, key=lambda name: (not 0 < weights[name] < WHOLE, weights[name]))[: max(1, room - 1)]
        return [name for name in weights if name in chosen]


def view_for(console: Console) -> View:
    """Bars where there is a terminal, lines elsewhere, also when colours are forced on."""
    return LiveView(console) if console.is_interactive and console.file.isatty() else PlainView(console)


def counts(snapshot: Snapshot) -> str:
    """Requests so far, and who served them."""
    shares = "".join(f", {count:,} by {name}" for name, count in sorted(snapshot.by_cluster.items()))
    return f"{snapshot.served:,} requests, {snapshot.failed:,} failed{shares}"


def in_words(phase: str) -> str:
    """A snapshot's phase as people call it."""
    kind, colon, status = phase.partition(": ")
    return f"Ended {status.lower().replace('_', ' ')}" if kind == "ended" and colon else phase_in_words(phase)


def _counts(snapshot: Snapshot) -> Text:
    text = Text(counts(snapshot), no_wrap=True, overflow="ellipsis")
    text.highlight_words([f"{snapshot.failed:,} failed"], "bold red" if snapshot.failed else "green")
    return text


def _bars(snapshot: Snapshot, names: list[str], width: int) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    longest = max((len(name) for name in snapshot.weights), default=0)
    team = max((len(name) for name in snapshot.teams.values()), default=0)
    space = min(WIDEST_BAR, max(10, width - longest - team - 2 * 3 - 6))
    for name in names:
        weight = snapshot.weights[name]
        style = "green" if weight == WHOLE else "cyan" if weight else "dim"
        table.add_row(name, snapshot.teams.get(name, ""), Text(bar(weight, space), style=style), f"{weight:>3} %")
    return table
