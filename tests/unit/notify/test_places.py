"""Routes, templates and what is muted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.chat.ports import Posted
from norikae.environment import Notify
from norikae.errors import ThrottledError
from norikae.notify.words import fill, text_of
from norikae.upgrade.lease import Lease
from tests.unit.notify.told import LOOK, RUN, Chats, Json, message, told

MOVED: Json = told("application-moved", 1, run=RUN, application="billing", weight=100, reason="")
HELD: Json = told("application-held", 2, run=RUN, severity="action", application="billing", weight=50, reason="slow")


def with_routes(*routes: Json, **more: Any) -> Chats:
    chats = Chats(routes=routes, **more)
    chats.plan(billing="payments", search="find")
    chats.phase("shift-applications")
    return chats


def test_a_route_sends_some_events_besides() -> None:
    chats = with_routes({"events": ["application-*", "contested"], "slack": "C09"})
    chats.hears(told("phase", 3, run=RUN, phase="soak", attempt=1))
    assert chats.in_channel("C09") == []
    chats.hears(HELD)
    assert len(chats.in_channel("C09")) == len(chats.channel) == 2


def test_a_team_hears_of_its_own_applications() -> None:
    chats = with_routes({"team": "payments", "chatwork": "777"}, {"team": "find", "chatwork": "888"})
    chats.hears(HELD, MOVED)
    chats.hears(told("secret-late", 4, severity="action", secret="prod/db", clusters=[], reason="slow"))
    assert "billing is held" in chats.in_room("777")[1]
    assert chats.in_room("888") == []


def test_a_team_hears_of_a_question_about_its_application() -> None:
    chats = with_routes({"team": "payments", "slack": "C09"})
    chats.asks("team/billing")
    chats.hears(told("waiting", 5, run=RUN, severity="action", subject="team/billing", code="k7f3qa", expires=0))
    assert "/norikae shift billing" in str(chats.in_channel("C09")[1])


def test_only_means_nowhere_else() -> None:
    chats = with_routes({"events": ["interruption"], "slack": "C09", "only": True})
    chats.hears(told("interruption", 6, state="begun", episode="i-1-a", cluster="demo-1-33", kind="spot"))
    assert (len(chats.in_channel("C09")), chats.channel, chats.room) == (1, [], [])
    chats.hears(HELD)
    assert len(chats.channel) == len(chats.room) == 2


def test_a_place_that_several_routes_name_has_it_once() -> None:
    chats = with_routes({"events": ["application-*"], "slack": "C01AB"}, {"team": "payments", "slack": "C01AB"})
    chats.hears(HELD)
    assert len(chats.channel) == 2


def test_a_run_that_stands_somewhere_is_kept_up_to_date_there() -> None:
    chats = with_routes({"events": ["application-*"], "slack": "C09"})
    chats.hears(HELD)
    chats.ports.table.leases[""] = Lease("arn:upgrade", RUN, 7)
    chats.phase("decommission-blue")
    chats.hears(LOOK)
    assert "Decommission blue" in str(chats.in_channel("C09")[0])
    chats.phase("decommission-blue", outcome="succeeded")
    chats.hears(told("upgrade-succeeded", 3, run=RUN))
    assert "Ended: succeeded" in str(chats.in_channel("C09")[0])
    assert len(chats.in_channel("C09")) == 2


def test_a_message_for_one_team_changes_nothing_in_the_channels_of_thirty_others() -> None:
    """Slack takes about fifty changes a minute; for whoever is not meant the look of each minute is enough."""
    teams = [f"team-{number}" for number in range(31)]
    chats = Chats(routes=[{"team": one, "slack": f"C{number:02}"} for number, one in enumerate(teams)], chatwork=None)
    chats.plan(**{f"app-{number}": one for number, one in enumerate(teams)})
    moves = [
        told("application-moved", number, run=RUN, application=f"app-{number}", weight=100, reason="")
        for number in range(31)
    ]
    chats.hears(*moves)
    before = len(chats.ports.slack.calls)
    chats.application("app-0", 50, "held")
    chats.hears(told("application-held", 77, run=RUN, severity="action", application="app-0", weight=50, reason="slow"))
    assert len(chats.ports.slack.calls) - before == 4, "the run's message and one below it, in its channel and in ours"


def test_where_a_chat_throttles_it_is_not_always_the_same_channels_that_wait() -> None:
    teams = [f"team-{number}" for number in range(4)]
    chats = Chats(routes=[{"team": one, "slack": f"C{number:02}"} for number, one in enumerate(teams)], chatwork=None)
    chats.plan(**{f"app-{number}": one for number, one in enumerate(teams)})
    for number in range(4):
        chats.hears(told("application-moved", number, run=RUN, application=f"app-{number}", weight=100, reason=""))
    chats.ports.table.leases[""] = Lease("arn:upgrade", RUN, 7)
    changed: list[str] = []

    def throttled(posted: Posted, *_: object) -> None:
        if len(changed) == minute:
            raise ThrottledError("slack chat.update: ratelimited; again in 30 s")
        changed.append(posted.place)

    chats.ports.slack.update = throttled  # type: ignore[method-assign, assignment]
    for minute in range(1, 6):
        chats.application("app-0", minute)
        chats.hears(LOOK)
        chats.later(60)
    assert sorted(changed) == ["C00", "C01", "C01AB", "C02", "C03"]


def test_what_is_muted_is_not_shown_unless_it_needs_somebody() -> None:
    chats = with_routes(mute=["interruption", "cluster-adopted"])
    facts = {"episode": "i-1-a", "cluster": "demo-1-33", "kind": "spot"}
    chats.hears(told("interruption", 1, state="begun", **facts))
    chats.hears(told("cluster-adopted", 2, cluster="demo-1-33", notes=[]))
    assert (chats.channel, chats.room) == ([], [])
    chats.hears(told("interruption", 3, severity="action", state="blocked", **facts))
    assert len(chats.channel) == len(chats.room) == 1


def test_a_template_says_it_otherwise() -> None:
    chats = with_routes(templates={"application-held": "<!here> {application} at {weight} %, see {wiki}\n{report}"})
    chats.hears(HELD)
    assert chats.channel[1]["blocks"][1]["text"]["text"] == "&lt;!here&gt; billing at 50 %, see "


@given(template=st.text(), reason=st.one_of(st.text(), st.none(), st.floats(), st.lists(st.text())))
def test_no_template_fails(template: str, reason: Any) -> None:
    shown = text_of(message("contested", reason=reason), Notify(templates={"contested": template}))
    assert isinstance(shown, str)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{application} {weight}", "billing 0"),
        ("{text}\nReason: {reason}", "said"),
        ("{text}\nfixed", "said\nfixed"),
        ("{Application} {0} {} {application.__class__}", "{Application} {0} {} {application.__class__}"),
        ("{{application}}", "{billing}"),
        ("{no_such_key}", ""),
        ("until {until}", "until 2026-11-24 10:00 UTC"),
        ("{clusters}", "a, b"),
        ("{applications}", "billing: moved"),
        ("{expires}", ""),
    ],
)
def test_keys_become_words(template: str, expected: str) -> None:
    facts = {
        "application": "billing",
        "weight": 0,
        "reason": "",
        "until": 1795514400,
        "clusters": ["a", "b"],
        "applications": {"billing": "moved"},
        "expires": 0,
    }
    assert fill(template, message("contested", text="said", **facts)) == expected
