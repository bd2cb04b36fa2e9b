"""The preflight's check and an external-dns that runs: refused is what would fight, and after the remedy is peace."""

from __future__ import annotations

import msgspec
import pytest

from norikae.adapters.aws.route53 import Route53Dns
from norikae.cluster.eks_port import Cluster as EksCluster
from norikae.preflight.finding import Finding
from norikae.preflight.ground import Ground
from norikae.preflight.run import CHECKS, run_checks
from tests.local.edge.dns_cluster import ZONE, Cluster, DnsWorld, owner
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import NOW, demo_environment
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.grounds import FakeInsights
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.ports import FakeBalancers, FakeLocks

PUBLIC = "web.demo.example.com"
OWN = "web.blue.demo.example.com"
ALPHA_PREFIX = "external-dns.alpha.kubernetes.io/"
INGRESSES = "ingresses.networking.k8s.io"


@pytest.fixture
def world() -> DnsWorld:
    return DnsWorld()


@pytest.fixture
def blue(world: DnsWorld) -> Cluster:
    return world.cluster("blue")


def serve(cluster: Cluster, hostname: str = "", prefix: str = "external-dns.kubernetes.io/", **notes: str) -> None:
    """The application's Ingress, which norikae is to move, as external-dns finds it."""
    cluster.ingress("web", hostname=hostname, rules=(PUBLIC,), prefix=prefix, **notes)
    found = cluster.api.objects[INGRESSES, "shop", "web"]
    found["metadata"]["annotations"] |= {"norikae.dev/shift": "true", "norikae.dev/app": "web"}
    cluster.api.put(INGRESSES, found)


def give_weights(world: DnsWorld) -> None:
    """What norikae owns: blue's share of the public name."""
    for kind in ("A", "AAAA"):
        alias = {"HostedZoneId": "Z14GRHDCWA56QT", "DNSName": "k8s-web-blue.ap-northeast-1.elb.amazonaws.com."}
        record = {"Name": PUBLIC, "Type": kind, "SetIdentifier": "blue", "Weight": 100}
        world.change(("CREATE", record | {"AliasTarget": alias | {"EvaluateTargetHealth": False}}))


def findings(world: DnsWorld, cluster: Cluster) -> tuple[Finding, ...]:
    """What the check finds; the zone is read by the adapter that is deployed."""
    environment = demo_environment()
    zone = msgspec.structs.replace(environment.dns, zones=(ZONE,))
    ground = Ground(
        environment=msgspec.structs.replace(environment, dns=zone),
        blue_name=cluster.name,
        version="1.35",
        eks=FakeEks(EksCluster(cluster.name, "1.33", "ACTIVE")),
        kubernetes=cluster.api,  # type: ignore[arg-type]  # it lists, and nothing else is asked for
        names=Route53Dns(world.route53, ZONE),
        locks=FakeLocks(),
        insights=FakeInsights(),
        subnets=FakeCompute(),
        trust=FakeIdentity(),
        balancers=FakeBalancers(),
        now=NOW,
    )
    return run_checks(ground, {"external-dns": CHECKS["external-dns"]})


def fights(world: DnsWorld, cluster: Cluster) -> bool:
    """Whether Route 53 refuses it something in the next two loops."""
    before = len(cluster.external_dns.errors)
    world.loops(2)
    return len(cluster.external_dns.errors) > before


def test_the_set_up_of_the_demo_is_peace(world: DnsWorld, blue: Cluster) -> None:
    give_weights(world)
    blue.deploy()
    serve(blue, OWN, ingress_hostname_source="annotation-only")
    world.loops(2)
    assert findings(world, blue) == ()
    assert not fights(world, blue)
    assert world.route53.weights_of(PUBLIC) == {"blue": 100}


def test_a_simple_record_that_is_wanted_is_refused_before_route_53_refuses_it(world: DnsWorld, blue: Cluster) -> None:
    give_weights(world)
    blue.deploy()
    serve(blue, OWN)
    (finding,) = findings(world, blue)
    assert (finding.severity, finding.subject) == ("blocker", PUBLIC)
    assert 'annotate Ingress shop/web with external-dns.kubernetes.io/ingress-hostname-source: "annotation-only"' in (
        finding.remedy
    )
    assert fights(world, blue)
    serve(blue, OWN, ingress_hostname_source="annotation-only")
    assert findings(world, blue) == ()
    world.loops(2)
    assert not fights(world, blue)


def test_a_dns_endpoint_for_the_public_name_is_refused_before_route_53_refuses_it(
    world: DnsWorld, blue: Cluster
) -> None:
    give_weights(world)
    blue.deploy("--source=crd")
    serve(blue, OWN, ingress_hostname_source="annotation-only")
    blue.endpoint("web", PUBLIC)
    (finding,) = findings(world, blue)
    assert (finding.severity, finding.subject) == ("blocker", PUBLIC)
    assert finding.remedy.startswith("take spec.endpoints[0] out of DNSEndpoint shop/web, or let it name a name of the")
    assert fights(world, blue)
    blue.endpoint("web", "also.blue.demo.example.com")
    assert findings(world, blue) == ()
    world.loops(2)
    assert not fights(world, blue)
    assert ("also.blue", "A", "") in world.records()


def test_a_weighted_dns_endpoint_adds_to_the_weights_of_norikae(world: DnsWorld, blue: Cluster) -> None:
    give_weights(world)
    blue.deploy("--source=crd")
    serve(blue, OWN, ingress_hostname_source="annotation-only")
    blue.endpoint("web", PUBLIC, setIdentifier="mine", providerSpecific=[{"name": "aws/weight", "value": "50"}])
    (finding,) = findings(world, blue)
    assert (finding.severity, "wants a weighted record 'mine'" in finding.text) == ("blocker", True)
    world.loops(2)
    assert world.route53.weights_of(PUBLIC) == {"blue": 100, "mine": 50}


@pytest.mark.parametrize("by", ["annotations", "flag"])
def test_annotations_that_0_22_does_not_read_are_refused(world: DnsWorld, blue: Cluster, by: str) -> None:
    give_weights(world)
    serve(blue, OWN, ALPHA_PREFIX, ingress_hostname_source="annotation-only")
    blue.deploy(version="0.21.0")
    assert findings(world, blue) == ()
    assert not fights(world, blue)
    blue.deploy(version="0.22.0")
    blocker = next(one for one in findings(world, blue) if one.blocks)
    assert blocker.subject == PUBLIC
    assert "or start Deployment external-dns/external-dns (0.22) with --annotation-prefix=" in blocker.remedy
    assert fights(world, blue)
    if by == "flag":
        blue.deploy(f"--annotation-prefix={ALPHA_PREFIX}")
    else:
        serve(blue, OWN, ingress_hostname_source="annotation-only")
    assert findings(world, blue) == ()
    world.loops(2)
    assert not fights(world, blue)


def test_a_name_that_external_dns_owns_is_refused_and_its_weights_are_written_back(
    world: DnsWorld, blue: Cluster
) -> None:
    blue.deploy()
    serve(blue, PUBLIC, ingress_hostname_source="annotation-only", set_identifier="blue", aws_weight="100")
    world.loops()
    wanted, owned = sorted(findings(world, blue), key=lambda one: "owner" in one.text)
    assert "wants a weighted record 'blue'" in wanted.text
    assert wanted.remedy.startswith("first hand the name over")
    assert "TXT a-web.demo.example.com (heritage external-dns, owner blue)" in owned.text
    record = world.records()["web", "A", "blue"]
    world.change(("UPSERT", record | {"Weight": 5}))
    world.loops(2)
    assert world.records()["web", "A", "blue"]["Weight"] == 100
    marks = [record for (_, kind, _), record in world.records().items() if kind == "TXT"]
    world.change(*(("DELETE", mark) for mark in marks))
    serve(blue, OWN, ingress_hostname_source="annotation-only")
    assert findings(world, blue) == ()
    world.change(("UPSERT", record | {"Weight": 5}))
    assert not fights(world, blue)
    assert world.records()["web", "A", "blue"]["Weight"] == 5


@pytest.mark.parametrize(("owners", "refused"), [(("default", "default"), True), (("blue", "green"), False)])
def test_an_owner_that_both_clusters_have_is_refused_and_one_deletes_what_the_other_made(
    world: DnsWorld, blue: Cluster, owners: tuple[str, str], *, refused: bool
) -> None:
    for cluster, name in zip((blue, world.cluster("green")), owners, strict=True):
        cluster.deploy(owner=name)
        serve(cluster, f"web.{cluster.name}.demo.example.com", ingress_hostname_source="annotation-only")
    said = findings(world, blue)
    assert ["--txt-owner-id=blue" in one.remedy for one in said if one.blocks] == [True] * refused
    world.loops(3)
    there = {name for name, kind, _ in world.records() if kind == "A"}
    assert (len(there) < len(owners)) is refused


@pytest.mark.parametrize("version", ["0.11.0", "0.15.1", "0.18.0", "0.21.0", "0.22.0"])
@pytest.mark.parametrize("flag", ["", "--txt-prefix=own-", "--txt-suffix=-own", "--txt-prefix=%{record_type}-own-"])
def test_every_owner_that_a_version_writes_is_seen(world: DnsWorld, blue: Cluster, version: str, flag: str) -> None:
    blue.deploy(*([flag] if flag else []), version=version)
    serve(blue)
    world.loops(2)
    written = {name for name, kind, _ in world.records() if kind == "TXT"}
    assert written
    assert {owner(world.records()[name, "TXT", ""]) for name in written} == {"blue"}
    (owned,) = (one for one in findings(world, blue) if "it has an owner" in one.text)
    assert all(f"TXT {name}.demo.example.com (heritage external-dns, owner blue)" in owned.text for name in written)
