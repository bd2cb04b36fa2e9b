"""Before every step norikae proves that nobody else writes the application's names, or would."""

from __future__ import annotations

import pytest

from norikae.errors import RefusedError, UnreachableError
from norikae.traffic.prove import prove_ownership
from tests.unit.fakes.owned import PREFIX, OwnedStory, external_dns, mark, wish
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, WRITER, Story


def proven(story: Story) -> str:
    return str(prove_ownership(story.ports, WRITER, APP)["next"])


def peaceful() -> Story:
    """Names of norikae's own, beside an external-dns that asks for names of each cluster only."""
    story = Story("A", "AAAA")
    for cluster in (BLUE, GREEN):
        story.ports.apis.setdefault(cluster, story.ports.kubernetes(cluster)).put(external_dns(cluster))
    story.prepared()
    return story


def test_peace_is_proven_and_says_how_long_a_revert_could_take() -> None:
    story = peaceful()
    for cluster in (BLUE, GREEN):
        quiet = wish(cluster, 0, hostname=f"billing.{cluster}.example.com")
        quiet["metadata"]["annotations"][f"{PREFIX}ingress-hostname-source"] = "annotation-only"
        story.ports.apis[cluster].put(quiet)
        story.ports.apis[cluster].put(external_dns(cluster, "--provider-cache-time=5m"))
    assert proven(story) == "go-on"
    assert story.item().reverts_after == 60 + 300 + 10


def test_a_claim_that_appears_during_a_run_stops_the_next_step() -> None:
    story = peaceful()
    story.moved_to(5)
    batches = list(story.ports.dns.batches)
    story.ports.apis[GREEN].put(wish(GREEN, 100))
    with pytest.raises(RefusedError, match="is contested") as refusal:
        proven(story)
    assert "wants a record set eks-demo-1-35-a for billing.example.com, by Ingress shop/billing" in str(refusal.value)
    assert "docs/application-teams.md" in str(refusal.value)
    assert story.ports.dns.batches == batches


def test_a_mark_that_appears_during_a_run_stops_the_next_step() -> None:
    story = peaceful()
    stranger = mark(f"a-{HOST}", BLUE, 100, owner="legacy")
    story.ports.dns.sets[stranger.name, "TXT", stranger.set_identifier] = stranger
    with pytest.raises(RefusedError, match=r"has an owner now: TXT a-billing.example.com \(heritage external-dns"):
        proven(story)


def test_two_copies_with_one_owner_are_refused() -> None:
    story = peaceful()
    for cluster in (BLUE, GREEN):
        story.ports.apis[cluster].put(external_dns(cluster, "--txt-owner-id=shared"))
    with pytest.raises(RefusedError, match="have the same --txt-owner-id=shared"):
        proven(story)


def test_what_cannot_be_read_is_not_peace() -> None:
    story = peaceful()
    story.ports.apis[BLUE].gone = True
    with pytest.raises(UnreachableError):
        proven(story)


def test_a_leased_name_is_meant_to_be_asked_for() -> None:
    story = OwnedStory()
    story.prepared()
    assert proven(story) == "go-on"
    story.moved_to(5)
    assert proven(story) == "go-on", "its marks are norikae's now"


def test_a_set_identifier_that_changes_during_a_lease_stops_the_next_step() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(5)
    story.ports.apis[GREEN].put(wish(GREEN, 0, **{"set-identifier": "eks-new"}))
    with pytest.raises(RefusedError, match="give it set-identifier eks-demo-1-35-a"):
        proven(story)


def test_a_flag_that_appears_during_a_lease_stops_the_next_step() -> None:
    story = OwnedStory()
    story.prepared()
    story.ports.apis[BLUE].put(external_dns(BLUE, "--migrate-from-txt-owner=default"))
    with pytest.raises(RefusedError, match="--migrate-from-txt-owner=default takes the records"):
        proven(story)


def test_an_abort_is_not_kept_waiting() -> None:
    story = peaceful()
    story.ports.apis[BLUE].gone = True
    story.operators_say(aborted=True)
    assert proven(story) == "go-on"
