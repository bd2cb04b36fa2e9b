"""The whole way of a request: Ingress, load balancer, external-dns, name servers, resolver, rule, target."""

from __future__ import annotations

import pytest

from local.aws.elbv2 import ElbSimulator
from local.aws.route53 import Route53Simulator
from local.edge.alb import Alb
from local.edge.alb_controller import AlbController
from local.edge.clients import Clients, Traffic
from local.edge.external_dns import ExternalDns
from local.kernel import Kernel
from tests.local.edge.alb_cluster import HandmadeCluster

ZONE = "Z0DEMO1EXAMPLE"
CLUSTER_NAME = "external-dns.kubernetes.io/hostname"
SOURCE = "external-dns.kubernetes.io/ingress-hostname-source"


class World:
    """Two clusters behind one zone; norikae is played by the test."""

    def __init__(self) -> None:
        self.kernel = Kernel(seed=11)
        self.elb = ElbSimulator(self.kernel, account="123456789012", region="ap-northeast-1")
        self.alb = Alb(self.kernel, self.elb)
        self.route53 = Route53Simulator(self.kernel, account="123456789012", target_exists=self.has_balancer)
        self.route53.create_hosted_zone(Name="example.com", CallerReference="world", zone_id=ZONE)
        self.clusters = {name: self.cluster(name) for name in ("blue", "green")}

    def has_balancer(self, dns_name: str) -> bool:
        return any(known.dns_name.lower() == dns_name for known in self.elb.load_balancers.values())

    def cluster(self, name: str) -> HandmadeCluster:
        cluster = HandmadeCluster(self.kernel, name)
        cluster.controller()
        AlbController(self.kernel, cluster, self.elb, name)
        self.alb.attach(name, cluster)
        ExternalDns(self.kernel, cluster.api, self.route53, name)
        arguments = ["--source=ingress", f"--txt-owner-id={name}", "--policy=sync", "--domain-filter=example.com"]
        labels = {"app": "external-dns"}
        container = {"name": "external-dns", "image": "images.example.com/external-dns:v0.22.0", "args": arguments}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        deployment = {
            "metadata": {"name": "external-dns"},
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        }
        cluster.api.create("deployments.apps", deployment, namespace="kube-system")
        status = {"status": {"readyReplicas": 1, "replicas": 1, "availableReplicas": 1}}
        cluster.api.patch("deployments.apps", "external-dns", "kube-system", status, subresource="status")
        cluster.application("web", annotations={CLUSTER_NAME: f"web.{name}.example.com", SOURCE: "annotation-only"})
        return cluster

    def set_weights(self, **weights: int) -> None:
        changes = []
        for name, weight in weights.items():
            alias = {"HostedZoneId": "Z14GRHDCWA56QT", "DNSName": self.clusters[name].hostname("web")}
            record = {"Name": "web.example.com", "Type": "A", "SetIdentifier": name, "Weight": weight}
            record |= {"AliasTarget": alias | {"EvaluateTargetHealth": False}}
            changes.append({"Action": "UPSERT", "ResourceRecordSet": record})
        with self.route53.as_caller("norikae"):
            self.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": changes})


@pytest.fixture
def world() -> World:
    world = World()
    world.kernel.run(300)
    world.set_weights(blue=100, green=0)
    world.kernel.run(60)
    return world


def test_each_cluster_gets_names_of_its_own_and_leaves_the_public_name_alone(world: World) -> None:
    names = {record.name for record in world.route53.zones[ZONE].in_order() if record.type == "A"}
    assert names == {"web.blue.example.com.", "web.green.example.com.", "web.example.com."}
    assert world.route53.weights_of("web.example.com") == {"blue": 100, "green": 0}


def test_a_shift_by_weights_loses_no_request(world: World) -> None:
    clients = Clients(
        *(world.kernel, world.route53, world.alb),
        [Traffic("web", ["web.example.com"], 20, 30)],
        alias_healthy=world.elb.alias_healthy,
    )
    clients.start()
    for green in (5, 25, 50, 100):
        world.set_weights(blue=100 - green, green=green)
        world.kernel.run(300)
    assert clients.failed == 0, clients.failures[:1]
    assert clients.served()["blue"] > 5000
    assert clients.served()["green"] > 8000
    assert set(clients.counts["web"].minutes[25].served) == {"green"}


def test_pods_that_stop_serving_are_seen_by_users(world: World) -> None:
    clients = Clients(world.kernel, world.route53, world.alb, [Traffic("web", ["web.example.com"], 20, 30)])
    clients.start()
    world.kernel.run(60)
    for address in ("10.0.0.1", "10.0.0.2"):
        world.clusters["blue"].set_ready(address, ready=False)
    world.kernel.run(60)
    counts = clients.counts["web"]
    assert counts.failed > 500
    assert set(counts.reasons) <= {"target refused", "no ready target"}
    assert counts.first_failure is not None
