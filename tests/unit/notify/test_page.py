"""What docs/notifications.md shows is what chats show, and what it tells to write can be written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from norikae.notify.catalogue import EVENTS
from stacks.environment_file import load
from tests.unit.notify.test_nodes import storm
from tests.unit.notify.told import CODE, RUN, Chats, told
from tests.unit.test_notify_keys import WITH_SLACK

PAGE = (Path(__file__).resolve().parents[3] / "docs/notifications.md").read_text()
SHOWN = dict(re.findall(r"<!-- shown: (\w+) -->\n```text\n(.*?)\n```", PAGE, re.DOTALL))
YAML = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_is_looked_at() -> None:
    assert set(SHOWN) == {"run", "question", "storm"}
    assert len(YAML) == 4


def test_a_run_looks_as_the_page_shows() -> None:
    chats = Chats()
    chats.plan(billing="payments", invoices="payments", search="find")
    chats.phase("shift-applications", waiting_for="the bake of invoices")
    chats.application("billing", 100, "moved")
    chats.application("invoices", 50)
    chats.hears(told("phase", 1, run=RUN, phase="shift-applications", attempt=1))
    assert chats.room == [SHOWN["run"]]


def test_a_question_looks_as_the_page_shows() -> None:
    chats = Chats()
    chats.asks()
    text = "May 3 applications move from demo-1-33 (1.33) to demo-1-35-a (1.35)?"
    facts = {"subject": "plan", "plan_hash": "4f1c", "code": CODE, "expires": 1_795_773_600.0}
    chats.hears(told("waiting", 1, run=RUN, severity="action", text=text, **facts))
    assert chats.room[1] == SHOWN["question"]


def test_a_storm_looks_as_the_page_shows() -> None:
    chats = Chats()
    chats.hears(storm(dict.fromkeys(range(200), "begun"), 1))
    record = storm(dict.fromkeys(range(150), "drained"), 2)
    record["body"] = record["body"].replace("(spot): drained", "(spot): empty")
    chats.hears(record)
    assert chats.room == [SHOWN["storm"]]


@pytest.mark.parametrize("example", YAML)
def test_what_the_page_writes_into_an_environment_file_is_right(example: str, tmp_path: Path) -> None:
    (tmp_path / "argocd.yaml").write_text("kind: Namespace\n")
    file = tmp_path / "chat.yaml"
    file.write_text(f"{WITH_SLACK.partition('notify:')[0]}{example}")
    notify = load(file).notify
    assert notify.slack is not None


def test_the_page_names_what_is_a_message_of_its_own() -> None:
    sentence = PAGE.partition("Of severity info, ")[2].partition(" are messages of their")[0]
    own = {event for event, kind in EVENTS.items() if kind.alerts and "info" in kind.severities}
    assert set(re.findall(r"`([a-z-]+)`", sentence)) == own
