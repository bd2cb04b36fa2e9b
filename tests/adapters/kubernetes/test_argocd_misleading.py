"""More of Argo CD's status that misleads: what is old, what belongs to something else, what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.ready import instant
from norikae.argocd.sync import SyncRun
from norikae.argocd.waves import sync_applications
from norikae.preflight.checks import applications_ready
from norikae.preflight.ground import Ground
from tests.adapters.kubernetes.test_argocd import CHILD, DEPLOYMENT, ENVIRONMENT, HOME, NAME, Green
from tests.adapters.kubernetes.test_argocd_traps import CONFIG, TEMPLATE, begin, held, wave
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import REPOSITORY
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.grounds import FakeInsights
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.ports import FakeBalancers, FakeLocks
from tests.unit.preflight.test_checks import FakeNames

if TYPE_CHECKING:
    from collections.abc import Iterator

VOLUME = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: uploads}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: nobody-provides-it
  resources: {requests: {storage: 1Gi}}
"""
OF_WEB = """
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: web}
"""
PERSIST = {"data": {"controller.resource.health.persist": "true"}}


@pytest.fixture
def green() -> Iterator[Green]:
    built = Green()
    yield built
    built.endpoint.close()


def test_a_comparison_from_before_the_end_of_the_sync_does_not_count(green: Green) -> None:
    begin(green)
    wave(green)
    for _ in range(300):
        green.kernel.run(0.5)
        status = green.application("web")["status"]
        if status.get("operationState", {}).get("phase") == "Succeeded":
            break
    reconciled, finished = instant(status["reconciledAt"]), instant(status["operationState"]["finishedAt"])
    assert reconciled is not None
    assert finished is not None
    assert reconciled < finished
    assert "it was not compared again after its sync ended" in wave(green).waiting_for
    green.until_ready(lambda: wave(green))


def test_a_refresh_that_has_not_happened_yet_makes_the_status_an_old_one(green: Green) -> None:
    begin(green)
    green.until_ready(lambda: wave(green))
    green.api.patch(
        APPLICATIONS,
        "web",
        "argocd",
        {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}},
        manager="sre",
    )
    assert green.application("web")["status"]["health"]["status"] == "Healthy"
    assert "a refresh was asked for and has not happened yet" in wave(green).waiting_for
    green.until_ready(lambda: wave(green))


@pytest.mark.parametrize(("persist", "about"), [(False, "it is Progressing"), (True, "Claim uploads is Progressing")])
def test_an_application_that_progresses_forever_holds_with_or_without_health_of_its_resources(
    green: Green, *, persist: bool, about: str
) -> None:
    begin(green, volume=VOLUME)
    if persist:
        green.api.patch("configmaps", "argocd-cmd-params-cm", "argocd", PERSIST, manager="sre")
    text = held(green)
    assert "not ready within argocd.application_deadline" in text
    assert about in text
    assert persist == any("health" in one for one in green.application("web")["status"]["resources"])


def test_a_parent_that_is_healthy_says_nothing_about_a_child_that_is_not(green: Green) -> None:
    begin(green)
    assert green.application("root")["status"]["health"]["status"] == "Healthy"
    assert green.application("web")["status"]["health"]["status"] == "Missing"
    assert "web: it was never synced" in wave(green).waiting_for


def test_an_object_of_two_applications_is_a_blocker_of_the_preflight(green: Green) -> None:
    begin(green, config=CONFIG)
    green.until_ready(lambda: wave(green))
    green.revision = green.repository.commit("main", {"apps/api/templates/config.yaml": OF_WEB})
    green.install()
    green.sync_platform()
    run = SyncRun("run-1", 1, green.revision, since=green.kernel.now())
    sync_applications(green.client, ENVIRONMENT, HOME, run, lambda _: True, green.kernel.now())
    green.kernel.run(60)
    ground = Ground(
        environment=ENVIRONMENT,
        blue_name=NAME,
        version="1.36",
        eks=FakeEks(),
        kubernetes=green.client,
        names=FakeNames(),
        locks=FakeLocks(),
        insights=FakeInsights(),
        subnets=FakeCompute(),
        trust=FakeIdentity(),
        balancers=FakeBalancers(),
        now=green.kernel.now(),
    )
    texts = [finding.text for finding in applications_ready.check(ground) if finding.severity == "blocker"]
    assert any("on blue, it shares a resource: ConfigMap/web is part of applications" in text for text in texts)


def test_a_retry_of_ours_stays_at_the_pinned_commit(green: Green) -> None:
    """An application may ask for ``retry.refresh``; Argo CD would sync what its branch has by then, and not the pin."""
    retry = {"limit": 3, "refresh": True, "backoff": {"duration": "1m"}}
    child = CHILD.replace('"{{ .Values.revision }}"', "main") % {"name": "web", "repository": REPOSITORY}
    files = {
        "clusters/templates/web.yaml": child.rstrip() + f"\n    retry: {retry}\n",
        "apps/web/templates/config.yaml": OF_WEB.replace("namespace: web", "namespace: later"),
    }
    green.revision = green.repository.commit("main", files)
    begin(green)
    wave(green)
    green.kernel.run(30)
    assert "its sync is Running and waits for another try" in wave(green).waiting_for
    green.repository.commit("main", {TEMPLATE: DEPLOYMENT.replace("replicas: 2", "replicas: 3")})
    green.api.create("namespaces", {"metadata": {"name": "later"}}, manager="sre")
    green.kernel.run(120)
    state = green.application("web")["status"]["operationState"]
    assert (state["phase"], state["retryCount"], state["syncResult"]["revision"]) == ("Succeeded", 1, green.revision)
