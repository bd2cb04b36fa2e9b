"""The external-dns of one cluster: it keeps the records that the Ingresses ask for; docs/world/external-dns.md.

It is there only while a Deployment of the cluster runs it, and it is as stubborn as the real one: a foreign change of a
record that it owns is undone in its next loop.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from local.aws.simulator import AwsError
from local.edge.external_dns_plan import Proposal, batches, by_ownership, plan, proposals
from local.edge.external_dns_registry import current
from local.edge.external_dns_settings import CannotStart, Settings, settings_of
from local.edge.external_dns_source import Endpoint, wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local.aws.route53 import Route53Simulator
    from local.kernel import Kernel, Steps

DEPLOYMENTS = "deployments.apps"
INGRESSES = "ingresses.networking.k8s.io"
_LOOK_SECONDS = 5.0
_CALL_SECONDS = 0.1
_RETRIES = 3
_BATCH_PAUSE_SECONDS = 1.0
_PASSING = frozenset({"Throttling", "PriorRequestNotComplete"})


class Kubernetes(Protocol):
    """What external-dns needs of the API server."""

    def list(self, resource: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """All objects by namespace and name."""

    def subscribe(self, callback: Callable[[str, str, dict[str, Any]], None]) -> None:
        """Call back with ADDED, MODIFIED or DELETED, the resource and the object."""


@dataclass(frozen=True)
class Failure:
    """An entry of its log. ``time`` is in seconds since the epoch."""

    time: float
    code: str
    message: str


class ExternalDns:
    """One cluster's external-dns.

    Args:
        kernel: the clock.
        api: the cluster's API server.
        route53: where it writes, as the caller ``external-dns/<cluster name>``.
        cluster_name: the cluster's name.
    """

    def __init__(self, kernel: Kernel, api: Kubernetes, route53: Route53Simulator, cluster_name: str) -> None:
        self.errors: deque[Failure] = deque(maxlen=1000)
        """Refusals by Route 53 and reasons not to start, oldest first."""
        self.loops = 0
        self.stopped = False
        self._kernel, self._api, self._route53 = kernel, api, route53
        self._caller = f"external-dns/{cluster_name}"
        self._stale = True
        self._settings: Settings | None = None
        self._ingresses_changed = True
        self._wanted: list[Endpoint] = []
        self._failed: list[Proposal] = []
        self._seen: tuple[object, ...] | None = None
        api.subscribe(self._notice)
        kernel.process(self._run())

    @property
    def settings(self) -> Settings | None:
        """What it was told to do; nothing while it does not run."""
        if self._stale:
            self._stale = False
            self._ingresses_changed = True
            self._settings = self._read_settings()
        return self._settings

    def stop(self) -> None:
        """The cluster is gone, and its external-dns with it."""
        self.stopped = True

    def _notice(self, _event: str, resource: str, _object: dict[str, Any]) -> None:
        self._stale = self._stale or resource == DEPLOYMENTS
        self._ingresses_changed = self._ingresses_changed or resource == INGRESSES

    def _read_settings(self) -> Settings | None:
        for deployment in self._api.list(DEPLOYMENTS):
            try:
                found = settings_of(deployment)
            except CannotStart as error:
                self._fail("CannotStart", str(error))
                return None
            if found is not None and (deployment.get("status") or {}).get("readyReplicas", 0) > 0:
                return found
        return None

    def _run(self) -> Steps:
        while not self.stopped:
            settings = self.settings
            if settings is None:
                yield self._kernel.env.timeout(_LOOK_SECONDS)
                continue
            yield from self._loop(settings)
            yield self._kernel.env.timeout(settings.interval)

    def _loop(self, settings: Settings) -> Steps:
        self.loops += 1
        try:
            zones = yield from self._call("list_hosted_zones")
            for zone in zones["HostedZones"]:
                if _concerns(zone, settings):
                    yield from self._reconcile(zone["Id"], settings)
        except AwsError as error:
            self._fail(error.code, error.message)

    def _reconcile(self, zone_id: str, settings: Settings) -> Steps:
        records = yield from self._records(zone_id)
        if self._ingresses_changed:
            self._ingresses_changed = False
            self._wanted = wanted(self._api.list(INGRESSES), settings)
            self._seen = None
        seen = (zone_id, settings, self._route53.zones[zone_id.removeprefix("/hostedzone/")].revision)
        if seen == self._seen and not self._failed:
            return
        mine = [endpoint for endpoint in self._wanted if self._is_best_zone(endpoint.name, zone_id)]
        present, twins = current(records, settings)
        made = proposals(plan(mine, present, settings), twins, settings)
        if made:
            yield from self._submit(zone_id, made, settings)
        else:
            self._failed = []
            self._seen = seen

    def _is_best_zone(self, name: str, zone_id: str) -> bool:
        names = {zone.name.rstrip("."): f"/hostedzone/{zone.id}" for zone in self._route53.zones.values()}
        holding = [zone for zone in names if name == zone or name.endswith(f".{zone}")]
        return bool(holding) and names[max(holding, key=len)] == zone_id

    def _submit(self, zone_id: str, made: list[Proposal], settings: Settings) -> Steps:
        """New changes in one batch, those that failed before in another; a refused batch goes out record by record."""
        retried = [proposal for proposal in made if proposal in self._failed]
        new = [proposal for proposal in made if proposal not in self._failed]
        self._failed = []
        pending = [*batches(new, settings.batch_size), *batches(retried, settings.batch_size)]
        for index, batch in enumerate(pending):
            if index:
                yield self._kernel.env.timeout(_BATCH_PAUSE_SECONDS)
            if not (yield from self._change(zone_id, batch)):
                groups = by_ownership(batch)
                if len(groups) == 1:
                    self._failed += batch
                    continue
                for group in groups:
                    if not (yield from self._change(zone_id, group)):
                        self._failed += group

    def _change(self, zone_id: str, batch: Iterable[Proposal]) -> Steps:
        changes = [proposal.to_api() for proposal in batch]
        try:
            yield from self._call("change_resource_record_sets", HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
        except AwsError as error:
            self._fail(error.code, error.message)
            return False
        return True

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

    def _fail(self, code: str, message: str) -> None:
        self.errors.append(Failure(self._kernel.now(), code, message))


def _concerns(zone: dict[str, Any], settings: Settings) -> bool:
    name, zone_id = zone["Name"].rstrip("."), zone["Id"].removeprefix("/hostedzone/")
    if settings.zone_ids and zone_id not in settings.zone_ids:
        return False
    if not settings.domains or any(name == domain or name.endswith(f".{domain}") for domain in settings.domains):
        return True
    return settings.match_parent_zone and any(domain.endswith(f".{name}") for domain in settings.domains)
