"""Where Argo CD's status misleads, the run waits, and then holds with words that say what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from norikae.argocd.applications import APPLICATIONS, read_applications
from norikae.argocd.sync import SyncRun
from norikae.argocd.waves import sync_applications, sync_wave
from norikae.errors import RefusedError
from tests.adapters.kubernetes.test_argocd import CHILD, ENVIRONMENT, HOME, Green
from tests.unit.fakes.demo import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.upgrade.progress import Progress

TEMPLATE = "apps/web/templates/deployment.yaml"
CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
"""
CRON_JOB = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: digest}
spec:
  schedule: "0 0 1 1 *"
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: main, image: "registry.example.com/app:1"}]
"""


@pytest.fixture
def green() -> Iterator[Green]:
    built = Green()
    yield built
    built.endpoint.close()


def begin(green: Green, **files: str) -> None:
    """Argo CD is there and the platform is synced; files of web are changed before."""
    changed = {f"apps/web/templates/{name}.yaml": text for name, text in files.items()}
    if changed:
        green.revision = green.repository.commit("main", changed)
    green.install()
    green.sync_platform()


def wave(green: Green, *, kept: frozenset[tuple[str, str, str]] = frozenset(), since: float | None = None) -> Progress:
    run = SyncRun("run-1", 1, green.revision, since=green.kernel.now() if since is None else since, suspended=kept)
    apps = read_applications(green.client, ENVIRONMENT.argocd)
    return sync_wave(green.client, ENVIRONMENT.argocd, apps, ["web"], run, lambda _: True, green.kernel.now())


def held(green: Green, kept: frozenset[tuple[str, str, str]] = frozenset()) -> str:
    """What the run says when it holds because of web."""
    since = green.kernel.now()
    for _ in range(200):
        try:
            progress = wave(green, kept=kept, since=since)
        except RefusedError as refusal:
            return str(refusal)
        assert not progress.ready
        green.kernel.run(progress.retry_after_seconds)
    raise AssertionError(progress.waiting_for)


def test_a_sync_window_blocks_without_an_end(green: Green) -> None:
    begin(green)
    windows = [{"kind": "deny", "schedule": "* * * * *", "duration": "24h", "applications": ["web"]}]
    green.api.patch("appprojects.argoproj.io", "default", "argocd", {"spec": {"syncWindows": windows}}, manager="sre")
    assert "web: its sync is Running: Sync operation blocked by sync window" in held(green)


def test_an_application_without_resources_is_healthy_and_not_ready(green: Green) -> None:
    begin(green, deployment="")
    assert "web: it has no resources" in held(green)


def test_a_missing_object_does_not_count_in_the_health_of_its_application(green: Green) -> None:
    begin(green, config=CONFIG)
    green.until_ready(lambda: wave(green))
    green.api.delete("configmaps", "web", "web")
    green.kernel.run(30)
    app = green.application("web")
    assert app["status"]["health"]["status"] == "Healthy"
    assert "it is OutOfSync; ConfigMap web is OutOfSync" in held(green)


def test_errors_of_git_are_hidden_for_a_while_and_then_told(green: Green) -> None:
    begin(green)
    green.repository.reachable = False
    assert "Failed to load target state" in held(green) or "is Error" in held(green)


def test_a_sync_of_somebody_else_is_waited_for_and_followed_by_ours(green: Green) -> None:
    begin(green)
    other = {"operation": {"initiatedBy": {"username": "sre"}, "sync": {"revision": green.revision}}}
    green.api.patch(APPLICATIONS, "web", "argocd", other, manager="sre")
    assert "an operation waits for the controller" in wave(green).waiting_for
    green.until_ready(lambda: wave(green))
    assert [one["id"] for one in green.application("web")["status"]["history"]] == [0, 1]


def test_a_failed_sync_with_retries_left_is_running_with_an_end(green: Green) -> None:
    retry = {"limit": 1, "backoff": {"duration": "2m"}}
    child = (CHILD % {"name": "web", "repository": REPOSITORY}).rstrip() + f"\n    retry: {retry}\n"
    broken = CONFIG + "data: {key: [not, a, text]}\n"
    files = {"clusters/templates/web.yaml": child, "apps/web/templates/config.yaml": broken}
    green.revision = green.repository.commit("main", files)
    begin(green)
    wave(green)
    green.kernel.run(30)
    assert "its sync is Running and waits for another try: " in wave(green).waiting_for
    green.kernel.run(180)
    with pytest.raises(RefusedError, match="the sync of application web is Failed: "):
        wave(green)


def test_suspended_is_ready_only_if_norikae_keeps_it_so(green: Green) -> None:
    begin(green, cronjob=CRON_JOB)
    kept = frozenset({("cronjobs.batch", "web", "digest")})
    green.until_ready(lambda: wave(green, kept=kept))
    assert green.application("web")["status"]["health"]["status"] == "Suspended"
    assert "web: it is Suspended" in held(green)


def test_an_application_that_was_healthy_with_the_commit_before_is_not_ready_with_the_new_one(green: Green) -> None:
    begin(green)
    green.until_ready(lambda: wave(green))
    template = green.repository.files(green.revision, "apps/web")["templates/deployment.yaml"]
    green.revision = green.repository.commit("main", {TEMPLATE: template.replace("replicas: 2", "replicas: 3")})
    green.install()
    green.sync_platform()
    assert green.application("web")["status"]["health"]["status"] == "Healthy"
    run = SyncRun("run-1", 1, green.revision, since=green.kernel.now())
    progress = sync_applications(green.client, ENVIRONMENT, HOME, run, lambda _: False, green.kernel.now())
    assert (progress.word, progress.waiting_for) == ("compare", "api | web to be compared with blue")
