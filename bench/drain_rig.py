"""What the bench of a drain puts around norikae's own code: a queue with its pollers, a table, machines, executions.

Everything here answers from memory after a pause, as the real thing does over its network. The code that is measured,
from the message to the eviction, is that of the functions; the API server is the embedded world's, in a process of its
own, over HTTPS.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from bench.topic import Topic
from norikae.adapters.clock import SystemClock
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.adapters.kubernetes.yard import CONNECTIONS, ApiYard
from norikae.drain.claim import Claim, Wave
from norikae.drain.ports import Machine
from norikae.drain.slice import drain_slice
from norikae.errors import ConflictError
from norikae.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import norikae.ports
    from bench.cluster import Server
    from norikae.drain.interruption import Hook
    from norikae.drain.ports import Impairment, Waiting, Yard
    from norikae.environment import Environment

TABLE_SECONDS = 0.005
"""A request to DynamoDB."""
EC2_SECONDS = 0.014
"""A DescribeInstances."""
STEP_SECONDS = 0.05
"""Between two states of a machine."""


class Claims:
    """The claims of one table, each request of which takes its time."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Claim] = {}
        self._waves: dict[str, Wave] = {}
        self._lock = threading.Lock()
        self.requests: Counter[str] = Counter()

    def open(self, cluster: str) -> list[Claim]:
        """The claims that are not finished."""
        with self._asked("query"):
            return [one for key, one in sorted(self._items.items()) if key[0] == cluster and one.is_open]

    def of(self, cluster: str, instance: str) -> Claim | None:
        """One claim."""
        with self._asked("get"):
            return self._items.get((cluster, instance))

    def write(self, claim: Claim, *, instead_of: Claim | None) -> None:
        """Compare and set."""
        key = claim.cluster, claim.instance
        with self._asked("put"):
            if self._items.get(key) != instead_of:
                raise ConflictError(f"{claim.instance}: somebody wrote first")
            self._items[key] = claim

    def wave(self, cluster: str) -> Wave:
        """The open wave."""
        with self._asked("get"):
            return self._waves.get(cluster, Wave())

    def close(self, cluster: str, wave: Wave) -> None:
        """The next wave."""
        with self._asked("put"):
            if self._waves.get(cluster, Wave()) == wave:
                self._waves[cluster] = Wave(number=wave.number + 1)

    def all(self) -> list[Claim]:
        """Every claim."""
        with self._lock:
            return list(self._items.values())

    def _asked(self, what: str) -> threading.Lock:
        time.sleep(TABLE_SECONDS)
        self.requests[what] += 1
        return self._lock


class Fleet:
    """Spot machines of one cluster that are all about to go, without lifecycle hooks and target groups."""

    def __init__(self, cluster: str, names: dict[str, str]) -> None:
        self._cluster, self._names = cluster, names

    def machines(self, instances: Sequence[str]) -> dict[str, Machine]:
        """Those that are asked for."""
        time.sleep(EC2_SECONDS)
        tags = {"eks:cluster-name": self._cluster, f"kubernetes.io/cluster/{self._cluster}": "owned"}
        return {
            one: Machine(one, "running", self._names[one], tags, spot=True) for one in instances if one in self._names
        }

    def waiting(self, cluster: str) -> list[Waiting]:
        """None."""
        del cluster
        return []

    def impaired(self, instances: Sequence[str]) -> list[Impairment]:
        """None."""
        del instances
        return []

    def complete(self, hook: Hook, instance: str, result: Literal["CONTINUE", "ABANDON"]) -> None:
        """Nothing waits."""

    def beat(self, hook: Hook, instance: str) -> bool:
        """Nothing waits."""
        del hook, instance
        return False

    def heartbeat_seconds(self, hook: Hook) -> int:
        """Nothing waits."""
        del hook
        return 0

    def target_groups(self) -> tuple[str, ...]:
        """Only pods are targets."""
        return ()

    def targets(self, group: str) -> frozenset[str]:
        """Only pods are targets."""
        del group
        return frozenset()


@dataclass
class Rig:
    """One account: every invocation sees it through ``Ports`` of its own, with a connection pool of its own.

    Args:
        environment: its policies.
        cluster: the one whose nodes go.
        server: its API.
        claims: the table.
        fleet: the machines.
    """

    environment: Environment
    cluster: str
    server: Server
    claims: Claims
    fleet: Fleet
    topic: Topic = field(default_factory=Topic)
    settings: Settings = field(default_factory=lambda: Settings(drain_machine="drain"))
    failures: list[BaseException] = field(default_factory=list)
    ingest_seconds: list[float] = field(default_factory=list)
    executions: Executions = field(init=False)

    def __post_init__(self) -> None:
        self.executions = Executions(self)

    def ports(self) -> norikae.ports.Ports:
        """The world for one invocation."""
        return cast("norikae.ports.Ports", Ports(self, time.time()))


class Ports:
    """As much of ``norikae.ports.Ports`` as a drain touches."""

    def __init__(self, rig: Rig, now: float) -> None:
        self.now, self._rig = now, rig
        self._yard: ApiYard | None = None
        self.environment, self.settings = rig.environment, rig.settings
        self.claims, self.fleet, self.topic, self.executions = rig.claims, rig.fleet, rig.topic, rig.executions
        self.table = Table()

    def yard(self, cluster: str) -> Yard:
        """The cluster's API, over connections that this invocation opens."""
        if cluster != self._rig.cluster:
            raise LookupError(cluster)
        if self._yard is None:
            server = self._rig.server
            client = KubernetesClient(
                endpoint=server.endpoint, ca_pem=server.ca_pem, token=lambda: server.token, connections=CONNECTIONS
            )
            self._yard = ApiYard(client)
        return self._yard


class Table:
    """The environment's items: none, so the clusters are known by their names."""

    def environment(self, item: str, kind: type[Any]) -> None:
        """Nothing is written down."""
        time.sleep(TABLE_SECONDS)
        del item, kind


class Executions:
    """Step Functions: one thread per execution, which calls slices until one says that it is done."""

    def __init__(self, rig: Rig) -> None:
        self._rig, self._lock = rig, threading.Lock()
        self.threads: dict[str, threading.Thread] = {}
        self.slices = 0

    def start(self, machine: str, name: str, request: dict[str, Any]) -> bool:
        """The same name once more is fine while it runs, and refused afterwards."""
        del machine
        with self._lock:
            if name in self.threads:
                return self.threads[name].is_alive()
            self.threads[name] = threading.Thread(target=self._run, args=(request,), daemon=True)
            self.threads[name].start()
            return True

    def _run(self, request: dict[str, Any]) -> None:
        clock, turns = SystemClock(), 0
        jitter = random.Random(self._rig.cluster).random  # noqa: S311 - spreads retries, guards nothing
        where = request["cluster"], request["wave"]
        try:
            while True:
                time.sleep(STEP_SECONDS)
                self.slices += 1
                answer = drain_slice(self._rig.ports(), *where, turns, clock=clock, jitter=jitter)
                if answer["next"] == "done":
                    return
                turns = answer["turns"]
                time.sleep(STEP_SECONDS + answer["seconds"])
        except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to
            self._rig.failures.append(error)
