"""Two clusters, a queue and secrets, as the stories about carrying need them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from norikae.environment.secrets import SecretSync
from norikae.errors import NotFoundError
from norikae.secret_sync.carry import carry
from norikae.secret_sync.delivery import Delivery
from norikae.upgrade.state import ClustersItem
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.secrets import ACCOUNT, REGION, FakeShelf, arn_of

BLUE, GREEN = "demo-1-33", "demo-1-35-a"
Json = dict[str, Any]
OURS = "secretsyncs.norikae.dev"


class Clusters(dict[str, FakeShelf]):
    """The clusters that have an API."""

    def setdefault(self, key: str, default: Any = None) -> FakeShelf:
        if key not in self:
            raise NotFoundError(f"there is no cluster {key}")
        return self[key]


class Story:
    """The world of whoever carries secrets.

    Args:
        green: whether green lives.
        sync: more of ``secret_sync`` of the environment file.
    """

    def __init__(self, *, green: bool = True, **sync: Any) -> None:
        environment = msgspec.structs.replace(
            FakePorts().environment, secret_sync=SecretSync(**{"secrets": ("prod/*",), **sync})
        )
        self.ports = FakePorts(environment=environment)
        clusters = ClustersItem(blue=BLUE, green=GREEN if green else "")
        self.ports.table.write_unfenced("", "CLUSTERS", clusters)
        self.ports.shelves = Clusters({name: FakeShelf() for name in ([BLUE, GREEN] if green else [BLUE])})
        self.queue: list[tuple[float, str, str]] = []
        """Time, id and body of the messages that can be read then."""
        self.number = 0
        self.answers: list[Json] = []
        self.between: Callable[[], object] = lambda: None
        """What happens after each batch while the queue comes to rest."""

    @property
    def safe(self) -> Any:
        return self.ports.safe

    @property
    def blue(self) -> FakeShelf:
        return self.ports.shelves[BLUE]

    @property
    def green(self) -> FakeShelf:
        return self.ports.shelves[GREEN]

    # --- what people and AWS do ---

    def declares(
        self, name: str = "db", *, namespace: str = "shop", clusters: tuple[str, ...] = (BLUE, GREEN), **spec: Any
    ) -> None:
        """A SecretSync is in both clusters; of ``prod/<name>`` unless it says otherwise."""
        body = {"metadata": {"namespace": namespace, "name": name}, "spec": {"secret": f"prod/{name}", **spec}}
        for cluster in clusters:
            if cluster in self.ports.shelves:
                self.ports.shelves[cluster].add(OURS, body)

    def rotates(self, name: str = "db", content: Any = None, **more: Any) -> Json:
        """A new version is current; the event that says so, which is not sent yet."""
        number = len(self.safe.values) + 1
        described = self.safe.rotate(
            f"prod/{name}", content if content is not None else {"password": f"p{number}"}, **more
        )
        return label_event(described.arn, described.name, described.current)

    def sends(self, *bodies: Any) -> list[str]:
        """Messages are in the queue; their ids."""
        ids = []
        for body in bodies:
            self.number += 1
            ids.append(f"m{self.number}")
            self.queue.append((self.ports.now, ids[-1], body if isinstance(body, str) else encoded(body)))
        return ids

    # --- the queue ---

    def carries(self, *bodies: Any) -> Json:
        """One batch with these messages."""
        ids = self.sends(*bodies)
        return self.batch(ids)

    def batch(self, ids: list[str], act: Callable[[Any, list[Json]], Json] = carry) -> Json:
        """Lambda gets messages of the queue; those that did not fail are gone from it afterwards."""
        taken = [one for one in self.queue if one[1] in ids]
        answer = act(self.ports, [{"messageId": message, "body": body} for _, message, body in taken])
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        self.queue = [one for one in self.queue if one[1] not in ids or one[1] in failed]
        self.answers.append(answer)
        return answer

    def collects(self) -> None:
        """Letters that were sent are in the queue."""
        for letter, after in self.ports.letters.sent:
            self.number += 1
            self.queue.append((self.ports.now + after, f"m{self.number}", encoded(letter)))
        self.ports.letters.sent = []

    def rests(self, turns: int = 60) -> None:
        """Whatever is in the queue is handled, and what that puts there, until it is empty.

        Args:
            turns: batches that letters which come again may take, besides one for each message that waits now.
        """
        self.collects()
        for _ in range(turns + len(self.queue)):
            self.collects()
            if not self.queue:
                return
            self.ports.now = max(self.ports.now, min(at for at, _, _ in self.queue))
            self.batch([message for at, message, _ in self.queue if at <= self.ports.now][:10])
            self.ports.now += 1
            self.between()
        raise AssertionError(f"the queue is never empty: {self.queue[:3]} {self.answers[-1:]}")

    # --- what is seen ---

    def version(self, cluster: str, name: str = "db", namespace: str = "shop") -> str:
        """The version that a Secret has."""
        stored = self.ports.shelves[cluster].stored.get((namespace, name))
        return stored.version if stored else ""

    def condition(self, cluster: str = BLUE, name: str = "db", namespace: str = "shop") -> Json:
        """The condition of a SecretSync."""
        obj = self.ports.shelves[cluster].objects[OURS, namespace, name]
        found: Json = obj.get("status", {}).get("conditions", [{}])[0]
        return found

    def told(self) -> list[str]:
        """The events that people heard of."""
        return [message["event"] for _, message in self.ports.topic.told]

    def delivery(self, cluster: str = BLUE, name: str = "db") -> Delivery:
        """What the table says."""
        return {one.cluster: one for one in self.ports.deliveries.of(arn_of(f"prod/{name}"))}[cluster]


def label_event(arn: str, name: str, version: str) -> Json:
    """Secrets Manager's event."""
    return {
        "version": "0",
        "id": f"{name}-{version}",
        "detail-type": "Secret Label Updated",
        "source": "aws.secretsmanager",
        "account": ACCOUNT,
        "region": REGION,
        "resources": [arn],
        "detail": {"name": name, "labelUpdated": "AWSCURRENT", "versionId": version},
    }


def encoded(body: Any) -> str:
    """As it is in the queue."""
    return msgspec.json.encode(body).decode() if isinstance(body, msgspec.Struct) else json.dumps(body)
