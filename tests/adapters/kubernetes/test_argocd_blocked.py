"""A sync that Argo CD neither runs nor ends: a sync window is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from norikae.argocd.sync import SyncRun
from norikae.argocd.waves import sync_platform
from norikae.errors import RefusedError
from tests.adapters.kubernetes.test_argocd import ENVIRONMENT, HOME, Green

if TYPE_CHECKING:
    from collections.abc import Iterator

DENY = {"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["root"]}


@pytest.fixture
def green() -> Iterator[Green]:
    built = Green()
    yield built
    built.endpoint.close()


def windows(green: Green, *found: object) -> None:
    body = {"spec": {"syncWindows": list(found)}}
    green.api.patch("appprojects.argoproj.io", "default", "argocd", body, manager="kubectl")


def test_a_closed_window_holds_the_run_in_argo_cds_words_and_the_next_turn_goes_on_when_it_opens(green: Green) -> None:
    green.install()
    windows(green, DENY)
    with pytest.raises(RefusedError, match="Sync operation blocked by sync window"):
        green.sync(looks=100)
    green.kernel.run(60)
    assert green.application("root")["status"]["operationState"]["phase"] == "Terminating"
    windows(green)
    green.kernel.run(30)
    run = SyncRun("run-1", 1, green.revision, since=green.kernel.now(), turn=1)
    now = green.kernel.now
    green.until_ready(lambda: sync_platform(green.client, ENVIRONMENT, HOME, run, lambda _: True, now()))
