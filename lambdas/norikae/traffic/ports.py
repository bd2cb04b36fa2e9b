"""What the traffic shift needs of DNS and of the load balancers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from norikae.traffic.records import TRAFFIC_TYPES, Change, LoadBalancerTarget, RecordSet


class Dns(Protocol):
    """The hosted zone of the public names."""

    def records(self, hosts: Sequence[str], types: Sequence[str] = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
        """All record sets of some names and types; the types that carry traffic (A, AAAA) by default."""

    def change(self, changes: Sequence[Change], comment: str) -> str:
        """Apply a batch, all of it or nothing; Route 53's id of the change.

        Raises:
            ForeignWriteError: a record that the batch deletes is not as it was read.
        """

    def is_in_sync(self, change: str) -> bool:
        """Whether all authoritative servers answer with a change."""


@dataclass(frozen=True, slots=True)
class TargetGroupHealth:
    """How the targets of one target group fare.

    Args:
        target_group: its name, for people.
        healthy: targets that are healthy.
        total: targets that should serve: without those that are still being added or already draining.
        dimensions: CloudWatch dimensions (LoadBalancer, TargetGroup) of its metrics.
        of_pods: its targets are pods (target type ``ip``), so that each ready pod is one.
        alone: no other target group is behind its load balancer but those that were asked for with it.
    """

    target_group: str
    healthy: int
    total: int
    dimensions: tuple[tuple[str, str], ...] = ()
    alone: bool = False
    of_pods: bool = False


class Trail(Protocol):
    """What CloudTrail knows, some minutes late."""

    def writers(self, zone: str, hosts: Sequence[str]) -> tuple[str, ...]:
        """The principals that changed record sets of some names lately, the latest first, without norikae's own.

        Nothing when it does not know, or may not be asked: whoever asks has worse things to tell.

        Args:
            zone: the hosted zone's id.
            hosts: the names.
        """


class LoadBalancers(Protocol):
    """The load balancers of both clusters."""

    def targets(self, dns_names: Sequence[str]) -> dict[str, LoadBalancerTarget]:
        """DNS name to alias target, for the load balancers that exist and are active."""

    def health(self, dns_name: str, resources: Sequence[str] | None) -> tuple[TargetGroupHealth, ...]:
        """The target groups behind a load balancer that were made for some resources, with their health.

        Args:
            dns_name: the load balancer.
            resources: ``<namespace>/<ingress>-<service>`` each; None for all of the load balancer.
        """

    def client_keep_alive(self, dns_name: str) -> int | None:
        """For how many seconds clients may keep a connection; None when there is no such Application Load Balancer."""

    def set_client_keep_alive(self, dns_name: str, seconds: int) -> bool:
        """Let clients keep connections for so long; False when the load balancer is gone."""

    def serves_tls(self, dns_name: str) -> bool:
        """Whether a load balancer has an HTTPS listener."""
