"""What a person applies when nothing of norikae works: one batch, kept before each weight."""

from __future__ import annotations

from typing import Any

from norikae.traffic.records import RecordSet
from tests.unit.fakes.ports import alias
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, RUN, Story


def applied(story: Story) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The zone after the kept batch."""
    sets = {key: dict(record.raw) for key, record in story.ports.dns.sets.items()}
    batch = story.ports.table.read(RUN, f"RESTORE#{APP}", dict[str, Any])
    assert batch is not None
    for change in batch["Changes"]:
        record = RecordSet(change["ResourceRecordSet"])
        assert change["Action"] == "UPSERT"
        sets[record.name, record.type, record.set_identifier] = dict(record.raw)
    return sets


def test_the_batch_brings_the_original_records_back_at_any_weight() -> None:
    story = Story("A", "AAAA")
    original = {key: dict(record.raw) for key, record in story.ports.dns.sets.items()}
    story.prepared()
    for weight in (5, 50, 100):
        story.moved_to(weight)
        after = applied(story)
        assert {key: raw for key, raw in after.items() if key[2] == BLUE} == original
        assert [raw["Weight"] for key, raw in after.items() if key[2] == GREEN] == [0, 0]


def test_a_new_load_balancer_of_green_is_in_the_batch_of_the_next_weight() -> None:
    story = Story()
    story.prepared()
    story.moved_to(5)
    before = applied(story)[HOST, "A", GREEN]
    assert before == alias(HOST, GREEN, 0).raw
