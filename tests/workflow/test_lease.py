"""Names that external-dns owns are taken, moved, and given back; nobody loses a request."""

from __future__ import annotations

import pytest

from local.demo.checks import record_sets
from local.demo.scenarios import SCENARIOS
from tests.workflow.upgrades import Upgrade

pytestmark = pytest.mark.scenario

APP, FOUGHT_OVER, GREEN_SET = "files-upload", "notify-push", "eks-demo-1-35-a"

HOST = f"{APP}.demo.example.com."


def leased(upgrade: Upgrade) -> list[str]:
    """The names of the marks that norikae holds."""
    return sorted(key[0] for key, text in record_sets(upgrade.world.route53).items() if "owner=norikae-demo" in text)


@pytest.mark.long
@pytest.mark.xdist_group("lease-1")
def test_an_application_of_external_dns_moves_and_is_its_own_again() -> None:
    with Upgrade(APP, scenario=SCENARIOS["lease"]) as upgrade:
        execution = upgrade.start()
        assert upgrade.run_to_end(execution) == "SUCCEEDED"
        assert upgrade.weights(APP) == {GREEN_SET: 100}
        assert (leased(upgrade), upgrade.pages) == ([], [])
        marks = [
            batch.principal
            for batch in upgrade.world.route53.history
            if any(change.record.type == "TXT" and change.record.name.endswith(HOST) for change in batch.changes)
        ]
        assert any("norikae" in one for one in marks), "they were taken, and given back"


@pytest.mark.long
@pytest.mark.xdist_group("lease-2")
def test_names_that_somebody_gives_back_while_they_move_are_taken_again_once_and_a_person_knows_why() -> None:
    with Upgrade(FOUGHT_OVER, scenario=SCENARIOS["external-dns-fight"]) as upgrade:
        execution = upgrade.start()
        assert upgrade.run_to_end(execution) == "SUCCEEDED"
        assert upgrade.weights(FOUGHT_OVER) == {GREEN_SET: 100}
        (page,) = upgrade.pages
        assert "external-dns of demo-1-" in page, page
        assert "(by Ingress notify/notify-push) asks for what is there now" in page
        assert "are restored, once" in page
        assert leased(upgrade) == []
        written = [batch.principal for batch in upgrade.world.route53.history]
        there = written.index("mio/repair-owners")
        assert any(one.startswith("external-dns/") for one in written[there:]), "it did take them back"
