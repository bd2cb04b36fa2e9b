"""The external-dns of one cluster: it keeps the records that the Ingresses ask for; docs/world/external-dns.md.

It is there only while a Deployment of the cluster runs it, and it is as stubborn as the real one: a foreign change of a
record that it owns is undone in its next loop.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from local.aws.simulator import AwsError
from local.edge.external_dns_plan import Plan, plan, proposals
from local.edge.external_dns_provider import Provider, suitable_zones
from local.edge.external_dns_registry import Twins, current
from local.edge.external_dns_settings import CannotStart, Settings, runs_external_dns, settings_of
from local.edge.external_dns_source import Endpoint, passes
from local.edge.external_dns_wanted import RESOURCES, wanted
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.route53 import Route53Simulator
    from local.edge.external_dns_provider import Reading
    from local.kernel import Kernel, Steps

DEPLOYMENTS = "deployments.apps"
_LOOK_SECONDS = 5.0
_EVENT_SECONDS = 5.0
"""How long it gathers events before the loop that they ask for; the flag for the distance of two loops is another."""


class Kubernetes(Protocol):
    """What external-dns needs of the API server."""

    def list(self, resource: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """All objects by namespace and name."""

    def patch(self, resource: str, name: str, namespace: str, body: Any, *, subresource: str, manager: str) -> object:
        """A merge patch; ApiError when it is refused."""

    def subscribe(self, callback: Callable[[str, str, dict[str, Any]], None]) -> None:
        """Call back with ADDED, MODIFIED or DELETED, the resource and the object."""


@dataclass(frozen=True)
class Failure:
    """An entry of its log. ``time`` is in seconds since the epoch."""

    time: float
    code: str
    message: str


@dataclass
class Known:
    """What it believes to be in its zones, and since when (``--txt-cache-interval``)."""

    reading: Reading
    present: list[Endpoint]
    twins: Twins

    def learn(self, done: Plan, owner: str) -> None:
        """Believe in its own changes, whether Route 53 took them or not (``addToCache``, ``removeFromCache``)."""
        gone = {endpoint.key for endpoint in (*done.delete, *done.update)}
        made = [replace(endpoint, owner=owner) for endpoint in (*done.create, *done.update)]
        self.present = [endpoint for endpoint in self.present if endpoint.key not in gone] + made


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
        self._kernel, self._api = kernel, api
        caller = f"external-dns/{cluster_name}"
        self._provider, self._draw = Provider(kernel, route53, caller, self._fail), kernel.stream(caller)
        self._stale = True
        self._settings: Settings | None = None
        self._wake = kernel.env.event()
        self._restart()
        api.subscribe(self._notice)
        kernel.process(self._run())

    @property
    def settings(self) -> Settings | None:
        """What it was told to do; nothing while it does not run."""
        if self._stale:
            self._stale = False
            before, self._settings = self._settings, self._read_settings()
            if self._settings != before:
                self._restart()
        return self._settings

    def stop(self) -> None:
        """The cluster is gone, and its external-dns with it."""
        self.stopped = True

    def _restart(self) -> None:
        """A new process, in the middle of a second: it knows nothing, and its first loop comes at once."""
        self._provider.restart()
        self._known: Known | None = None
        self._wanted: list[Endpoint] | None = None
        self._at_peace: object = None
        self._last_run, self._next_run = float("-inf"), self._kernel.env.now + self._draw.random()

    def _notice(self, _event: str, resource: str, obj: dict[str, Any]) -> None:
        if resource == DEPLOYMENTS:
            self._stale = True
            if runs_external_dns(obj):
                self._wake_up()
        elif resource in RESOURCES.values():
            self._wanted = None
            settings = self._settings
            if settings is not None and settings.events and resource in map(RESOURCES.get, settings.sources):
                self._come_early(settings)

    def _come_early(self, settings: Settings) -> None:
        """``ScheduleRunOnce`` in controller/controller.go."""
        soon = min(self._kernel.env.now + _EVENT_SECONDS, self._next_run)
        self._next_run = max(self._last_run + settings.min_event_sync, soon)
        self._wake_up()

    def _wake_up(self) -> None:
        if not self._wake.triggered:
            self._wake.succeed()

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
        env = self._kernel.env
        while not self.stopped:
            settings = self.settings
            if settings is None:
                yield env.timeout(_LOOK_SECONDS)
                continue
            if env.now >= self._next_run:
                self._last_run, self._next_run = env.now, env.now + settings.interval
                yield from self._loop(settings)
            self._wake = env.event()
            yield self._wake | env.timeout(max(0.0, self._next_run - env.now))

    def _loop(self, settings: Settings) -> Steps:
        self.loops += 1
        try:
            known = yield from self._read(settings)
            if self._wanted is None:
                self._wanted = wanted(self._objects(settings), settings)
                self._at_peace = None
            state = (known.reading.mark, settings)
            if state == self._at_peace and not self._provider.has_failed:
                return
            mine = [endpoint for endpoint in self._wanted if suitable_zones(endpoint.name, known.reading.zones)]
            found = plan(mine, (one for one in known.present if passes(one.name, settings.domains)), settings)
            made = proposals(found, known.twins, settings)
            self._at_peace = None if made else state
            if made:
                if settings.txt_cache:
                    known.learn(found, settings.owner)
                yield from self._provider.apply(made, settings)
        except AwsError as error:
            self._fail(error.code, error.message)
        except ApiError as error:  # the real one exits, is started again, and exits again
            self._fail("CannotStart", str(error))

    def _objects(self, settings: Settings) -> dict[str, list[dict[str, Any]]]:
        """What each source lists; a DNSEndpoint is told that its generation was seen."""
        found = {source: self._api.list(RESOURCES[source]) for source in settings.sources if source in RESOURCES}
        for obj in found.get("crd", ()):
            generation, metadata = obj["metadata"].get("generation"), obj["metadata"]
            if (obj.get("status") or {}).get("observedGeneration") != generation:
                seen = {"status": {"observedGeneration": generation}}
                where = (RESOURCES["crd"], metadata["name"], metadata["namespace"])
                with suppress(ApiError):  # it warns, and goes on
                    self._api.patch(*where, seen, subresource="status", manager="external-dns")
        return found

    def _read(self, settings: Settings) -> Steps:
        """What is there: read anew unless what it knows is younger than ``--txt-cache-interval``."""
        if self._known is None or self._kernel.now() - self._known.reading.time >= settings.txt_cache:
            reading = yield from self._provider.read(settings)
            known = Known(reading, *current(reading.records, settings))
            self._known = known if settings.txt_cache else None
            return known
        return self._known

    def _fail(self, code: str, message: str) -> None:
        self.errors.append(Failure(self._kernel.now(), code, message))
