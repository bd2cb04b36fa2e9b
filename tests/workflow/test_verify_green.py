"""Green is proven in the whole world: Jobs really run in it, and load balancers are really asked."""

from __future__ import annotations

import pytest

from tests.workflow.upgrades import Upgrade

pytestmark = pytest.mark.scenario

NAMESPACE = "norikae-verification"
SERVICE, ARGOCD = "argocd-server", "argocd"


@pytest.mark.long
@pytest.mark.xdist_group("verify-green")
def test_a_job_that_fails_holds_with_its_words_and_runs_again_after_a_resume() -> None:
    with Upgrade("chat-api") as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Verify green")
        (green,) = [one.api for name, one in upgrade.world.clusters.items() if name != upgrade.blue]
        service = green.get("services", SERVICE, ARGOCD)
        green.delete("services", SERVICE, ARGOCD)
        while not any("Failed" in str(one.get("status")) for one in green.list("jobs.batch", NAMESPACE)):
            upgrade.run(10)
        again = {key: service[key] for key in ("apiVersion", "kind", "spec")}
        meta = {key: service["metadata"][key] for key in ("name", "namespace", "labels")}
        green.create("services", {**again, "metadata": meta}, namespace=ARGOCD)
        assert upgrade.run_until(run, "Hold upgrade")
        upgrade.run(10)
        assert f"curl: (6) Could not resolve host: {SERVICE}.{ARGOCD}.svc" in str(upgrade.command(command="status"))
        upgrade.command(command="resume")
        assert upgrade.run_until(run, "Hand over green")
        states = {key: upgrade.evidence(f"verification-argocd-answers-1-{key}.log.json")["state"] for key in ("1", "2")}
        assert states == {"1": "failed", "2": "passed"}
        assert upgrade.run_until(run, "Shift applications")
        entries = upgrade.world.eks.clusters[green.name].entries
        assert not any(entry.policies for entry in entries.values()), "nobody is admin on green any more"
        root = green.get("applications.argoproj.io", "root", ARGOCD)
        assert root["spec"]["source"]["targetRevision"] == "main"
