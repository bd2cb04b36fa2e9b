"""Route 53 record sets as values: kept whole, so that what is deleted or restored is exactly what was read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

TRAFFIC_TYPES = ("A", "AAAA")
OWNED_TYPES = (*TRAFFIC_TYPES, "TXT")
"""What a shift writes: beside the traffic the TXT records that mark who owns it, where an external-dns does."""


@dataclass(frozen=True, slots=True)
class RecordSet:
    """One record set as Route 53 gave it.

    Args:
        raw: the ``ResourceRecordSet`` of the API, unchanged.
    """

    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name without the trailing dot; Route 53 writes a wildcard's asterisk as an octal escape."""
        return str(self.raw["Name"]).rstrip(".").replace(r"\052", "*")

    @property
    def type(self) -> str:
        """A, AAAA, TXT, …"""  # noqa: D415 - the list goes on
        return str(self.raw["Type"])

    @property
    def set_identifier(self) -> str:
        """The cluster whose share this is; "" for a simple record."""
        return str(self.raw.get("SetIdentifier", ""))

    @property
    def weight(self) -> int | None:
        """The weight, or None when the record is not weighted."""
        return self.raw.get("Weight")

    @property
    def target(self) -> str:
        """The DNS name that an alias or a CNAME points at, in lower case, without ``dualstack.`` and trailing dot."""
        if self.type == "CNAME":
            named = self.raw.get("ResourceRecords", [{"Value": ""}])[0]["Value"]
        else:
            named = self.raw.get("AliasTarget", {}).get("DNSName", "")
        return str(named).lower().rstrip(".").removeprefix("dualstack.")


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a change batch."""

    action: Literal["CREATE", "DELETE"]
    record: RecordSet


@dataclass(frozen=True, slots=True)
class LoadBalancerTarget:
    """Where an alias points.

    Args:
        dns_name: the load balancer's DNS name.
        zone_id: its canonical hosted zone.
    """

    dns_name: str
    zone_id: str


def traffic_sets(records: Iterable[RecordSet], types: Sequence[str] = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
    """Only the record sets of some types, those that carry traffic by default, in a fixed order."""
    return tuple(
        sorted(
            (record for record in records if record.type in types),
            key=lambda record: (record.name, record.type, record.set_identifier),
        )
    )


def owned_sets(records: Iterable[RecordSet]) -> tuple[RecordSet, ...]:
    """Only the record sets that a shift writes, in a fixed order."""
    return traffic_sets(records, OWNED_TYPES)


def weighted_alias(name: str, kind: str, cluster: str, weight: int, target: LoadBalancerTarget) -> RecordSet:
    """An alias record set with a share of the answers.

    EvaluateTargetHealth is off while weights move: with it, a zero-weight record gets all traffic as soon as every
    non-zero one is unhealthy (Route 53 developer guide, "How Amazon Route 53 chooses records when health checking is
    configured").
    """
    return RecordSet(
        {
            "Name": f"{name}.",
            "Type": kind,
            "SetIdentifier": cluster,
            "Weight": weight,
            "AliasTarget": {
                "HostedZoneId": target.zone_id,
                "DNSName": f"dualstack.{target.dns_name}.",
                "EvaluateTargetHealth": False,
            },
        }
    )
