"""Public names that external-dns has always owned: what is in Git, what blue's records are, what green's add."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.adopted import Serving, serve, stand
from local.assembly import ROOT
from local.central import for_all_clusters
from local.cluster.charts import documents, render_chart
from local.cluster.git import GitRepositories, Repository
from local.demo.brownfield import commit_weights, set_identifier, values_of, weigh, weighted_by_external_dns
from local.demo.scenarios import Scenario
from local.demo.stage import set_stage
from local.team import Team
from local.team_secrets import TeamSecrets
from local.world import World
from stacks.environment_file import load

if TYPE_CHECKING:
    from collections.abc import Iterator

BLUE, GREEN = "demo-1-33", "demo-1-35-a"
HOST = "files-upload.demo.example.com"
DEMO = Repository.load(ROOT / "local/demo/gitops")
PREFIX = "external-dns.kubernetes.io/"


def only(*applications: str) -> Repository:
    """The demo's repository with some of its applications."""
    kept = {*applications, "aws-load-balancer-controller", "external-dns"}
    files = DEMO.files(DEMO.resolve("main"))
    gone = {path for path in files if path.startswith("clusters/templates/") and path.split("/")[2][:-5] not in kept}
    return Repository({path: text for path, text in files.items() if path not in gone})


def wishes(repository: Repository, application: str, cluster: str) -> dict[str, str]:
    """What an application's Ingress tells external-dns in a cluster."""
    commit = repository.resolve("main")
    child = repository.files(commit, "clusters/templates")[f"{application}.yaml"]
    (app,) = documents(application, child.replace("{{ .Values.cluster }}", cluster))
    helm = app["spec"]["source"]["helm"]
    files = repository.files(commit, f"apps/{application}")
    chosen = [name for name in helm["valueFiles"] if name in files]
    parameters = [(one["name"], one["value"]) for one in helm["parameters"]]
    made = render_chart(files, parameters, chosen, release=application, namespace="x")
    (ingress,) = (one for one in made if one["kind"] == "Ingress")
    notes = ingress["metadata"]["annotations"]
    return {key.removeprefix(PREFIX): value for key, value in notes.items() if key.startswith(PREFIX)}


APPLICATIONS = sorted({path.split("/")[1] for path in DEMO.files(DEMO.resolve("main")) if path.startswith("apps/")})


@pytest.mark.parametrize("application", APPLICATIONS)
def test_every_application_asks_for_its_public_name_in_a_set_of_the_cluster(application: str) -> None:
    repository = weighted_by_external_dns(DEMO, BLUE)
    for cluster, weight in ((BLUE, "100"), (GREEN, "0")):
        assert wishes(repository, application, cluster) == {
            "hostname": f"{application}.demo.example.com",
            "set-identifier": set_identifier(cluster),
            "aws-weight": weight,
            "aws-evaluate-target-health": "false",
        }
    assert set_identifier(BLUE) != BLUE


def test_a_central_argo_cd_reads_the_same_values() -> None:
    central = for_all_clusters(weighted_by_external_dns(DEMO, BLUE))
    child = central.files(central.resolve("main"), "clusters/templates")["chat-api.yaml"]
    (app,) = documents("chat-api", child)
    helm = app["spec"]["source"]["helm"]
    assert (helm["releaseName"], helm["valueFiles"]) == ("chat-api", ["values-{{ .Values.cluster }}.yaml"])


def test_people_commit_the_weights_of_all_clusters_at_once() -> None:
    repository = weighted_by_external_dns(DEMO, BLUE)
    before = repository.resolve("main")
    commit = commit_weights(Team("team-files", repository), "files-upload", {BLUE: 20, GREEN: 80})
    assert repository.resolve("main") == commit != before
    assert wishes(repository, "files-upload", BLUE)["aws-weight"] == "20"
    assert wishes(repository, "files-upload", GREEN)["aws-weight"] == "80"
    assert wishes(repository, "chat-api", BLUE)["aws-weight"] == "100"
    assert values_of("files-upload", GREEN) in repository.files(commit)


def test_a_repository_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="has not the two annotations"):
        weighted_by_external_dns(weighted_by_external_dns(DEMO, BLUE), BLUE)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Blue serves one application under a name that its external-dns owns."""
    environment = load(ROOT / "environments/demo.yaml")
    repository = weighted_by_external_dns(only("files-upload"), BLUE)
    with World(environment, GitRepositories({environment.argocd.repository: repository})) as world:
        TeamSecrets(world).create()
        serve(world, Serving(BLUE, "1.33", "demo.example.com", dns="brownfield"))
        yield world


def owned(world: World) -> dict[tuple[str, str, str], tuple[int, str]]:
    """Weight and owner of every record set at the public name and its twins."""
    zone = world.environment.dns.zones[0]
    found = {}
    for record in world.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]:
        if record["Name"].endswith(f"{HOST}."):
            text = next((one["Value"] for one in record.get("ResourceRecords", ())), "")
            _, _, owner = text.partition("external-dns/owner=")
            key = (record["Name"].removesuffix(f"{HOST}."), record["Type"], record["SetIdentifier"])
            found[key] = (record["Weight"], owner.partition(",")[0])
    return found


def sets(cluster: str, weight: int) -> dict[tuple[str, str, str], tuple[int, str]]:
    """What a cluster's external-dns writes for one name."""
    name = set_identifier(cluster)
    return {
        ("", "A", name): (weight, ""),
        ("", "AAAA", name): (weight, ""),
        ("a-", "TXT", name): (weight, cluster),
        ("aaaa-", "TXT", name): (weight, cluster),
    }


def test_blue_owns_its_weighted_records_and_green_adds_its_own_until_people_commit_weights(world: World) -> None:
    assert owned(world) == sets(BLUE, 100)
    stand(world, Serving(GREEN, "1.35", "demo.example.com"))
    world.kernel.run(120)
    assert owned(world) == {**sets(BLUE, 100), **sets(GREEN, 0)}
    for cluster in (BLUE, GREEN):
        assert list(world.clusters[cluster].external_dns.errors) == []

    zone = world.environment.dns.zones[0]
    listed = world.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    mine = [one for one in listed if one.get("SetIdentifier") == set_identifier(BLUE)]
    foreign = [{"Action": "UPSERT", "ResourceRecordSet": one | {"Weight": 60}} for one in mine]
    world.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": foreign})
    world.kernel.run(75)
    assert world.route53.weights_of(HOST) == {set_identifier(BLUE): 100, set_identifier(GREEN): 0}

    team = Team("team-files", world.git.at(world.environment.argocd.repository))
    both = [world.clusters[BLUE].api, world.clusters[GREEN].api]
    weigh(team, "files-upload", {BLUE: 60, GREEN: 40}, both)
    world.kernel.run(180)
    assert owned(world) == {**sets(BLUE, 60), **sets(GREEN, 40)}


def test_the_demo_can_be_set_on_this_stage() -> None:
    flags = ("--events", "--provider-cache-time=5m")
    stage = set_stage(Scenario("story", "", "succeeded", dns="brownfield", external_dns=flags), 1, ("files-upload",))
    with stage.world as world:
        world.kernel.run(150)
        assert owned(world) == sets(BLUE, 100)
        settings = world.clusters[BLUE].external_dns.settings
        assert settings is not None
        assert (settings.owner, settings.events, settings.provider_cache) == (BLUE, True, 300)
        assert [one.name for one in stage.applications] == ["files-upload"]
        assert (stage.clients.total > 0, stage.clients.failed) == (True, 0)
        stage.close()
