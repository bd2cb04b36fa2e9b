"""Application load balancers of both clusters in ELBv2."""

from collections.abc import Sequence
from typing import Any

from norikae.adapters.aws.calls import call, look_up, pages
from norikae.traffic.ports import TargetGroupHealth
from norikae.traffic.records import LoadBalancerTarget

RESOURCE_TAG = "ingress.k8s.aws/resource"
"""AWS Load Balancer Controller tags a target group with ``<namespace>/<ingress>-<service>:<port>``."""

KEEP_ALIVE = "client_keep_alive.seconds"
GONE = "LoadBalancerNotFound"

TAGS_PER_CALL = 20
"""DescribeTags takes at most 20 resources (API reference)."""

COMING_OR_GOING = ("initial", "draining", "unused")
"""Targets that a rollout or a scale-up adds or removes: they are neither healthy nor a sign of trouble."""


class ElbLoadBalancers:
    """``LoadBalancers`` over ELBv2.

    Args:
        client: boto3's elbv2 client.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._known: dict[str, dict[str, Any]] | None = None

    def targets(self, dns_names: Sequence[str]) -> dict[str, LoadBalancerTarget]:
        """DNS name to alias target, for active load balancers."""
        return {
            name: LoadBalancerTarget(dns_name=name, zone_id=found["CanonicalHostedZoneId"])
            for name in dns_names
            if (found := self._balancer(name)) and found["State"]["Code"] in ("active", "active_impaired")
        }

    def health(self, dns_name: str, resources: Sequence[str] | None) -> tuple[TargetGroupHealth, ...]:
        """The health of the target groups behind a load balancer, all of them for None."""
        found = self._balancer(dns_name)
        if found is None:
            return ()
        groups = call(self._client.describe_target_groups, LoadBalancerArn=found["LoadBalancerArn"])["TargetGroups"]
        mine = groups if resources is None else self._of(groups, resources)
        return tuple(self._health(found, group, alone=len(mine) == len(groups)) for group in mine)

    def serves_tls(self, dns_name: str) -> bool:
        """Whether a load balancer has an HTTPS listener."""
        found = self._balancer(dns_name)
        if found is None:
            return False
        listed = pages(self._client.describe_listeners, LoadBalancerArn=found["LoadBalancerArn"])
        return any(listener["Protocol"] == "HTTPS" for page in listed for listener in page["Listeners"])

    def client_keep_alive(self, dns_name: str) -> int | None:
        """For how many seconds clients may keep a connection; None when there is no such Application Load Balancer."""
        found = self._balancer(dns_name)
        if found is None:
            return None
        arn = found["LoadBalancerArn"]
        answer = look_up(self._client.describe_load_balancer_attributes, GONE, LoadBalancerArn=arn)
        values = {one["Key"]: one["Value"] for one in (answer or {}).get("Attributes", ())}
        return int(values[KEEP_ALIVE]) if KEEP_ALIVE in values else None

    def set_client_keep_alive(self, dns_name: str, seconds: int) -> bool:
        """Let clients keep connections for so long; False when the load balancer is gone."""
        found = self._balancer(dns_name)
        if found is None:
            return False
        change = {"Key": KEEP_ALIVE, "Value": str(seconds)}
        modify, arn = self._client.modify_load_balancer_attributes, found["LoadBalancerArn"]
        return look_up(modify, GONE, LoadBalancerArn=arn, Attributes=[change]) is not None

    def _balancer(self, dns_name: str) -> dict[str, Any] | None:
        if self._known is None:
            listed = [one for page in pages(self._client.describe_load_balancers) for one in page["LoadBalancers"]]
            self._known = {one["DNSName"].lower(): one for one in listed}
        return self._known.get(dns_name.lower())

    def _of(self, groups: list[dict[str, Any]], resources: Sequence[str]) -> list[dict[str, Any]]:
        arns = [group["TargetGroupArn"] for group in groups]
        mine: set[str] = set()
        for start in range(0, len(arns), TAGS_PER_CALL):
            answer = call(self._client.describe_tags, ResourceArns=arns[start : start + TAGS_PER_CALL])
            for described in answer["TagDescriptions"]:
                tags = {tag["Key"]: tag["Value"] for tag in described["Tags"]}
                if tags.get(RESOURCE_TAG, "").rpartition(":")[0] in resources:
                    mine.add(described["ResourceArn"])
        return [group for group in groups if group["TargetGroupArn"] in mine]

    def _health(self, balancer: dict[str, Any], group: dict[str, Any], *, alone: bool) -> TargetGroupHealth:
        answer = call(self._client.describe_target_health, TargetGroupArn=group["TargetGroupArn"])
        states = [one["TargetHealth"]["State"] for one in answer["TargetHealthDescriptions"]]
        serving = [state for state in states if state not in COMING_OR_GOING]
        return TargetGroupHealth(
            target_group=group["TargetGroupName"],
            healthy=serving.count("healthy"),
            total=len(serving),
            dimensions=(
                ("LoadBalancer", balancer["LoadBalancerArn"].partition(":loadbalancer/")[2]),
                ("TargetGroup", group["TargetGroupArn"].rpartition(":")[2]),
            ),
            alone=alone,
            of_pods=group.get("TargetType") == "ip",
        )
