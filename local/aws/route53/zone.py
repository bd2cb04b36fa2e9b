"""A hosted zone: what the API shows, what the name servers answer, and what is on its way from one to the other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.aws.route53.names import normalise, order_key
from local.aws.route53.record import Key, RecordSet

if TYPE_CHECKING:
    from collections.abc import Iterable

SOA_TTL = 900
"""Seconds for which a resolver remembers that a name does not exist (the zone's SOA record, as Route 53 creates it)."""
NAMESERVER_TTL = 172_800


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a batch."""

    action: str
    record: RecordSet


@dataclass(frozen=True, slots=True)
class AppliedBatch:
    """A batch that Route 53 accepted.

    ``time`` is when, ``insync`` when its answers changed; both in seconds since the epoch.
    """

    time: float
    insync: float
    principal: str
    zone_id: str
    change_id: str
    comment: str
    changes: tuple[Change, ...]

    def to_api(self, now: float) -> dict[str, Any]:
        """ChangeInfo as GetChange returns it, without its time."""
        info = {"Id": f"/change/{self.change_id}", "Status": "INSYNC" if now >= self.insync else "PENDING"}
        return info | ({"Comment": self.comment} if self.comment else {})


@dataclass(slots=True)
class HostedZone:
    """A hosted zone, public unless it belongs to VPCs.

    Args:
        id: without ``/hostedzone/``.
        name: its domain, normalised here.
        caller_reference: the caller's token for the creation.
        comment: free text.
        vpcs: region and id of the networks in which a private zone is answered.
    """

    id: str
    name: str
    caller_reference: str = ""
    comment: str = ""
    vpcs: tuple[tuple[str, str], ...] = ()
    records: dict[Key, RecordSet] = field(default_factory=dict)
    protections: dict[tuple[str, str], str] = field(default_factory=dict)
    pending: list[AppliedBatch] = field(default_factory=list)
    served: dict[tuple[str, str], list[RecordSet]] = field(default_factory=dict)
    served_names: set[str] = field(default_factory=set)
    revision: int = 0
    _sorted: list[RecordSet] | None = None

    def __post_init__(self) -> None:
        self.name = normalise(self.name)
        soa = f"{self.name_servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
        servers = tuple(f"{server}." for server in self.name_servers)
        first = [
            RecordSet(self.name, "NS", ttl=NAMESERVER_TTL, values=servers),
            RecordSet(self.name, "SOA", ttl=SOA_TTL, values=(soa,)),
        ]
        self.replace({record.key: record for record in first})
        self.serve(first, ())

    @property
    def is_private(self) -> bool:
        """Whether it is answered within its VPCs only."""
        return bool(self.vpcs)

    @property
    def name_servers(self) -> list[str]:
        """The delegation set."""
        return ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net", "ns-3.awsdns-03.org", "ns-4.awsdns-04.co.uk"]

    def replace(self, records: dict[Key, RecordSet]) -> None:
        """Let the API show other record sets from now on."""
        self.records = records
        self.revision += 1
        self._sorted = None

    def in_order(self) -> list[RecordSet]:
        """Every record set in the order of ListResourceRecordSets: reversed labels, type, set identifier."""
        if self._sorted is None:
            self._sorted = sorted(
                self.records.values(), key=lambda record: (order_key(record.name), record.type, record.identifier or "")
            )
        return self._sorted

    def at(self, name: str) -> list[RecordSet]:
        """The record sets that the API shows at one normalised name."""
        return [record for record in self.in_order() if record.name == name]

    def publish(self, now: float) -> None:
        """Let the name servers answer with every batch whose propagation is over."""
        while self.pending and self.pending[0].insync <= now:
            batch = self.pending.pop(0)
            gone = [change.record for change in batch.changes if change.action == "DELETE"]
            kept = [change.record for change in batch.changes if change.action != "DELETE"]
            self.serve(kept, gone)

    def serve(self, kept: Iterable[RecordSet], gone: Iterable[RecordSet]) -> None:
        """Change what the name servers answer."""
        served: defaultdict[tuple[str, str], dict[str, RecordSet]] = defaultdict(dict)
        for group, records in self.served.items():
            served[group] = {record.identifier or "": record for record in records}
        for record in gone:
            served[record.name, record.type].pop(record.identifier or "", None)
        for record in kept:
            served[record.name, record.type][record.identifier or ""] = record
        self.served = {group: list(records.values()) for group, records in served.items() if records}
        self.served_names = {name for name, _ in self.served}

    def to_api(self) -> dict[str, Any]:
        """The zone as GetHostedZone returns it."""
        config = {"PrivateZone": self.is_private} | ({"Comment": self.comment} if self.comment else {})
        return {
            "Id": f"/hostedzone/{self.id}",
            "Name": self.name,
            "CallerReference": self.caller_reference,
            "Config": config,
            "ResourceRecordSetCount": len(self.records),
        }
