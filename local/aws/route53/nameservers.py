"""What resolvers, reports and the world's set-up see of Route 53."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local.aws.route53.answers import Answer, answer
from local.aws.route53.names import lies_within, normalise, wildcards_over
from local.aws.route53.zones import Zones

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from local.aws.route53.record import RecordSet
    from local.aws.route53.zone import HostedZone


class NameServers(Zones):
    """The name servers of all public zones: they answer with a batch only when it is INSYNC.

    Nobody asks from within a VPC, so what a private zone holds is seen by the API alone.
    """

    def answer(
        self,
        name: str,
        type: str,  # noqa: A002 - DNS's word
        draw: random.Random,
        alias_healthy: Callable[[str], bool],
    ) -> Answer | None:
        """What the name servers answer now; None when there is no such name or no such type at it.

        Args:
            name: the name that is asked for, in any spelling.
            type: A, AAAA, CNAME or TXT.
            draw: the resolver's random numbers.
            alias_healthy: whether a load balancer is healthy, by DNS name.

        Source: Developer Guide, "Weighted routing" and "How Amazon Route 53 chooses records when health checking
        is configured".
        """
        full = normalise(name)
        zone = self._holding(full)
        if zone is None:
            return None
        zone.publish(self._kernel.now())
        return answer(zone, full, type, draw, alias_healthy)

    def exists(self, name: str) -> bool:
        """Whether an empty answer means NODATA (the name is there, the type is not) rather than NXDOMAIN."""
        full = normalise(name)
        zone = self._holding(full)
        if zone is None:
            return False
        zone.publish(self._kernel.now())
        names = zone.served_names
        if full in names or any(wildcard in names for wildcard in wildcards_over(full, zone.name)):
            return True
        return any(known.endswith(f".{full}") for known in names)

    def weights_of(self, name: str, type: str = "A") -> dict[str, int]:  # noqa: A002 - DNS's word
        """The weights that the API shows at a name, by set identifier."""
        return {
            record.identifier: record.weight or 0
            for record in self._at(name)
            if record.type == type and record.identifier is not None
        }

    def snapshot(self, name: str) -> list[dict[str, Any]]:
        """Every record set that the API shows at a name, as the API spells it."""
        return [record.to_api() for record in self._at(name)]

    def settle(self) -> None:
        """Let the name servers answer with everything written so far, as if it had been there for long."""
        for zone in self.zones.values():
            zone.publish(float("inf"))
        now = self._kernel.now()
        self.history = [replace(batch, insync=min(batch.insync, now)) for batch in self.history]

    def _holding(self, name: str) -> HostedZone | None:
        zone = self._zone_of.get(name)
        if zone is None:
            public = (candidate for candidate in self.zones.values() if not candidate.is_private)
            holding = [candidate for candidate in public if lies_within(name, candidate.name)]
            if not holding:
                return None
            zone = self._zone_of[name] = max(holding, key=lambda candidate: len(candidate.name))
        return zone

    def _at(self, name: str) -> list[RecordSet]:
        full = normalise(name)
        zone = self._holding(full)
        return zone.at(full) if zone else []
