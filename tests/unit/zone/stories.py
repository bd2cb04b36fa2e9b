"""Applications that change their weights at the same time, and the one writer of their zone."""

from __future__ import annotations

from typing import Any

from norikae.errors import AwsRefusedError, UnreachableError
from norikae.traffic.records import Change, LoadBalancerTarget
from norikae.traffic.weights import Side, batch_to, weights_of
from norikae.zone.deferred import ZoneDns
from norikae.zone.ports import Zone
from norikae.zone.write import write_zone
from tests.unit.fakes.ports import ZONE, FakeDns, FakePorts, alias
from tests.unit.fakes.zone import FakeBell, FakeClock, FakeIntents

BLUE, GREEN = "blue", "green"
NOW = 1_000_000.0


class StrictDns(FakeDns):
    """A hosted zone that loses answers or dies when the story says so."""

    def __init__(self, *records: Any) -> None:
        super().__init__(*records)
        self.lost = 0
        self.refuses: dict[str, Exception] = {}
        self.requests: list[int] = []
        self.read = 0

    def records(self, hosts: Any, types: Any = ("A", "AAAA")) -> Any:
        self.read += 1
        return super().records(hosts, types)

    def change(self, changes: Any, comment: str) -> str:
        self.requests.append(len(changes))
        for change in changes:
            if change.record.name in self.refuses:
                raise self.refuses[change.record.name]
        made = super().change(changes, comment)
        if self.lost:
            self.lost -= 1
            raise UnreachableError("the answer was lost")
        return made


class Zones:
    """A zone with some applications, and functions that want to change them."""

    def __init__(self, count: int = 3) -> None:
        self.hosts = [f"app{number:03}.example.com" for number in range(count)]
        self.dns = StrictDns(*(alias(host, BLUE, 100, kind) for host in self.hosts for kind in ("A", "AAAA")))
        self.intents, self.bell, self.clock = FakeIntents(), FakeBell(), FakeClock(NOW)
        self.ports = FakePorts(dns=self.dns, now=NOW)
        self.ports.zone = Zone("Z1", self.intents, self.dns, self.bell, self.clock)

    def function(self, *, directly_after: float | None = None, bell: bool = True) -> ZoneDns:
        """A function of this moment."""
        return ZoneDns(
            self.dns,
            self.intents,
            self.clock.time,
            bell=self.bell if bell else None,
            directly_after=directly_after,
            looks_every=5,
        )

    def batch(self, host: str, weight: int) -> tuple[Change, ...]:
        """The changes that give an application's green a weight, from what the zone says now."""
        side = Side(GREEN, {host: LoadBalancerTarget("green.elb.example", ZONE)})
        return batch_to(self.dns.records([host]), blue=BLUE, green=side, weight=weight)

    def wants(self, host: str, weight: int, **how: Any) -> str:
        """One function writes a weight."""
        self.clock.time += 0.001
        return self.function(**how).change(self.batch(host, weight), f"application={host} weight={weight}")

    def all_want(self, weight: int) -> dict[str, str]:
        """Every application at once."""
        return {host: self.wants(host, weight) for host in self.hosts}

    def written(self) -> int:
        """The writer looks."""
        return write_zone(self.ports)

    def weight(self, host: str) -> dict[str, int]:
        return weights_of(self.dns.records([host]))

    def time_passes(self, seconds: float) -> None:
        self.clock.time += seconds


def denied() -> AwsRefusedError:
    return AwsRefusedError("route53:ChangeResourceRecordSets", "AccessDenied", "no")
