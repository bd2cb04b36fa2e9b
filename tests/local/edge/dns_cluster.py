"""A cluster as external-dns sees it, and the zone that it writes to, in the words of the tests."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from local.aws.route53 import Route53Simulator
from local.edge.external_dns import DEPLOYMENTS, ExternalDns
from local.edge.external_dns_crd import DNS_ENDPOINTS
from local.edge.external_dns_wanted import INGRESSES
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Callable

ZONE = "Z0DEMO1EXAMPLE"
SUFFIX = ".ap-northeast-1.elb.amazonaws.com"


class FakeKubernetes:
    """Deployments and Ingresses; every write tells the subscribers."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.callbacks: list[Callable[[str, str, dict[str, Any]], None]] = []
        self.lists = 0

    def list(self, resource: str, namespace: str | None = None) -> list[dict[str, Any]]:
        self.lists += 1
        return [
            copy.deepcopy(self.objects[key])
            for key in sorted(self.objects)
            if key[0] == resource and namespace in (None, key[1])
        ]

    def patch(self, resource: str, name: str, namespace: str, body: Any, *, subresource: str, manager: str) -> None:
        assert (resource, subresource, manager) == (DNS_ENDPOINTS, "status", "external-dns")
        self.objects[resource, namespace, name]["status"] = body["status"]

    def subscribe(self, callback: Callable[[str, str, dict[str, Any]], None]) -> None:
        self.callbacks.append(callback)

    def put(self, resource: str, obj: dict[str, Any]) -> None:
        self.objects[resource, obj["metadata"]["namespace"], obj["metadata"]["name"]] = obj
        for callback in self.callbacks:
            callback("MODIFIED", resource, obj)

    def remove(self, resource: str, namespace: str, name: str) -> None:
        obj = self.objects.pop((resource, namespace, name))
        for callback in self.callbacks:
            callback("DELETED", resource, obj)


class Cluster:
    """One cluster with its external-dns."""

    def __init__(self, world: DnsWorld, name: str) -> None:
        self.name = name
        self.api = FakeKubernetes()
        self.external_dns = ExternalDns(world.kernel, self.api, world.route53, name)

    def deploy(self, *more: str, version: str = "0.22.0", owner: str = "", ready: int = 1) -> None:
        """Roll out external-dns with the usual flags, and more."""
        flags = ["--source=ingress", "--provider=aws", f"--txt-owner-id={owner or self.name}", "--policy=sync", *more]
        container = {"name": "external-dns", "image": f"images.example.com/external-dns:v{version}", "args": flags}
        self.api.put(
            DEPLOYMENTS,
            {
                "metadata": {"namespace": "external-dns", "name": "external-dns"},
                "spec": {"template": {"spec": {"containers": [container]}}},
                "status": {"readyReplicas": ready},
            },
        )

    def ingress(
        self,
        name: str,
        *,
        hostname: str = "",
        rules: tuple[str, ...] = (),
        balancer: str = "",
        prefix: str = "external-dns.kubernetes.io/",
        **annotations: str,
    ) -> None:
        """Create or change an Ingress; annotation names with underscores for dashes."""
        notes = {prefix + key.replace("_", "-"): value for key, value in annotations.items()}
        if hostname:
            notes[prefix + "hostname"] = hostname
        address = balancer or f"k8s-{name}-{self.name}{SUFFIX}"
        self.api.put(
            INGRESSES,
            {
                "metadata": {"namespace": "shop", "name": name, "annotations": notes},
                "spec": {"ingressClassName": "alb", "rules": [{"host": host} for host in rules]},
                "status": {"loadBalancer": {"ingress": [{"hostname": address}] if address != "none" else []}},
            },
        )

    def endpoint(self, name: str, host: str, **entry: Any) -> None:
        """Create or change a DNSEndpoint of one CNAME at a load balancer."""
        made = {"dnsName": host, "recordType": "CNAME", "targets": [f"k8s-{name}-{self.name}{SUFFIX}"], **entry}
        metadata = {"namespace": "shop", "name": name, "generation": 1}
        self.api.put(DNS_ENDPOINTS, {"metadata": metadata, "spec": {"endpoints": [made]}})

    def drop(self, name: str) -> None:
        self.api.remove(INGRESSES, "shop", name)


class DnsWorld:
    """A kernel, a zone, and clusters."""

    def __init__(self) -> None:
        self.kernel = Kernel(seed=5)
        self.route53 = Route53Simulator(self.kernel, account="123456789012")
        self.route53.create_hosted_zone(Name="demo.example.com", CallerReference="world", zone_id=ZONE)
        self.route53.settle()

    def cluster(self, name: str) -> Cluster:
        return Cluster(self, name)

    def loops(self, count: int = 1) -> None:
        """Let time pass for this many loops of 60 seconds."""
        self.kernel.run(count * 61.0)

    def records(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Everything in the zone but NS and SOA, by name (without the zone), type and set identifier."""
        listed = self.route53.list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]
        return {
            (
                record["Name"].removesuffix(".demo.example.com."),
                record["Type"],
                record.get("SetIdentifier", ""),
            ): record
            for record in listed
            if record["Type"] not in {"NS", "SOA"}
        }

    def change(self, *changes: tuple[str, dict[str, Any]]) -> None:
        """Somebody else writes."""
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
        self.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch=batch)

    def writes(self, caller: str) -> int:
        """How many batches of a caller were applied."""
        return sum(batch.principal == caller for batch in self.route53.history)


def owner(record: dict[str, Any]) -> str:
    """Who a TXT record names."""
    value: str = record["ResourceRecords"][0]["Value"]
    return next(part.split("=")[1] for part in value.strip('"').split(",") if part.startswith("external-dns/owner="))
