"""report.html: everything is on the page, nothing is loaded, and a hostile name stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from local.demo.pages import TICKS, axis, html_page, timeline, weights_picture, window_of
from local.demo.report import demo_report
from tests.local.demo.runs import BOTH, SERVED, application, run

VOID = {"meta", "link", "img", "br", "hr", "input"}
HOSTILE = "<script>alert('x')</script>\"onload=x"


class Page(HTMLParser):
    """Tags, texts and attributes of a page; fails on a tag that is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def page(told: dict[str, Any]) -> str:
    return html_page(demo_report(told, scenario="upgrade", seed=1, states=BOTH, served=SERVED))


def test_the_page_says_what_happened() -> None:
    told = run("held", waiting_for="files-upload is held: http-5xx")
    texts = Page(page(told)).texts

    for word in ("partial", "files-upload is held: http-5xx", "demo-1-33", "chat-api", "chat", "1,000", "598"):
        assert word in texts, word
    assert "target is not ready" in texts
    assert "2 events" in texts
    assert "Shift applications" in texts


def test_every_step_is_marked_with_a_tooltip() -> None:
    texts = Page(page(run())).texts

    assert "25 % on green after 0:23:20" in texts
    assert Page(page(run())).tags.count("circle") == 8


def test_the_page_loads_nothing() -> None:
    text = page(run())
    parsed = Page(text)

    assert not {"script", "link", "img", "iframe", "object", "image", "use"} & set(parsed.tags)
    assert not {"src", "href", "xlink:href", "srcset"} & {name for name, _ in parsed.attributes}
    assert not re.search(r"url\(|@import|//[a-z]", text)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in parsed.attributes


def test_a_hostile_name_is_text_wherever_it_stands() -> None:
    one = {**application(), "name": HOSTILE, "team": HOSTILE, "outcome": HOSTILE, "reason": HOSTILE}
    finding = {"check": HOSTILE, "severity": HOSTILE, "subject": HOSTILE, "text": HOSTILE, "remedy": HOSTILE}
    event = {"at": 0.0, "what": HOSTILE, "by": HOSTILE, "detail": {HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]}}
    told = run(
        "failed", one, run=HOSTILE, waiting_for=HOSTILE, plan_hash=HOSTILE, findings=[finding], events=[event],
        phases=[{"name": HOSTILE, "seconds": 10}],
        clusters={"blue": {"name": HOSTILE, "version": HOSTILE}, "green": None},
    )  # fmt: skip
    text = page(told)
    parsed = Page(text)

    assert "<script" not in text.lower()
    assert "script" not in parsed.tags
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    assert parsed.texts.count(HOSTILE) > 10


def test_a_run_that_planned_nothing_has_a_page_too() -> None:
    texts = Page(page({})).texts

    assert "failed" in texts
    assert "not planned" in texts
    assert "Preflight found nothing." in texts


def test_a_finding_is_shown_with_its_remedy() -> None:
    finding = {
        "check": "removed-apis",
        "severity": "blocker",
        "subject": "FlowSchema a",
        "text": "v1beta3 is gone",
        "remedy": "use v1",
    }
    texts = Page(page(run("refused", findings=[finding]))).texts

    assert [word for word in finding.values() if word not in texts] == []


def test_blue_has_the_rest_of_every_picture() -> None:
    picture = weights_picture([[100, 25], [200, 100], [300, 0]], (0, 400))

    assert picture is not None
    assert [(level["x"], level["y"] / picture["height"]) for level in picture["levels"]] == [
        (0, 1.0),
        (25, 0.75),
        (50, 0),
        (75, 1.0),
    ]
    assert sum(level["width"] for level in picture["levels"]) == 100
    assert [mark["text"] for mark in picture["marks"]][-1] == "0 % on green after 0:05:00"
    assert [line["text"] for line in picture["grid"]] == ["0", "50", "100"]


def test_an_application_without_a_step_has_no_picture() -> None:
    assert weights_picture([], (0, 400)) is None


def test_a_soak_of_two_days_does_not_squeeze_the_steps() -> None:
    first, last = window_of([[[1000, 5], [1600, 100]], [[1300, 5], [4000, 100]]], 48 * 3600)

    assert first < 1000
    assert 4000 < last < 5000


def test_without_a_step_the_window_is_the_run() -> None:
    assert window_of([[], []], 1234) == (0, 1234)


@pytest.mark.parametrize("last", [1, 59, 600, 4400, 7 * 3600, 4 * 86400, 40 * 86400])
def test_an_axis_has_few_round_times_at_equal_distances(last: float) -> None:
    ticks = axis((0, last))

    assert 1 <= len(ticks) <= TICKS
    assert ticks[0]["text"] == "0:00"
    distances = {round(two["x"] - one["x"], 1) for one, two in pairwise(ticks)}
    assert max(distances, default=0) - min(distances, default=0) < 0.2
    assert all(0 <= tick["x"] <= 100 for tick in ticks)


def test_an_axis_that_begins_later_has_round_times_too() -> None:
    assert [tick["text"] for tick in axis((1000, 2100))] == ["0:20", "0:25", "0:30", "0:35"]


def test_phases_follow_each_other_and_people_have_their_own_colour() -> None:
    rows = timeline(run()["phases"])

    for one, two in pairwise(rows):
        assert one["x"] + one["width"] == pytest.approx(two["x"], abs=0.02)
        assert one["until"] == two["since"]
    assert [row["kind"] for row in rows] == ["work", "person", "work", "traffic", "work"]
    assert rows[-1]["took"] == "0:26:40"
