"""Every call of the Argo CD phases is lost once before and once after its effect; green ends as an undisturbed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.follow import follow_again
from norikae.argocd.restore import restore
from norikae.argocd.sync import SyncRun
from norikae.errors import UnreachableError
from tests.adapters.kubernetes.test_argocd import ENVIRONMENT, HOME, Green

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from norikae.upgrade.progress import Progress

NAMES = ("root", "load-balancers", "dns", "web", "api")
WANTED = dict.fromkeys(NAMES, "main")
KINDS = ("secrets", "configmaps", "deployments.apps", "statefulsets.apps", "appprojects.argoproj.io", APPLICATIONS)


class Lossy:
    """A client whose every call dies twice, told apart by verb and object: before it is sent, and when it was done."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.losses: dict[str, int] = {}

    def __getattr__(self, verb: str) -> Any:
        method = getattr(self._client, verb)

        def call(*args: Any, **more: Any) -> Any:
            name = f"{verb} {_about(args)}"
            self.losses[name] = self.losses.get(name, 0) + 1
            if self.losses[name] == 1:
                raise UnreachableError(f"{name} was not sent")
            answer = method(*args, **more)
            if self.losses[name] == 2:
                raise UnreachableError(f"the answer to {name} was lost")
            return answer

        return call


def _about(args: tuple[Any, ...]) -> str:
    """What a call is about; a later operation on the same application is another call."""
    body = args[-1] if isinstance(args[-1], dict) else {}
    if "kind" in body:
        return f"{body['kind']} {body['metadata']['name']} {body.get('spec', {}).get('source', '')}"
    return " ".join(str(arg) for arg in args if not isinstance(arg, dict)) + " ".join(sorted(body))


class Run(Green):
    """A green that is installed, synced, handed over and given back by a client that may lose calls."""

    def __init__(self, *, lossy: bool) -> None:
        super().__init__()
        self.lossy = Lossy(self.client)
        if lossy:
            self.client: Any = self.lossy

    def until_ready(self, look: Callable[[], Progress], looks: int = 400) -> list[str]:
        for _ in range(looks):
            try:
                progress = look()
            except UnreachableError:  # the state machine retries
                continue
            if progress.ready:
                return []
            self.kernel.run(progress.retry_after_seconds)
        raise AssertionError(progress.waiting_for)

    def run(self) -> None:
        self.install()
        self.sync(looks=400)
        argocd = ENVIRONMENT.argocd
        self.until_ready(lambda: follow_again(self.client, argocd, HOME, WANTED))
        run = SyncRun("run-1", 1, "", since=self.kernel.now())
        self.until_ready(lambda: restore(self.client, argocd, HOME, WANTED, {"prune": True}, run))
        self.kernel.run(60)

    def left(self) -> dict[str, Any]:
        """What there is in Argo CD's namespace, and how often each application was synced."""
        found: dict[str, Any] = {kind: self._names(kind) for kind in KINDS}
        apps = {name: self.application(name) for name in NAMES}
        found["synced"] = {name: len(app["status"]["history"]) for name, app in apps.items()}
        found["follows"] = {name: app["spec"]["source"]["targetRevision"] for name, app in apps.items()}
        found["automated"] = apps["root"]["spec"]["syncPolicy"]
        return found

    def _names(self, kind: str) -> list[str]:
        return sorted(one["metadata"]["name"] for one in self.api.list(kind, "argocd"))


@pytest.fixture(params=[False, True], ids=["undisturbed", "lossy"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    built = Run(lossy=request.param)
    yield built
    built.endpoint.close()


def test_a_run_ends_alike_whatever_calls_are_lost(run: Run) -> None:
    run.run()
    left = run.left()
    assert left["synced"] == {"root": 2, "load-balancers": 1, "dns": 1, "web": 1, "api": 1}
    assert left["follows"] == WANTED
    assert left["automated"] == {"automated": {"prune": True}}
    assert left[APPLICATIONS] == sorted(NAMES)
    assert left["secrets"] == ["argocd-initial-admin-secret", "argocd-secret", "norikae-argocd-token"]
    if run.client is run.lossy:
        lost = [name for name, times in run.lossy.losses.items() if times > 1]
        assert {"apply", "get", "list", "patch", "proxied"} == {name.split()[0] for name in lost}
        assert len(lost) == len(run.lossy.losses) > 50
