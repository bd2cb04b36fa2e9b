"""A story whose names an external-dns of each cluster owns, as people have them before norikae comes."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.traffic.records import LoadBalancerTarget, RecordSet, weighted_alias
from norikae.upgrade.plan import plan_hash
from norikae.upgrade.state import PlanItem
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.ports import ZONE, FakeDns
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, WRITER, Story, plan_of

BLUE_SET, GREEN_SET = f"eks-{BLUE}", f"eks-{GREEN}"
PREFIX = "external-dns.kubernetes.io/"
IMAGE = "registry.k8s.io/external-dns/external-dns:v0.22.0"


class OwnedStory(Story):
    """One application between two clusters, each of which has an external-dns that owns its record sets."""

    def __init__(self, *, owner: str = "lease", weight: int = 100, stops: tuple[int, ...] = ()) -> None:
        super().__init__("A", "AAAA", stops=stops)
        self.ports.dns = FakeDns(*owned(BLUE, weight), *owned(GREEN, 0))
        for cluster, share in ((BLUE, weight), (GREEN, 0)):
            self.ports.apis[cluster] = FakeKubernetes(external_dns(cluster), wish(cluster, share))
        stored = plan_of(self.ports).plan
        (group,) = stored.groups
        planned = tuple(msgspec.structs.replace(one, owner=owner) for one in group)
        changed = msgspec.structs.replace(stored, groups=(planned,))
        self.ports.table.write(WRITER, "PLAN", PlanItem(changed, plan_hash(changed)))

    def git_says(self, **weights: int) -> None:
        """People commit weights, by ``blue`` and ``green``, and both clusters are synced."""
        for cluster, weight in ((BLUE, weights.get("blue", 0)), (GREEN, weights.get("green", 0))):
            self.ports.apis[cluster].put(wish(cluster, weight))

    def has_a_new_load_balancer(self, hostname: str) -> None:
        """Blue's Ingress is served at another address now; the records lead to the old one."""
        fresh = wish(BLUE, 100)
        fresh["status"]["loadBalancer"]["ingress"] = [{"hostname": hostname}]
        self.ports.apis[BLUE].put(fresh)

    def owners(self) -> set[str]:
        """Who owns the record sets by their marks."""
        return {text_of(one).split("external-dns/owner=")[1].split(",")[0] for one in self.marks()}

    def marks(self) -> list[RecordSet]:
        return [one for one in self.ports.dns.sets.values() if one.type == "TXT"]


def external_dns(cluster: str, *args: str) -> dict[str, Any]:
    """The Deployment of a cluster's external-dns, with the cluster as owner."""
    flags = ["--source=ingress", "--policy=sync", f"--txt-owner-id={cluster}", *args]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"namespace": "dns", "name": "external-dns"},
        "spec": {
            "replicas": 1,
            "template": {"spec": {"containers": [{"name": "main", "image": IMAGE, "args": flags}]}},
        },
    }


def wish(cluster: str, weight: int, host: str = HOST, **notes: str) -> dict[str, Any]:
    """The application's Ingress of a cluster, which asks external-dns for a weighted record set."""
    obj = ingress(APP, host, hostname=f"{cluster}.elb.example")
    asked = {"hostname": host, "set-identifier": f"eks-{cluster}", "aws-weight": str(weight), **notes}
    obj["metadata"]["annotations"] |= {PREFIX + key: value for key, value in asked.items()}
    return obj


def owned(cluster: str, weight: int, host: str = HOST, owner: str = "") -> list[RecordSet]:
    """A cluster's record sets of a name as external-dns 0.22 makes them: A, AAAA, and the mark of each."""
    target = LoadBalancerTarget(f"{cluster}.elb.example", ZONE)
    aliases = [weighted_alias(host, kind, f"eks-{cluster}", weight, target) for kind in ("A", "AAAA")]
    return [*aliases, *(mark(f"{kind}-{host}", cluster, weight, owner) for kind in ("a", "aaaa"))]


def mark(name: str, cluster: str, weight: int, owner: str = "") -> RecordSet:
    """The TXT record by which external-dns says that it owns a record set."""
    text = f"heritage=external-dns,external-dns/owner={owner or cluster},external-dns/resource=ingress/shop/{APP}"
    return RecordSet(
        {
            "Name": f"{name}.",
            "Type": "TXT",
            "SetIdentifier": f"eks-{cluster}",
            "Weight": weight,
            "TTL": 300,
            "ResourceRecords": [{"Value": f'"{text}"'}],
        }
    )


def text_of(record: RecordSet) -> str:
    """The text of a mark."""
    return str(record.raw["ResourceRecords"][0]["Value"]).strip('"')
