"""After the hand-over every application follows its branch again, and nobody syncs by itself because of it."""

from __future__ import annotations

from norikae.argocd.follow import follow_again
from norikae.argocd.home import home_of
from norikae.argocd.root import root_application
from norikae.argocd.synced import synced_revisions
from norikae.errors import ConflictError
from tests.unit.fakes.demo import OTHER_SHA, SHA, application, demo_environment, operation_state
from tests.unit.fakes.kubernetes import FakeKubernetes, Json

GREEN = "demo-1-35-a"
ARGOCD = demo_environment().argocd
HOME = home_of(ARGOCD, GREEN)
APPS = "applications.argoproj.io"


def pinned() -> FakeKubernetes:
    root = root_application(ARGOCD, GREEN, SHA)
    root["status"] = application("root", children=("web", "cache"))["status"]
    return FakeKubernetes(root, application("web"), application("cache"))


def spec(api: FakeKubernetes, name: str) -> Json:
    found: Json = api.objects[APPS, "argocd", name]["spec"]
    return found


def test_the_root_comes_last_and_hands_its_branch_on() -> None:
    api = pinned()
    assert follow_again(api, ARGOCD, HOME, {"root": "main", "web": "main", "cache": "v1.4"}).ready
    assert api.writes == [f"patch {APPS} web", f"patch {APPS} cache", f"patch {APPS} root"]
    assert spec(api, "web")["source"]["targetRevision"] == "main"
    assert spec(api, "cache")["source"]["targetRevision"] == "v1.4"
    root = spec(api, "root")["source"]
    assert root["targetRevision"] == "main"
    assert {one["name"]: one["value"] for one in root["helm"]["parameters"]} == {
        "cluster": GREEN,
        "revision": "main",
        "automated": "false",
    }
    assert "automated" not in (spec(api, "web").get("syncPolicy") or {})


def test_a_second_look_changes_nothing() -> None:
    api = pinned()
    wanted = {"root": "main", "web": "main", "cache": "main"}
    follow_again(api, ARGOCD, HOME, wanted)
    api.writes.clear()
    assert follow_again(api, ARGOCD, HOME, wanted).ready
    assert api.writes == []


def test_what_only_green_has_stays_as_git_renders_it() -> None:
    api = pinned()
    assert follow_again(api, ARGOCD, HOME, {"root": "main", "web": "main"}).ready
    assert spec(api, "cache")["source"]["targetRevision"] == SHA


def test_each_of_several_sources_follows_its_own() -> None:
    api = pinned()
    web = application("web")
    sources = [{"repoURL": "https://charts.example.com", "chart": "web", "targetRevision": "1.2.3"}]
    sources.append({"repoURL": ARGOCD.repository, "ref": "values", "targetRevision": SHA})
    web["spec"] = {"project": "default", "sources": sources}
    api.put(web)
    follow_again(api, ARGOCD, HOME, {"web": "1.2.3 main"})
    assert [one["targetRevision"] for one in spec(api, "web")["sources"]] == ["1.2.3", "main"]


class Busy(FakeKubernetes):
    """Argo CD writes to an application between our read and our write, once."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.objects = pinned().objects
        self.name = name

    def patch(self, resource: str, name: str, *args: object, **options: object) -> Json:
        if name == self.name:
            self.name = ""
            raise ConflictError("the object has been modified")
        return super().patch(resource, name, *args, **options)  # type: ignore[arg-type]


def test_the_root_waits_for_a_child_that_changed_meanwhile() -> None:
    api = Busy("web")
    progress = follow_again(api, ARGOCD, HOME, {"root": "main", "web": "main", "cache": "main"})
    assert progress.waiting_for == "web changed while it was given back to its branch"
    assert spec(api, "root")["source"]["targetRevision"] == SHA
    assert follow_again(api, ARGOCD, HOME, {"root": "main", "web": "main", "cache": "main"}).ready


def test_a_root_that_changed_meanwhile_is_looked_at_again() -> None:
    api = Busy("root")
    progress = follow_again(api, ARGOCD, HOME, {"root": "main"})
    assert not progress.ready
    assert progress.waiting_for.startswith("root changed")


def test_what_was_synced_counts_and_not_what_was_compared() -> None:
    compared = {"status": "OutOfSync", "revision": OTHER_SHA}
    api = FakeKubernetes(application("web", sync=compared), application("new", operationState={}))
    several = operation_state("Succeeded")
    several["syncResult"] = {"revisions": [SHA, OTHER_SHA]}
    api.put(application("two", operationState=several))
    found = synced_revisions(api, ARGOCD, ("web", "new", "two", "missing"))
    assert found == {"web": SHA, "two": f"{SHA} {OTHER_SHA}"}
