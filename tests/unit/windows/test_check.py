"""Before a phase and before a weight: go on, wait, go back, hold; and people hear of it once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from norikae.commands.operate import operate
from norikae.errors import AbortedError
from norikae.upgrade.phase import enter
from norikae.upgrade.recovery import recover
from norikae.upgrade.state import ApprovalItem, Flags
from norikae.windows.check import LOOKS_AT_WINDOWS, check_window
from norikae.windows.preview import preview
from norikae.windows.wait import await_window
from tests.unit.fakes.chat import FakeCalendars
from tests.unit.fakes.story import APP, BLUE, GREEN, RUN, SHIFT, WRITER, Story

HOUR = 3600
OFFICE = "mon-thu 10:00-17:00"


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}+09:00").timestamp()


def on(when: str, *, at_end: str = "wait", weight: int = 0, **keys: Any) -> Story:
    """A shift of an environment with office hours, in Tokyo."""
    story = Story()
    chosen = {"timezone": "Asia/Tokyo", "allow": (OFFICE,), "at_end": at_end, **keys}
    windows = msgspec.structs.replace(story.ports.environment.windows, **chosen)
    story.ports.environment = msgspec.structs.replace(story.ports.environment, windows=windows)
    story.ports.now = at("2026-12-01 10:00")
    story.prepared()
    if weight:
        story.moved_to(weight)
    story.ports.now = at(when)
    return story


def looked(story: Story, weight: int) -> dict[str, Any]:
    return check_window(story.ports, WRITER, APP, weight)


def told(story: Story) -> list[tuple[str, str]]:
    return [(one["event"], one["does"]) for _, one in story.ports.topic.told if one["event"].startswith("window-")]


def test_without_windows_everything_goes_on_and_nothing_is_written() -> None:
    story = Story()
    story.prepared()
    items = dict(story.ports.table.items)
    assert looked(story, 5) == {"next": "go-on", "weight": 5}
    assert story.ports.table.items == items


def test_in_the_window_a_weight_is_written() -> None:
    story = on("2026-12-01 11:00", weight=5)
    assert looked(story, 50) == {"next": "go-on", "weight": 50}
    assert told(story) == []


def test_at_night_the_first_weight_waits_for_the_morning() -> None:
    story = on("2026-12-01 20:00")
    answer = looked(story, 5)
    assert (answer["next"], answer["weight"], answer["back_to"]) == ("wait", 5, "scale")
    assert answer["seconds"] == 14 * HOUR
    assert answer["waiting_for"].endswith("waits until Wed 2026-12-02 10:00 Asia/Tokyo")


def test_a_step_that_would_not_be_over_in_time_keeps_the_weight_that_is_in_force() -> None:
    story = on("2026-12-01 16:55", weight=5)
    answer = looked(story, 50)
    assert (answer["next"], answer["weight"], answer["back_to"]) == ("wait", 5, "judge")
    assert answer["waiting_for"].startswith("the window closes in 5 min, and billing to 50 % may take ")
    assert story.weights() == {BLUE: 95, GREEN: 5}


def test_people_hear_once_that_it_is_closed_and_once_that_it_is_open() -> None:
    story = on("2026-12-01 20:00", weight=5)
    for _ in range(3):
        looked(story, 50)
    assert told(story) == [("window-closed", "wait")]
    _, message = story.ports.topic.told[-1]
    assert (message["application"], message["weight"], message["until"]) == (APP, 5, at("2026-12-02 10:00"))
    story.ports.now = at("2026-12-02 10:00")
    assert looked(story, 50)["next"] == "go-on"
    assert looked(story, 50)["next"] == "go-on"
    assert told(story) == [("window-closed", "wait"), ("window-opened", "go-on")]


def test_a_shift_that_stands_between_the_clusters_goes_back_where_the_file_says_so() -> None:
    story = on("2026-12-01 16:55", at_end="roll-back", weight=5)
    answer = looked(story, 50)
    assert answer["next"] == "roll-back"
    assert "goes back to blue (windows.at_end: roll-back)" in story.item().reason
    assert story.rolled_back() in ("wait", "go-on", "done", "finish")


def test_what_has_not_begun_only_waits_there() -> None:
    assert looked(on("2026-12-01 16:55", at_end="roll-back"), 5)["next"] == "wait"


def test_a_shift_that_may_finish_goes_on_and_says_so_once() -> None:
    story = on("2026-12-01 16:55", at_end="finish", weight=5)
    assert looked(story, 50) == {"next": "go-on", "weight": 50}
    story.moved_to(50)
    assert looked(story, 100) == {"next": "go-on", "weight": 100}
    assert told(story) == [("window-closed", "go-on")]


def test_a_weight_that_was_written_already_is_written_once_more_at_any_hour() -> None:
    assert looked(on("2026-12-01 20:00", weight=50), 50) == {"next": "go-on", "weight": 50}


def test_an_abort_goes_back_at_any_hour() -> None:
    story = on("2026-12-01 20:00", weight=5)
    story.ports.table.write_unfenced(RUN, "FLAGS", Flags(aborted=True, by="mio"))
    assert looked(story, 50)["next"] == "roll-back"


def test_an_abort_wakes_what_waits() -> None:
    story = on("2026-12-01 20:00", weight=5)
    text = looked(story, 50)["waiting_for"]
    await_window(story.ports, WRITER, APP, "token-1", text)
    operate(story.ports, {"command": "abort", "by": "mio"})
    assert story.ports.executions.answers == {"token-1": {"next": "roll-back"}}


def test_a_roll_back_of_the_application_wakes_it_too() -> None:
    story = on("2026-12-01 20:00", weight=5)
    await_window(story.ports, WRITER, APP, "token-1", looked(story, 50)["waiting_for"])
    operate(story.ports, {"command": "roll-back", "application": APP, "by": "mio"})
    assert story.ports.executions.answers == {"token-1": {"next": "roll-back"}}


def test_an_abort_that_came_first_is_not_slept_through() -> None:
    story = on("2026-12-01 20:00", weight=5)
    story.ports.table.write_unfenced(RUN, "FLAGS", Flags(aborted=True, by="mio"))
    with pytest.raises(AbortedError, match="aborted by mio before it could wait"):
        await_window(story.ports, WRITER, APP, "token-1", "closed")


def test_the_token_is_forgotten_when_it_goes_on() -> None:
    story = on("2026-12-01 20:00", weight=5)
    await_window(story.ports, WRITER, APP, "token-1", looked(story, 50)["waiting_for"])
    assert story.ports.table.read(RUN, f"APPROVAL#window/{APP}", ApprovalItem)
    story.ports.now = at("2026-12-02 10:00")
    looked(story, 50)
    assert story.ports.table.read(RUN, f"APPROVAL#window/{APP}", ApprovalItem) is None


def test_a_shift_that_is_stopped_in_the_console_while_it_waits_leaves_no_token() -> None:
    story = on("2026-12-01 20:00")
    await_window(story.ports, WRITER, APP, "token-1", looked(story, 5)["waiting_for"])
    story.ports.executions.statuses[SHIFT] = "ABORTED"
    recover(story.ports, {"detail": {"executionArn": SHIFT, "status": "ABORTED"}})
    assert story.ports.table.read(RUN, f"APPROVAL#window/{APP}", ApprovalItem) is None


def test_a_run_that_only_ever_finds_it_closed_holds_before_its_history_is_full() -> None:
    story = on("2026-12-01 20:00", weight=5)
    words = [looked(story, 50)["next"] for _ in range(LOOKS_AT_WINDOWS + 1)]
    assert words == ["wait"] * LOOKS_AT_WINDOWS + ["hold"]
    held = looked(story, 50)["waiting_for"]
    assert held.startswith(f"still closed after {LOOKS_AT_WINDOWS + 1} looks: no rule of windows.allow is open")


def test_a_calendar_that_is_closed_counts_as_well_and_is_looked_at_again_before_it_opens() -> None:
    story = on("2026-12-01 11:00", weight=5, calendars=("freeze",))
    story.ports.calendars = FakeCalendars(closed=((at("2026-12-01 10:30"), at("2026-12-02 12:00")),))
    answer = looked(story, 50)
    assert answer["waiting_for"].startswith("a Change Calendar is closed: freeze")
    assert answer["waiting_for"].endswith("waits until Wed 2026-12-02 12:00 Asia/Tokyo")
    assert answer["seconds"] == 25 * HOUR // 4


@pytest.mark.parametrize(
    ("last", "following"),
    [
        ("request-plan-approval", "ensure-green-cluster"),
        ("sync-platform", "sync-applications"),
        ("hand-over-green", "shift-applications"),
        ("soak", "decommission-blue"),
    ],
)
def test_a_phase_begins_in_the_window_and_waits_outside_of_it(last: str, following: str) -> None:
    story = on("2026-12-01 10:00")
    enter(story.ports, WRITER, last)
    assert check_window(story.ports, WRITER, "", 0) == {"next": following}
    story.ports.now = at("2026-12-04 10:00")  # a Friday
    waits = check_window(story.ports, WRITER, "", 0)
    assert (waits["next"], waits["seconds"]) == ("wait", 3 * 24 * HOUR)
    assert check_window(story.ports, WRITER, "", 0)["next"] == "wait"  # the wait itself is no phase that is over
    story.ports.now = at("2026-12-07 10:00")
    assert check_window(story.ports, WRITER, "", 0) == {"next": following}


def test_a_run_that_waits_hears_a_pause_and_an_abort() -> None:
    story = on("2026-12-01 20:00")
    enter(story.ports, WRITER, "hand-over-green")
    story.ports.table.write_unfenced(RUN, "FLAGS", Flags(paused=True, by="mio"))
    assert check_window(story.ports, WRITER, "", 0) == {"next": "hold", "waiting_for": "paused by mio"}
    story.ports.table.write_unfenced(RUN, "FLAGS", Flags(aborted=True, by="mio"))
    assert check_window(story.ports, WRITER, "", 0) == {"next": "abort", "waiting_for": "aborted by mio"}


def test_the_next_openings_are_shown_as_the_clocks_there_show_them() -> None:
    story = on("2026-12-03 16:00", deny=("2026-12-08",))
    shown = preview(story.ports)
    assert shown["now"] == {
        "open": True,
        "reason": f"`{OFFICE}` is allowed",
        "until": "Thu 2026-12-03 17:00 Asia/Tokyo",
    }
    assert [one["opens"][:14] for one in shown["next"]] == [
        *("Mon 2026-12-07", "Wed 2026-12-09", "Thu 2026-12-10", "Mon 2026-12-14", "Tue 2026-12-15"),
    ]
    assert shown["next"][0]["closes"] == "Mon 2026-12-07 17:00 Asia/Tokyo"


def test_without_windows_it_is_always_open() -> None:
    shown = preview(Story().ports)
    assert (shown["now"]["open"], shown["now"]["until"], shown["next"]) == (True, "", [])
