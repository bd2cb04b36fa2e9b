"""Sync windows: a sync outside them neither fails nor ends."""

from typing import Any

import pytest

from local.cluster.argocd.application import NAMESPACE
from local.kernel import Kernel
from tests.local.cluster.building import Argo, config_map

BLOCKED = "Sync operation blocked by sync window"
NOW = {"schedule": "* * * * *", "duration": "1h"}
NIGHT = {"schedule": "0 20 * * *", "duration": "1h"}
"""The world begins at one in the morning."""


def windows(argo: Argo, *found: dict[str, Any]) -> None:
    body = {"spec": {"syncWindows": [{"applications": ["*"], **window} for window in found]}}
    argo.api.patch("appprojects.argoproj.io", "default", NAMESPACE, body, manager="kubectl")


@pytest.mark.parametrize(
    ("found", "phase"),
    [
        ([], "Succeeded"),
        ([{"kind": "allow", **NOW}], "Succeeded"),
        ([{"kind": "allow", **NIGHT}], "Running"),
        ([{"kind": "allow", "manualSync": True, **NIGHT}], "Succeeded"),
        ([{"kind": "deny", **NIGHT}], "Succeeded"),
        ([{"kind": "deny", **NOW}], "Running"),
        ([{"kind": "deny", "manualSync": True, **NOW}], "Succeeded"),
        ([{"kind": "deny", **NOW}, {"kind": "allow", **NOW}], "Running"),
        ([{"kind": "deny", **NOW, "applications": ["other-*"]}], "Succeeded"),
        ([{"kind": "deny", **NOW, "applications": [], "namespaces": ["default"]}], "Running"),
        ([{"kind": "deny", **NOW, "applications": [], "clusters": ["in-cluster"]}], "Running"),
        ([{"kind": "deny", **NOW, "namespaces": ["other"], "andOperator": True}], "Succeeded"),
        ([{"kind": "deny", "schedule": "0 10 * * *", "duration": "2h", "timeZone": "Asia/Tokyo"}], "Running"),
    ],
)
def test_a_sync_by_hand_runs_when_the_windows_let_it(
    argo: Argo, kernel: Kernel, found: list[dict[str, Any]], phase: str
) -> None:
    windows(argo, *found)
    argo.application()
    argo.sync()
    kernel.run(60)
    assert argo.state()["phase"] == phase
    assert (argo.state()["message"] == BLOCKED) is (phase == "Running")


def test_a_blocked_sync_goes_on_when_its_window_opens(argo: Argo, kernel: Kernel) -> None:
    windows(argo, {"kind": "allow", "schedule": "30 1 * * *", "duration": "1h"})
    argo.application()
    argo.sync()
    kernel.run(600)
    assert argo.state()["message"] == BLOCKED
    argo.run_until_phase("Succeeded", within=3600)


def test_a_window_that_closes_stops_a_sync_in_the_middle(argo: Argo, kernel: Kernel) -> None:
    argo.repository.commit(
        "main", {"shop/web.yaml": None, "shop/a.yaml": config_map("a"), "shop/z.yaml": config_map("z", wave=9)}
    )
    argo.application()
    argo.sync()
    argo.run_until_phase("Running")
    kernel.run(1)
    windows(argo, {"kind": "deny", **NOW})
    kernel.run(60)
    assert (argo.state()["phase"], argo.state()["message"]) == ("Running", BLOCKED)
    assert [one["name"] for one in argo.state()["syncResult"]["resources"]] == ["a", "settings"]


def test_a_blocked_sync_does_not_even_terminate(argo: Argo, kernel: Kernel) -> None:
    windows(argo, {"kind": "deny", **NOW})
    argo.application()
    argo.sync()
    kernel.run(30)
    argo.terminate()
    kernel.run(300)
    assert argo.state()["phase"] == "Terminating"
    windows(argo)
    argo.run_until_phase("Failed")
    assert argo.state()["message"] == "Operation terminated"


def test_automated_sync_waits_in_silence(argo: Argo, kernel: Kernel) -> None:
    windows(argo, {"kind": "deny", "manualSync": True, **NOW})
    argo.application(syncPolicy={"automated": {}})
    kernel.run(400)
    assert (argo.state(), argo.summary()[0]) == ({}, "OutOfSync")
    windows(argo)
    argo.refresh()
    argo.run_until_phase("Succeeded")


def test_a_window_that_cannot_be_read_blocks(argo: Argo, kernel: Kernel) -> None:
    windows(argo, {"kind": "allow", "schedule": "every night", "duration": "1h"})
    argo.application()
    argo.sync()
    kernel.run(30)
    assert argo.state()["message"].startswith(f"{BLOCKED}: cannot parse schedule or duration")
