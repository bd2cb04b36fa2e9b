"""What external-dns reads from Route 53 and sends there: zones, records, batches.

Source: github.com/kubernetes-sigs/external-dns, ``provider/cached_provider.go``, and ``Zones``, ``submitChanges``,
``suitableZones`` in ``provider/aws/aws.go``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError
from local.edge.external_dns_plan import Proposal, batches, by_ownership

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local.aws.route53 import Route53Simulator
    from local.edge.external_dns_settings import Settings
    from local.kernel import Kernel, Steps

_CALL_SECONDS = 0.1
_RETRIES = 3
_BATCH_PAUSE_SECONDS = 1.0
_PASSING = frozenset({"Throttling", "PriorRequestNotComplete"})


@dataclass(frozen=True, slots=True)
class Zone:
    """A hosted zone that it may write."""

    id: str
    name: str
    private: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """All records of all its zones, and when they were read.

    The order of the zones is nobody's choice (it ranges over a Go map); of two zones with one record, the later counts.
    ``mark`` is the same for two readings between which nothing was written.
    """

    zones: tuple[Zone, ...]
    records: list[dict[str, Any]]
    mark: tuple[tuple[str, int], ...]
    time: float


class Provider:
    """Route 53 as one external-dns sees it.

    Args:
        kernel: the clock.
        route53: the service.
        caller: under which name it calls.
        fail: is told the code and the message of every refusal of a change.
    """

    def __init__(
        self, kernel: Kernel, route53: Route53Simulator, caller: str, fail: Callable[[str, str], None]
    ) -> None:
        self._kernel, self._route53, self._caller, self._fail = kernel, route53, caller, fail
        self._draw = kernel.stream(f"{caller}/zones")
        self._cache: Reading | None = None
        self._failed: dict[str, list[Proposal]] = {}

    @property
    def has_failed(self) -> bool:
        """Whether something waits to be sent again."""
        return any(self._failed.values())

    def restart(self) -> None:
        """A new process knows nothing."""
        self._cache, self._failed = None, {}

    def read(self, settings: Settings) -> Steps:
        """The records of all zones, from the cache while that is young enough."""
        cached = self._cache
        if cached is not None and self._kernel.now() <= cached.time + settings.provider_cache:
            return cached
        zones = yield from self._zones(settings)
        records: list[dict[str, Any]] = []
        marks = []
        for zone in zones:
            records += yield from self._records(zone.id)
            marks.append((zone.id, self._route53.zones[zone.id].revision))
        read = Reading(zones, records, tuple(marks), self._kernel.now())
        self._cache = read if settings.provider_cache else None
        return read

    def apply(self, made: list[Proposal], settings: Settings) -> Steps:
        """Send changes to every zone that they suit; the cache is forgotten first."""
        self._cache = None
        zones = yield from self._zones(settings)
        for zone in zones:
            suited = [one.within(zone.id) for one in made if zone in suitable_zones(one.record["Name"], zones)]
            yield from self._submit(zone.id, suited, settings)

    def _submit(self, zone_id: str, made: list[Proposal], settings: Settings) -> Steps:
        """New changes in one batch, those that failed before in another; a refused batch goes out record by record."""
        before = self._failed.pop(zone_id, [])
        retried = [proposal for proposal in made if proposal in before]
        new = [proposal for proposal in made if proposal not in before]
        failed: list[Proposal] = []
        pending = [*batches(new, settings.batch_size), *batches(retried, settings.batch_size)]
        for index, batch in enumerate(pending):
            if index:
                yield self._kernel.env.timeout(_BATCH_PAUSE_SECONDS)
            if not (yield from self._change(zone_id, batch)):
                groups = by_ownership(batch)
                if len(groups) == 1:
                    failed += batch
                    continue
                for group in groups:
                    if not (yield from self._change(zone_id, group)):
                        failed += group
        self._failed[zone_id] = failed

    def _change(self, zone_id: str, batch: Iterable[Proposal]) -> Steps:
        changes = [proposal.to_api() for proposal in batch]
        try:
            yield from self._call("change_resource_record_sets", HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
        except AwsError as error:
            self._fail(error.code, error.message)
            return False
        return True

    def _zones(self, settings: Settings) -> Steps:
        listed = yield from self._call("list_hosted_zones")
        zones = (
            Zone(one["Id"].removeprefix("/hostedzone/"), one["Name"].rstrip("."), one["Config"]["PrivateZone"])
            for one in listed["HostedZones"]
        )
        mine = [zone for zone in zones if _concerns(zone, settings)]
        self._draw.shuffle(mine)
        return tuple(mine)

    def _records(self, zone_id: str) -> Steps:
        records: list[dict[str, Any]] = []
        start: dict[str, str] = {}
        while True:
            page = yield from self._call("list_resource_record_sets", HostedZoneId=zone_id, **start)
            records += page["ResourceRecordSets"]
            if not page["IsTruncated"]:
                return records
            start = {"StartRecordName": page["NextRecordName"], "StartRecordType": page["NextRecordType"]}
            if "NextRecordIdentifier" in page:
                start["StartRecordIdentifier"] = page["NextRecordIdentifier"]

    def _call(self, operation: str, **arguments: Any) -> Steps:
        """One call of Route 53, with the retries of the AWS SDK."""
        attempt = 0
        while True:
            yield self._kernel.env.timeout(_CALL_SECONDS)
            try:
                with self._route53.as_caller(self._caller):
                    return getattr(self._route53, operation)(**arguments)
            except AwsError as error:
                attempt += 1
                if error.code not in _PASSING or attempt >= _RETRIES:
                    raise
            yield self._kernel.env.timeout(0.5 * 2**attempt)


def suitable_zones(name: str, zones: Iterable[Zone]) -> list[Zone]:
    """Where a record of a name is written: every private zone that holds it, and the longest public one."""
    holding = [zone for zone in zones if name == zone.name or name.endswith(f".{zone.name}")]
    public = [zone for zone in holding if not zone.private]
    best = [max(public, key=lambda zone: len(zone.name))] if public else []
    return [zone for zone in holding if zone.private] + best


def _concerns(zone: Zone, settings: Settings) -> bool:
    if settings.zone_ids and not any(zone.id.endswith(one) for one in settings.zone_ids):
        return False
    if settings.zone_type and zone.private != (settings.zone_type == "private"):
        return False
    name = zone.name
    if not settings.domains or any(name == domain or name.endswith(f".{domain}") for domain in settings.domains):
        return True
    return settings.match_parent_zone and any(domain.endswith(f".{name}") for domain in settings.domains)
