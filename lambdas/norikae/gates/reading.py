"""What the gates read about one application, each thing once and only when a gate asks for it."""

# ruff: noqa: PLC0415 - a function that judges twice a minute pays for the gates that the plan names, and no others

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from norikae.gates.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from norikae.environment import Thresholds
    from norikae.traffic.moving import Moving
    from norikae.traffic.ports import TargetGroupHealth

Window = dict[str, float]


class Reading:
    """One look at an application with the eyes of any gate.

    Args:
        moving: the application.
        since: when its weight came into force, in seconds since the epoch; figures from before do not count.
    """

    def __init__(self, moving: Moving, since: float) -> None:
        self.moving, self.ports, self.since = moving, moving.ports, since
        self.thresholds: Thresholds = moving.ports.environment.shift.thresholds

    def measure(self, gate: str) -> Verdict:
        """What one gate says at this instant, by itself.

        Args:
            gate: its kind.

        Raises:
            NorikaeError: what it reads cannot be read, just now or at all.
        """
        measures = {
            "target-health": self._target_health,
            "http-5xx": self._http_5xx,
            "latency": self._latency,
            "served-share": self._served_share,
            "cloudwatch-alarm": self._alarms,
            "cloudwatch-query": self._queries,
            "argocd-health": self._argocd_health,
            "http-probe": self._probe,
        }
        if gate not in measures:
            text = f"this version has no such gate; there are: {', '.join(measures)}"
            return Verdict(gate, Outcome.INCONCLUSIVE, text)
        return measures[gate]()

    @cached_property
    def green(self) -> tuple[TargetGroupHealth, ...]:
        """The application's target groups behind the load balancers that green's records point at."""
        return green_health(self.moving)

    @cached_property
    def blue(self) -> tuple[TargetGroupHealth, ...]:
        """The same behind those of blue: by its records from before the shift, its name where green has its own."""
        moving = self.moving
        resources = [name.replace(moving.green, moving.blue) for one in moving.item.green for name in one.resources]
        targets = {record.target for record in moving.original_of_blue()}
        return tuple(
            group for target in sorted(targets) for group in self.ports.load_balancers.health(target, resources)
        )

    def _window(self, seconds: int, *, after: int = 0) -> Window:
        """The last seconds that CloudWatch knows by now, from when the weight is in force."""
        end = self.ports.now - self.thresholds.metrics_delay
        return {"start": max(self.since + after, end - seconds), "end": end}

    def _target_health(self) -> Verdict:
        from norikae.gates.target_health import target_health

        return target_health(self.green, self.thresholds.target_health)

    def _http_5xx(self) -> Verdict:
        from norikae.gates.http_5xx import http_5xx

        threshold, metrics = self.thresholds.http_5xx, self.ports.metrics
        window = self._window(threshold.window)
        return http_5xx(metrics.answers(self.green, **window), metrics.answers(self.blue, **window), threshold)

    def _latency(self) -> Verdict:
        from norikae.gates.latency import latency

        threshold, metrics = self.thresholds.latency, self.ports.metrics
        window = self._window(threshold.window)
        green, blue = (metrics.response_time(side, threshold.statistic, **window) for side in (self.green, self.blue))
        return latency(green, blue, threshold)

    def _served_share(self) -> Verdict:
        from norikae.gates.served_share import Served, served_share

        threshold, metrics = self.thresholds.served_share, self.ports.metrics
        # Resolvers answer with the old weights for one TTL more.
        window = self._window(threshold.window, after=self.ports.environment.dns.answer_ttl)
        served = Served(
            green=metrics.answers(self.green, **window).requests,
            blue=metrics.answers(self.blue, **window).requests,
            weights=self.moving.item.written,
            cluster=self.moving.green,
            earlier=_weights_since(self.moving, window["start"] - threshold.lag),
        )
        return served_share(served, threshold)

    def _alarms(self) -> Verdict:
        from norikae.gates.cloudwatch_alarm import cloudwatch_alarm

        names = [self._filled(name) for name in self.thresholds.cloudwatch_alarm.alarms]
        return cloudwatch_alarm(names, self.ports.metrics.alarms(names) if names else {})

    def _queries(self) -> Verdict:
        from norikae.gates.cloudwatch_query import cloudwatch_query, filled

        queries = [filled(query, self._filled) for query in self.thresholds.cloudwatch_query.queries]
        values = [self.ports.metrics.values(query, **self._window(query.window)) for query in queries]
        return cloudwatch_query(list(zip(queries, values, strict=True)))

    def _argocd_health(self) -> Verdict:
        from norikae.argocd.applications import APPLICATIONS
        from norikae.argocd.home import counterpart, home_of
        from norikae.argocd.ready import Expected
        from norikae.gates.argocd_health import argocd_health
        from norikae.singletons.ledger import suspended_on_green

        moving, argocd = self.moving, self.ports.environment.argocd
        api = self.ports.kubernetes(home_of(argocd, moving.green).cluster)
        names = [counterpart(argocd, name, moving.blue, moving.green) for name in moving.planned.sources]
        apps = {name: api.get(APPLICATIONS, name, argocd.namespace) for name in names}
        return argocd_health(apps, Expected(self.ports.now, suspended=suspended_on_green(self.ports, moving.plan)))

    def _probe(self) -> Verdict:
        from norikae.gates.http_probe import http_probe

        return http_probe(
            self.ports.probe, self.ports.load_balancers, self.moving.item.green, self.moving.planned.probe
        )

    def _filled(self, text: str) -> str:
        """A text of the environment file with the placeholders of this application."""
        moving = self.moving
        names = {"application": moving.planned.name, "green": moving.green, "blue": moving.blue}
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value)
        return text


def green_health(moving: Moving) -> tuple[TargetGroupHealth, ...]:
    """The target groups of the application behind the load balancers that green's records point at."""
    return moving.health(moving.item.green)


def _weights_since(moving: Moving, instant: float) -> tuple[int, ...]:
    """Green's weights that were in force at an instant or came after it; 0 is the one before the first."""
    steps = [(0.0, 0), *moving.item.steps]
    ended = [at for at, _ in steps[1:]] + [moving.ports.now]
    return tuple(weight for (_, weight), until in zip(steps, ended, strict=True) if until >= instant)
