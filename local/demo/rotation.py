"""Secrets that rotate while applications move, and when each cluster has the new value, as the clusters show it.

Whether a Kubernetes Secret is current is told by what is in it, never by an annotation or a status that norikae writes.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from local.aws.mischief import Mischief
from local.demo.brownfield import WHOLE, set_identifier
from local.kubernetes.mishaps import Kind, Mishap
from local.sinks import SECRETS as RESOURCE
from local.team_secrets import SECRETS, TeamSecret

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.secrets.records import Secret, Version
    from local.demo.stage import Stage
    from local.kubernetes.api import ApiServer
    from local.kubernetes.store import Change
    from norikae.traffic.applications import Application

LOOK_SECONDS = 5
ONE_AT, ALL_AT = 25, 5
"""Green's weight, in percent, of the application that gets there first: then one secret is rotated, or all begin to."""
RESTARTED = "chat-api"
"""Its Deployment asks for a restart when its first secret changes."""
APART_SECONDS = 8
"""Between two rotations of a story in which all rotate."""
OUTAGE_AFTER, OUTAGE_SECONDS = 30, 120
BUS = Mischief(duplicate=0.3, loss=0.25, delay=5.0)
SOURCE = "aws.secretsmanager"


@dataclass(slots=True)
class Rotated:
    """One rotation of one secret.

    Args:
        secret: its name.
        generation: of the value that became current.
        at: when it did, in seconds since the epoch.
        arrived: seconds until a cluster's Secret had it, by cluster.
        wanted: the clusters that had a Secret of it then.
    """

    secret: str
    generation: int
    at: float
    wanted: frozenset[str]
    arrived: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Carried:
    """What was seen of secrets.

    Args:
        rotated: every rotation, in order.
        current: the generations of each secret with the instant at which each became current.
        held: those that a cluster's Secret had, by secret and cluster.
        unreachable: the cluster whose API server could not be reached for a while; "" when none was.
        lost: events that never came.
        doubled: events that came twice.
    """

    rotated: list[Rotated] = field(default_factory=list)
    current: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    held: dict[tuple[str, str], list[tuple[float, int]]] = field(default_factory=dict)
    unreachable: str = ""
    lost: int = 0
    doubled: int = 0


class Rotation:
    """Rotates secrets in the middle of a shift, and watches every cluster.

    Args:
        stage: where.
        say: is told what happens, for the log.
        everything: whether every secret rotates, on a bus that loses and doubles events, while a cluster is unreachable
            for two minutes; otherwise one does, and nothing else goes wrong.
    """

    def __init__(self, stage: Stage, say: Callable[[str], None], *, everything: bool) -> None:
        self.seen = Carried()
        self._stage, self._world, self._say, self._everything = stage, stage.world, say, everything
        self._began = False
        staged = {one.name for one in stage.applications}
        self._secrets = [one for one in SECRETS if one.application in staged]
        """Those that somebody declares; what else there is has no pods and no declaration."""
        self._by_name = {one.name: one for one in self._secrets}
        self._by_place = {(one.namespace, one.target): one for one in self._secrets}
        self._watched: set[str] = set()
        for one in self._secrets:
            self.seen.current[one.name] = [(self._world.kernel.now(), self._generation(one))]
        self._world.secrets.on_current.append(self._became_current)
        self._look()
        self._world.kernel.every(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        for name, cluster in self._world.clusters.items():
            if name not in self._watched:
                self._watched.add(name)
                self._watch(name, cluster.api)
        if not self._began:
            self._begin()

    def _watch(self, cluster: str, api: ApiServer) -> None:
        for obj in api.list(RESOURCE):
            self._note(cluster, obj)
        api.store.observe(lambda change: self._changed(cluster, change))

    def _changed(self, cluster: str, change: Change) -> None:
        if change.resource == RESOURCE and change.kind != "DELETED":
            self._note(cluster, change.after.body)

    def _note(self, cluster: str, obj: dict[str, object]) -> None:
        meta: dict[str, str] = obj["metadata"]  # type: ignore[assignment]
        secret = self._by_place.get((meta.get("namespace", ""), meta["name"]))
        if secret is None:
            return
        data: dict[str, str] = obj.get("data") or {}  # type: ignore[assignment]
        generation = self._stage.secrets.generation_in(base64.b64decode(one) for one in data.values())
        held = self.seen.held.setdefault((secret.name, cluster), [])
        if not held or held[-1][1] != generation:
            held.append((self._world.kernel.now(), generation))
            self._arrived(secret, cluster, generation)

    def _arrived(self, secret: TeamSecret, cluster: str, generation: int) -> None:
        for one in self.seen.rotated:
            due = one.secret == secret.name and one.generation <= generation and cluster in one.wanted
            if due and cluster not in one.arrived:
                one.arrived[cluster] = self._world.kernel.now() - one.at
                if one.arrived.keys() == one.wanted:
                    where = " and ".join(sorted(map(self._role, one.wanted)))
                    slowest = max(one.arrived.values())
                    self._say(f"secret {one.secret} rotated: current on {where} after {slowest:.1f} s")

    def _became_current(self, secret: Secret, _: Version) -> None:
        known = self._by_name.get(secret.name)
        if known is None:
            return
        generation, now = self._generation(known), self._world.kernel.now()
        self.seen.current[secret.name].append((now, generation))
        wanted = (name for name in self._world.clusters if (secret.name, name) in self.seen.held)
        self.seen.rotated.append(Rotated(secret.name, generation, now, frozenset(wanted)))

    def _generation(self, secret: TeamSecret) -> int:
        version = self._world.secrets.vault.find(secret.name).labelled("AWSCURRENT")
        value = (version.binary if version.binary is not None else (version.text or "").encode()) if version else b""
        return self._stage.secrets.generation_in([value])

    def _begin(self) -> None:
        for application in self._candidates():
            weight = self._on_green(application.hosts[0])
            mine = [one for one in SECRETS if one.application == application.name]
            if mine and (ALL_AT if self._everything else ONE_AT) <= weight < WHOLE:
                self._began = True
                what = "all secrets rotate" if self._everything else f"{mine[0].name} rotates"
                self._say(f"{application.name} is at {weight} %: {what}")
                self._rotate_all() if self._everything else self._stage.secrets.rotate(mine[0])
                return

    def _candidates(self) -> list[Application]:
        """When one secret rotates, then one whose pods have to be restarted for it."""
        found = list(self._stage.applications)
        restarted = [one for one in found if one.name == RESTARTED]
        return found if self._everything else restarted or found

    def _rotate_all(self) -> None:
        kernel, bus = self._world.kernel, self._world.events
        bus.mischief_of[SOURCE] = BUS
        for number, secret in enumerate(SECRETS):
            kernel.after(number * APART_SECONDS, partial(self._stage.secrets.rotate, secret))
        kernel.after(OUTAGE_AFTER, self._cut_off)

    def _cut_off(self) -> None:
        green = next(name for name in self._world.clusters if name != self._stage.blue)
        mishaps = self._world.clusters[green].api.mishaps
        mishaps.happen(Mishap(Kind.UNAVAILABLE, times=None))
        self.seen.unreachable = green
        self._say(f"the API server of {green} cannot be reached")

        def back() -> None:
            mishaps.end()
            self._say(f"the API server of {green} can be reached again")

        self._world.kernel.after(OUTAGE_SECONDS, back)

    def close(self) -> None:
        """Nobody rotates anything any more; what the bus has done is counted."""
        bus = self._world.events
        self.seen.lost = sum(one["source"] == SOURCE for one in bus.lost)
        self.seen.doubled = sum(one["source"] == SOURCE for one in bus.doubled)

    def _on_green(self, host: str) -> int:
        mine = {self._stage.blue, set_identifier(self._stage.blue)}
        weights = self._world.route53.weights_of(host)
        return sum(weight for name, weight in weights.items() if name not in mine) if set(weights) & mine else 0

    def _role(self, cluster: str) -> str:
        return "blue" if cluster == self._stage.blue else "green"
