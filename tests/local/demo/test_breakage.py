"""The application that breaks on the new version: what is in Git, and what its pods do in either cluster."""

from __future__ import annotations

import random
from typing import get_args

import pytest

from local.assembly import ROOT
from local.aws.elbv2 import ElbSimulator
from local.cluster.charts import documents
from local.cluster.git import Repository
from local.demo.breakage import SHARE, broken_on
from local.demo.scenarios import SCENARIOS, SMALL, OnFailure
from local.demo.stage import TARGET
from local.edge.alb import Alb
from local.edge.alb_controller import AlbController
from local.kernel import Kernel
from local.kubernetes.api import ApiServer
from tests.local.edge.alb_cluster import HandmadeCluster

FILES = dict((repository := Repository.load(ROOT / "local/demo/gitops")).files(repository.resolve("main")))
BAD = sorted({scenario.bad for scenario in SCENARIOS.values()} - {""})


@pytest.mark.parametrize("application", BAD)
def test_a_scenario_breaks_an_application_that_a_small_world_has_too(application: str) -> None:
    assert application in SMALL


@pytest.mark.parametrize("application", SMALL)
def test_only_the_pod_template_of_one_application_differs(application: str) -> None:
    broken = broken_on(TARGET, application, FILES)
    (path,) = [path for path in broken if broken[path] != FILES[path]]
    assert path == f"apps/{application}/templates/deployment.yaml"
    values = {"replicas": "2", "image": "x", "requests.cpu": "1", "requests.memory": "1Mi"}
    text = broken[path]
    for name, value in values.items():
        text = text.replace("{{ .Values." + name + " }}", value)
    (deployment,) = documents(path, text)
    assert deployment["spec"]["template"]["metadata"]["annotations"] == {
        "world.norikae.dev/breaks-from": TARGET,
        "world.norikae.dev/error-rate": str(SHARE),
    }
    assert deployment["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"] == application
    assert set(deployment["metadata"].get("annotations", {})) <= {"norikae.dev/restart-on-secret"}


@pytest.mark.parametrize("application", ["nothing", ""])
def test_an_application_that_is_not_there_cannot_break(application: str) -> None:
    with pytest.raises(ValueError, match="name an application of the fixtures"):
        broken_on(TARGET, application, FILES)


def test_what_is_broken_already_cannot_break_again() -> None:
    with pytest.raises(ValueError, match="without annotations"):
        broken_on(TARGET, "chat-api", broken_on(TARGET, "chat-api", FILES))


@pytest.mark.parametrize(("version", "share"), [("1.33", 0), ("1.34", 0), ("1.35", SHARE), ("1.36", SHARE)])
def test_pods_of_that_template_are_healthy_everywhere_and_answer_badly_on_the_new_version(
    version: str, share: float
) -> None:
    kernel = Kernel()
    elb = ElbSimulator(kernel, account="123456789012", region="ap-northeast-1")
    alb = Alb(kernel, elb)
    api = ApiServer(name="some", version=version, now=kernel.now, random=kernel.stream("some"))
    cluster = HandmadeCluster.over(kernel, api)
    cluster.controller()
    AlbController(kernel, cluster, elb, "some")
    alb.attach("some", cluster)
    text = broken_on(TARGET, "notify-push", FILES)["apps/notify-push/templates/deployment.yaml"]
    marks = dict(line.strip().replace('"', "").split(": ") for line in text.splitlines() if "world.norikae.dev" in line)
    cluster.application("web", pods=0)
    cluster.pod("web", annotations=marks)
    kernel.run(120)
    draw, name = random.Random(1), cluster.hostname("web")  # noqa: S311 - seeded, so that a run can be repeated
    answers = [alb.handle(name, "web.example.com", draw) for _ in range(2000)]
    assert {target.state for group in elb.target_groups.values() for target in group.targets.values()} == {"healthy"}
    assert sum(answer.status == 500 for answer in answers) / 2000 == pytest.approx(share, abs=0.04)


def test_a_scenario_changes_the_environment_only_where_it_says_so() -> None:
    usual = [one for one in SCENARIOS.values() if one.owner == "controller" and not one.freeze and not one.chat]
    changes = {one.on_failure: one.changes for one in usual}
    assert changes == {"continue": {}, "roll-back-all": {"shift.on_failure": "roll-back-all"}}
    assert changes.keys() <= set(get_args(OnFailure))
