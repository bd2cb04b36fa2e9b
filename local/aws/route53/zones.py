"""What all operations of Route 53 share: the zones, the request rate, the log of applied batches."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.route53.errors import no_such_hosted_zone, prior_request_not_complete, throttled
from local.aws.route53.throttle import Throttle
from local.aws.route53.zone import AppliedBatch, Change, HostedZone
from local.aws.simulator import WORLD, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.kernel import Kernel

_ALPHABET = string.ascii_uppercase + string.digits
_PROPAGATION_SECONDS = (5.0, 45.0)
_PROCESSING_SECONDS = 0.025


class Zones(Simulator):
    """The hosted zones of one account.

    Args:
        kernel: the clock, and the stream ``route53`` from which ids and propagation times come.
        account: its number; five requests a second are for all of it.
        target_exists: whether a load balancer has a DNS name; without it, every target exists.
    """

    service: ClassVar[str] = "route53"

    def __init__(self, kernel: Kernel, *, account: str, target_exists: Callable[[str], bool] | None = None) -> None:
        self.account = account
        self.target_exists = target_exists
        self.zones: dict[str, HostedZone] = {}
        self.history: list[AppliedBatch] = []
        """Every batch that was applied, oldest first."""
        self._kernel = kernel
        self._draw = kernel.stream("route53")
        self._throttle = Throttle()
        self._zone_of: dict[str, HostedZone] = {}

    def _admit(self) -> None:
        # the world's own set-up is not a caller of the API, so it has no rate
        if self.caller is not WORLD and not self._throttle.admits(self._kernel.now()):
            raise throttled()

    def _zone(self, zone_id: str) -> HostedZone:
        known = self.zones.get(zone_id.removeprefix("/hostedzone/"))
        if known is None:
            raise no_such_hosted_zone(zone_id.removeprefix("/hostedzone/"))
        return known

    def _check_prior(self, zone: HostedZone) -> None:
        # one caller's requests follow each other; those of two callers may overlap
        now, who = self._kernel.now(), self._principal()
        for batch in reversed(self.history[-10:]):
            others = {who, batch.principal}
            overlaps = batch.zone_id == zone.id and abs(now - batch.time) < _PROCESSING_SECONDS
            if overlaps and len(others) > 1 and WORLD.name not in others:
                raise prior_request_not_complete()

    def _principal(self) -> str:
        return self.caller.name or self.caller.arn

    def _record(self, zone: HostedZone, changes: Sequence[Change], comment: str) -> AppliedBatch:
        now = self._kernel.now()
        insync = now + self._draw.uniform(*_PROPAGATION_SECONDS)
        if zone.pending:
            insync = max(insync, zone.pending[-1].insync)
        batch = AppliedBatch(now, insync, self._principal(), zone.id, self._id("C"), comment, tuple(changes))
        self.history.append(batch)
        zone.pending.append(batch)
        return batch

    def _info(self, batch: AppliedBatch) -> dict[str, Any]:
        submitted = datetime.fromtimestamp(batch.time, UTC)
        return batch.to_api(self._kernel.now()) | {"SubmittedAt": submitted}

    def _id(self, first: str) -> str:
        return first + "".join(self._draw.choice(_ALPHABET) for _ in range(20))
