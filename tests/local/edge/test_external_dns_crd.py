"""external-dns with ``--source=crd``, against the world's own API server."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from local.assembly import ROOT
from local.edge.external_dns import ExternalDns
from local.edge.external_dns_crd import DNS_ENDPOINTS
from tests.local.cluster.building import cluster_named
from tests.local.edge.dns_cluster import SUFFIX, DnsWorld

PUBLIC = "web.demo.example.com"
DEFINITION = yaml.safe_load((ROOT / "local/demo/by_hand/dns-endpoints.yaml").read_text(encoding="utf-8"))
BALANCER = f"k8s-web-blue{SUFFIX}"


class Blue:
    """A cluster whose API server is the world's own, with external-dns in it."""

    def __init__(self, world: DnsWorld, *flags: str, is_defined: bool = True) -> None:
        self.world = world
        self.api = cluster_named(world.kernel, "blue").api
        self.external_dns = ExternalDns(world.kernel, self.api, world.route53, "blue")
        for name in ("external-dns", "shop"):
            self.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, manager="kubectl")
        if is_defined:
            self.define()
        self.deploy(*flags)

    def define(self) -> None:
        self.api.apply(DEFINITION, manager="kubectl")
        self.world.kernel.run(3)

    def deploy(self, *flags: str) -> None:
        args = ["--source=crd", "--source=ingress", "--policy=sync", "--txt-owner-id=blue", *flags]
        container = {"name": "external-dns", "image": "images.example.com/external-dns:v0.22.0", "args": args}
        labels = {"app": "external-dns"}
        self.api.apply(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "external-dns", "namespace": "external-dns"},
                "spec": {
                    "replicas": 1,
                    "selector": {"matchLabels": labels},
                    "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
                },
            },
            manager="kubectl",
        )
        self.world.kernel.run(60)

    def endpoint(self, weight: str = "30", **entry: Any) -> None:
        """Apply a DNSEndpoint of one weighted CNAME; annotations would say otherwise."""
        properties = [{"name": "aws/weight", "value": weight}, {"name": "aws/evaluate-target-health", "value": "false"}]
        made = {
            "dnsName": PUBLIC,
            "recordType": "CNAME",
            "setIdentifier": "blue-133",
            "targets": [BALANCER],
            "providerSpecific": properties,
        }
        self.api.apply(
            {
                "apiVersion": "externaldns.k8s.io/v1alpha1",
                "kind": "DNSEndpoint",
                "metadata": {
                    "name": "web",
                    "namespace": "shop",
                    "annotations": {"external-dns.kubernetes.io/aws-weight": "77"},
                },
                "spec": {"endpoints": [{key: value for key, value in (made | entry).items() if value is not None}]},
            },
            manager="norikae",
        )


@pytest.fixture
def world() -> DnsWorld:
    return DnsWorld()


def test_a_cname_at_a_load_balancer_becomes_two_weighted_aliases_and_their_twins(world: DnsWorld) -> None:
    blue = Blue(world)
    blue.endpoint()
    world.loops(2)
    records = world.records()
    assert list(records) == [
        ("a-web", "TXT", "blue-133"),
        ("aaaa-web", "TXT", "blue-133"),
        ("web", "A", "blue-133"),
        ("web", "AAAA", "blue-133"),
    ]
    assert {record["Weight"] for record in records.values()} == {30}
    assert records["web", "A", "blue-133"]["AliasTarget"] == {
        "HostedZoneId": "Z14GRHDCWA56QT",
        "DNSName": f"{BALANCER}.",
        "EvaluateTargetHealth": False,
    }
    assert records["a-web", "TXT", "blue-133"]["ResourceRecords"] == [
        {"Value": '"heritage=external-dns,external-dns/owner=blue,external-dns/resource=crd/shop/web"'}
    ]
    assert not blue.external_dns.errors
    assert world.writes("external-dns/blue") == 1


def test_the_weight_follows_the_object_and_goes_with_it(world: DnsWorld) -> None:
    blue = Blue(world)
    blue.endpoint()
    world.loops()
    blue.endpoint("0")
    world.loops()
    assert world.route53.weights_of(PUBLIC) == world.route53.weights_of(PUBLIC, "AAAA") == {"blue-133": 0}
    seen = blue.api.get(DNS_ENDPOINTS, "web", "shop")
    assert seen["status"]["observedGeneration"] == seen["metadata"]["generation"]
    blue.api.delete(DNS_ENDPOINTS, "web", "shop")
    world.loops()
    assert world.records() == {}


def test_events_come_from_dns_endpoints_too(world: DnsWorld) -> None:
    blue = Blue(world, "--events", "--interval=10m")
    blue.endpoint()
    world.kernel.run(60)
    blue.endpoint("80")
    world.kernel.run(7)
    assert world.route53.weights_of(PUBLIC) == {"blue-133": 80}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"targets": []}, set()),
        ({"targets": None}, set()),
        ({"targets": [f"{BALANCER}."]}, set()),
        ({"recordType": "A", "targets": ["192.0.2.7"]}, {("A", "192.0.2.7")}),
        ({"targets": ["edge.example.org"]}, {("CNAME", "edge.example.org")}),
        ({"providerSpecific": [{"name": "alias", "value": "false"}], "setIdentifier": None}, {("CNAME", BALANCER)}),
        (
            {"recordType": "A", "providerSpecific": [{"name": "alias", "value": "true"}], "setIdentifier": None},
            {("A", BALANCER)},
        ),
        ({"recordType": "MX", "targets": ["10 mail.example.org"], "setIdentifier": None}, set()),
    ],
)
def test_what_becomes_of_an_entry(world: DnsWorld, entry: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    blue = Blue(world)
    blue.endpoint(**entry)
    world.loops(2)
    found = set()
    for (name, kind, _), record in world.records().items():
        if name == "web" and kind != "TXT":
            alias = record.get("AliasTarget") or {"DNSName": record.get("ResourceRecords", [{}])[0].get("Value", "")}
            found.add((kind, alias["DNSName"].rstrip(".")))
    assert found == expected


def test_an_alias_may_lead_to_a_name_of_the_same_zone(world: DnsWorld) -> None:
    target = {"Name": "old.demo.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    world.change(("CREATE", target))
    blue = Blue(world)
    alias: dict[str, Any] = {"recordType": "A", "targets": ["old.demo.example.com"], "setIdentifier": None}
    blue.endpoint(**alias, providerSpecific=[{"name": "alias", "value": "true"}])
    world.loops(2)
    assert world.records()["web", "A", ""]["AliasTarget"]["HostedZoneId"] == "Z0DEMO1EXAMPLE"
    assert world.writes("external-dns/blue") == 1


def test_without_the_definition_it_does_not_start_until_that_is_there(world: DnsWorld) -> None:
    blue = Blue(world, is_defined=False)
    world.loops(2)
    assert {failure.code for failure in blue.external_dns.errors} == {"CannotStart"}
    blue.define()
    blue.endpoint()
    world.loops()
    assert ("web", "A", "blue-133") in world.records()
