"""Record sets and the zone of the demo, in the words of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.aws.route53 import Route53Simulator
    from local.kernel import Kernel


ZONE = "Z0DEMO1EXAMPLE"
BLUE = "k8s-shop-blue-1.ap-northeast-1.elb.amazonaws.com"
GREEN = "k8s-shop-green-2.ap-northeast-1.elb.amazonaws.com"


class Zone:
    """The zone demo.example.com in the words of the tests."""

    def __init__(self, kernel: Kernel, route53: Route53Simulator) -> None:
        self.kernel = kernel
        self.route53 = route53

    def change(self, *changes: tuple[str, dict[str, Any]], comment: str = "") -> dict[str, Any]:
        batch: dict[str, Any] = {
            "Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
        }
        if comment:
            batch["Comment"] = comment
        return self.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch=batch)

    def names(self) -> list[tuple[str, str, str]]:
        listed = self.route53.list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]
        return [(record["Name"], record["Type"], record.get("SetIdentifier", "")) for record in listed]


def alias(name: str, identifier: str = "", weight: int = 0, **changed: Any) -> dict[str, Any]:
    """An alias record set to a load balancer: simple without an identifier."""
    record: dict[str, Any] = {"Name": name, "Type": changed.pop("type", "A")}
    if identifier:
        record |= {"SetIdentifier": identifier, "Weight": weight}
    record["AliasTarget"] = {
        "HostedZoneId": changed.pop("zone", "Z14GRHDCWA56QT"),
        "DNSName": changed.pop("target", GREEN if "green" in identifier else BLUE),
        "EvaluateTargetHealth": changed.pop("health", False),
    }
    return record | changed


def plain(name: str, *values: str, type: str = "TXT", ttl: int = 300, **more: Any) -> dict[str, Any]:  # noqa: A002
    """A record set with values."""
    return {"Name": name, "Type": type, "TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]} | more
