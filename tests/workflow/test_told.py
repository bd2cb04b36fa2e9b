"""External-dns of both clusters writes the weights that norikae declares; nobody loses a request."""

from __future__ import annotations

import pytest

from local.demo.scenarios import Scenario
from tests.workflow.upgrades import Upgrade

TOLD = Scenario("told", "", "succeeded", dns="brownfield", owner="external-dns")


@pytest.mark.long
def test_an_application_moves_by_what_its_ingresses_say() -> None:
    with Upgrade("files-upload", scenario=TOLD) as upgrade:
        execution = upgrade.start()
        assert upgrade.run_to_end(execution) == "SUCCEEDED"
        assert upgrade.weights("files-upload") == {"eks-demo-1-35-a": 100}
