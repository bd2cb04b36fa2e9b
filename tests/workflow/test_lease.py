"""Names that external-dns owns are taken, moved, and given back; nobody loses a request."""

from __future__ import annotations

from local.demo.scenarios import Scenario
from tests.workflow.upgrades import Upgrade

LEASE = Scenario("lease", "", "succeeded", dns="brownfield", owner="lease", commits=True)


def test_an_application_of_external_dns_moves_and_is_its_own_again() -> None:
    with Upgrade("files-upload", scenario=LEASE) as upgrade:
        execution = upgrade.start()
        assert upgrade.run_to_end(execution) == "SUCCEEDED"
        assert upgrade.weights("files-upload") == {"eks-demo-1-35-a": 100}
