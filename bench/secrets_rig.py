"""What the bench of secrets puts around norikae's own code: Secrets Manager, the table and its queue, from memory.

Each request takes the time that the real one takes over its network. From the message to the written Secret the code is
that of the function; the API servers are the embedded world's, each in a process of its own, over HTTPS.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import msgspec

from bench.hop import Hop
from bench.topic import Topic
from norikae.adapters.clock import SystemClock
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.adapters.kubernetes.shelf import CONNECTIONS, ApiShelf
from norikae.errors import ConflictError, NotFoundError
from norikae.secret_sync.carry import carry
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.secret import Described, Value
from norikae.settings import Settings
from norikae.upgrade.state import ClustersItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import norikae.ports
    from bench.cluster import Server
    from norikae.environment import Environment
    from norikae.secret_sync.delivery import Delivery
    from norikae.secret_sync.letter import Letter
    from norikae.secret_sync.ports import Shelf

TABLE_SECONDS = 0.005
"""A request to DynamoDB."""
SECRETS_SECONDS = 0.02
"""A request to Secrets Manager."""
NAMESPACE = "shop"


class Safe:
    """Secrets by name, each of which its tag gives to one namespace."""

    def __init__(self) -> None:
        self._described: dict[str, Described] = {}
        self._values: dict[str, Value] = {}
        self._lock = threading.Lock()
        self.requests: Counter[str] = Counter()

    def rotate(self, name: str) -> Described:
        """The next version is current."""
        with self._lock:
            known = self._described.get(name)
            number = int(known.current.rpartition("-")[2]) + 1 if known else 1
            arn = f"arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:{name}-AbCdEf"
            version = f"{name.replace('/', '-')}-{number}"
            content = json.dumps({"username": "app", "password": f"{number:064d}", "port": 5432}).encode()
            self._values[name] = Value(version, Sealed(content))
            self._described[name] = Described(arn, name, version, frozenset({NAMESPACE}))
            return self._described[name]

    def describe(self, secret: str) -> Described:
        """DescribeSecret."""
        return self._described[self._asked("describe", secret)]

    def current(self, secret: str) -> Value:
        """GetSecretValue."""
        return self._values[self._asked("value", secret)]

    def _asked(self, what: str, secret: str) -> str:
        time.sleep(SECRETS_SECONDS)
        with self._lock:
            self.requests[what] += 1
            name = secret.partition(":secret:")[2].removesuffix("-AbCdEf") or secret
            if name not in self._described:
                raise NotFoundError(f"Secrets Manager has no secret {name}")
            return name


class Deliveries:
    """Compare and set, in memory."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Delivery] = {}
        self._lock = threading.Lock()
        self.requests: Counter[str] = Counter()

    def of(self, secret: str) -> list[Delivery]:
        """A query."""
        with self._asked("query"):
            return [one for key, one in sorted(self._items.items()) if key[0] == secret]

    def write(self, delivery: Delivery, *, instead_of: Delivery | None) -> None:
        """A conditional put."""
        key = delivery.secret, delivery.cluster
        with self._asked("put"):
            if self._items.get(key) != instead_of:
                raise ConflictError(f"{delivery.secret}: somebody wrote first")
            self._items[key] = delivery

    @contextmanager
    def _asked(self, what: str) -> Iterator[None]:
        time.sleep(TABLE_SECONDS)
        with self._lock:
            self.requests[what] += 1
            yield


class Letters:
    """The queue as norikae writes to it."""

    def __init__(self, queue: Hop) -> None:
        self._queue = queue

    def send(self, letters: Sequence[Letter], *, after_seconds: int = 0) -> None:
        """Every letter is a message."""
        time.sleep(TABLE_SECONDS)
        for letter in letters:
            self._queue.send(msgspec.json.encode(letter).decode(), after_seconds=after_seconds)

    def redrive(self) -> str:
        """There are no dead letters here."""
        raise NotImplementedError


class Table:
    """The record of clusters: both are there."""

    def __init__(self, clusters: tuple[str, ...]) -> None:
        self._clusters = ClustersItem(blue=clusters[0], green=clusters[1])

    def environment(self, item: str, kind: type[Any]) -> ClustersItem:
        """The record."""
        del item, kind
        time.sleep(TABLE_SECONDS)
        return self._clusters


@dataclass
class Account:
    """One account whose secrets are carried; every invocation sees it through ``Ports`` of its own.

    Args:
        environment: which secrets, which clusters.
        servers: cluster to its API; blue, then green.
    """

    environment: Environment
    servers: Mapping[str, Server]
    safe: Safe = field(default_factory=Safe)
    deliveries: Deliveries = field(default_factory=Deliveries)
    topic: Topic = field(default_factory=Topic)
    settings: Settings = field(default_factory=Settings)
    failures: list[BaseException] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    queue: Hop = field(init=False)

    def __post_init__(self) -> None:
        self.queue = Hop(lambda batch: carry(self.ports(), batch), self.failures, self.seconds)

    def ports(self) -> norikae.ports.Ports:
        """The world for one invocation."""
        return cast("norikae.ports.Ports", Ports(self))

    def rotate(self, name: str) -> str:
        """A version becomes AWSCURRENT, and EventBridge says so; the version's id."""
        described = self.safe.rotate(name)
        self.queue.send(_label_updated(described))
        return described.current


class Ports:
    """As much of ``norikae.ports.Ports`` as secret sync touches."""

    def __init__(self, account: Account) -> None:
        self.now, self._account, self.clock = time.time(), account, SystemClock()
        self.environment, self.settings = account.environment, account.settings
        self.safe, self.deliveries, self.topic = account.safe, account.deliveries, account.topic
        self.letters, self.table = Letters(account.queue), Table(tuple(account.servers))
        self._shelves: dict[str, ApiShelf] = {}

    def shelf(self, cluster: str) -> Shelf:
        """The cluster's API, over connections that this invocation opens."""
        if cluster not in self._shelves:
            server = self._account.servers[cluster]
            client = KubernetesClient(
                endpoint=server.endpoint, ca_pem=server.ca_pem, token=lambda: server.token, connections=CONNECTIONS
            )
            self._shelves[cluster] = ApiShelf(client)
        return self._shelves[cluster]


def _label_updated(secret: Described) -> dict[str, Any]:
    """What EventBridge puts into the queue when a version becomes AWSCURRENT."""
    return {
        "version": "0",
        "id": f"event-of-{secret.current}",
        "detail-type": "Secret Label Updated",
        "source": "aws.secretsmanager",
        "account": "111122223333",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "region": "ap-northeast-1",
        "resources": [secret.arn],
        "detail": {"name": secret.name, "labelUpdated": "AWSCURRENT", "versionId": secret.current},
    }
