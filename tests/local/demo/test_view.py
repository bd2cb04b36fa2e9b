"""What a person reads while a run goes on: unbroken lines without a terminal, a screen that fits with one."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from local.demo.view import LiveView, PlainView, Snapshot, view_for
from norikae.chat.bars import bar

APPLICATIONS = {f"application-{number}": f"team-{number % 4}" for number in range(12)}
LONG = "norikae demo: May 12 applications move from demo-1-33 (1.33) to demo-1-35-a (1.35)? " + "x" * 200


class Terminal(io.StringIO):
    """Output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def snapshot(seconds: float = 0, phase: str = "Shift applications", line: str = "", **weights: int) -> Snapshot:
    """The world at an instant; applications by name with underscores."""
    return Snapshot(
        seconds=seconds,
        phase=phase,
        waiting_for="",
        weights={name.replace("_", "-"): weight for name, weight in weights.items()},
        served=1234,
        failed=2,
        line=line,
        teams={"chat-api": "chat"},
        by_cluster={"demo-1-33": 1000, "demo-1-35-a": 232},
    )


def plain(*snapshots: Snapshot) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    with PlainView(console) as view:
        for one in snapshots:
            view.show(one)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().splitlines()


def screen(width: int, height: int, *snapshots: Snapshot, colours: bool = False) -> list[str]:
    """The last picture of a terminal."""
    console = Console(
        file=Terminal(), width=width, height=height, force_terminal=True, color_system="truecolor" if colours else None
    )
    view = LiveView(console)
    for one in snapshots:
        view.show(one)
    with console.capture() as captured:
        console.print(view.screen(snapshots[-1]))
    return captured.get().splitlines()


def test_a_phase_is_told_once_in_words_with_what_was_served() -> None:
    assert plain(snapshot(3800, "Ensure green cluster"), snapshot(3820, "Ensure green cluster")) == [
        "1:03:20  Build green              1,234 requests, 2 failed, 1,000 by demo-1-33, 232 by demo-1-35-a"
    ]


def test_a_weight_is_told_when_it_changes_with_the_team() -> None:
    lines = plain(snapshot(chat_api=0), snapshot(20, chat_api=25), snapshot(40, chat_api=25))

    assert len(lines) == 2
    assert lines[1].split() == ["0:00:20", "chat-api", "chat", "████████░░░░░░░░░░░░░░░░░░░░░░", "25", "%"]


def test_a_long_message_stays_one_line() -> None:
    assert plain(snapshot(line=LONG))[1] == f"0:00:00    {LONG}"


def test_a_message_of_two_lines_becomes_one_and_its_brackets_are_text() -> None:
    assert plain(snapshot(line="one\ntwo [red]three[/red]"))[1] == "0:00:00    one two [red]three[/red]"


def test_the_end_is_told() -> None:
    assert "Ended timed out" in plain(snapshot(phase="ended: TIMED_OUT"))[0]


def test_lines_carry_no_colours() -> None:
    assert "\x1b" not in "".join(plain(snapshot(line=LONG, chat_api=5)))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16), (40, 12)])
@pytest.mark.parametrize("applications", [3, 12, 50])
def test_the_screen_fits_the_terminal(size: tuple[int, int], applications: int) -> None:
    names = {f"application_{number}": number % 101 for number in range(applications)}
    told = [snapshot(number * 60, f"Phase {number}", LONG, **names) for number in range(5)]

    lines = screen(*size, *told)

    assert len(lines) < size[1]
    assert [line for line in lines if len(line) > size[0]] == []
    assert any("requests" in line for line in lines)
    assert any("▶" in line for line in lines)


def test_twelve_applications_fit_a_small_terminal_with_teams_and_log() -> None:
    weights = {name.replace("-", "_"): 50 for name in APPLICATIONS}
    lines = screen(80, 24, snapshot(0, "Soak", LONG, **weights))

    assert sum("50 %" in line for line in lines) == 12
    assert lines[-1].startswith("0:00:00  norikae demo")
    assert lines[-1].endswith("…")


def test_what_does_not_fit_is_counted_and_what_moves_is_shown() -> None:
    weights = {f"waiting_{number}": 0 for number in range(30)} | {"moving": 25, "moved": 100}
    lines = screen(80, 16, snapshot(0, "Soak", "", **weights))

    assert any(line.startswith("moving ") for line in lines)
    assert any(line.startswith("and ") and line.endswith(" more") for line in lines)


def test_phases_that_are_over_are_ticked() -> None:
    lines = screen(80, 24, snapshot(0, "Plan upgrade"), snapshot(60, "Ensure green cluster"), snapshot(90, "Soak"))

    assert lines[0].startswith("✔ Write the plan  ✔ Build green")
    assert lines[1].startswith("▶ Soak  0:01:30")


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    cyan = "\x1b[36m"
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert any(cyan in line for line in screen(80, 24, snapshot(chat_api=50), colours=True))

    monkeypatch.setenv("NO_COLOR", "1")
    assert not any(cyan in line for line in screen(80, 24, snapshot(chat_api=50), colours=True))


def test_a_terminal_gets_bars_and_a_pipe_gets_lines() -> None:
    assert isinstance(view_for(Console(file=Terminal(), force_terminal=True, force_interactive=True)), LiveView)
    assert isinstance(view_for(Console(file=io.StringIO())), PlainView)
    assert isinstance(view_for(Console(file=io.StringIO(), force_terminal=True)), PlainView)


@pytest.mark.parametrize(
    ("weight", "full"),
    [(0, 0), (1, 1), (5, 1), (50, 5), (99, 9), (100, 10)],
)
def test_only_the_whole_is_full_and_only_nothing_is_empty(weight: int, full: int) -> None:
    assert bar(weight, 10) == "█" * full + "░" * (10 - full)
