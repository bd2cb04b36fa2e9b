"""A cluster with nodes that go, and the machine that drains it, for the stories of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from norikae.drain.claim import Claim
from norikae.drain.interruption import Hook
from norikae.drain.slice import drain_slice
from norikae.settings import Settings
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.yard import FakeYard, VirtualClock

CLUSTER = "demo-1-33"
HOOK = Hook("workers", "drain", "token")


@dataclass
class Story:
    """One cluster's drain, from its claims to the end of the execution."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    ports: FakePorts = field(default_factory=FakePorts)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.yard = FakeYard(self.clock)
        self.ports.yards[CLUSTER] = self.yard
        self.ports.clock = self.clock
        self.ports.settings = Settings(drain_machine="arn:drain")
        self.began = self.clock.now()

    @property
    def claims(self) -> Any:
        return self.ports.claims

    @property
    def fleet(self) -> Any:
        return self.ports.fleet

    def node(self, number: int = 1, pods: int = 0, *, claimed: bool = True, **claim: Any) -> str:
        """A node with pods, marked and claimed by the ingest."""
        name, instance = f"node-{number}", f"i-{number:017x}"
        self.yard.add_node(name, instance)
        for _ in range(pods):
            self.yard.add_pod(name)
        if claimed:
            self.claim(number, **claim)
        return name

    def claim(self, number: int = 1, **more: Any) -> Claim:
        """An interruption of a node, as the ingest writes it down."""
        now = self.clock.now()
        kind = more.pop("kind", "spot")
        known: dict[str, Any] = {
            "node": f"node-{number}",
            "kinds": (kind,),
            "began": now,
            "due": now,
            "deadline": now + more.pop("seconds", 105.0),
            "do": "drain",
            "budgets": "respect",
        }
        instance = f"i-{number:017x}"
        claim = Claim(cluster=CLUSTER, instance=instance, episode=f"e-{number}", kind=kind, **{**known, **more})
        if claim.hook:
            self.fleet.actions.add((claim.hook.group, instance))
        self.claims.write(claim, instead_of=None)
        return claim

    def of(self, number: int = 1) -> Claim:
        found: Claim = self.claims.of(CLUSTER, f"i-{number:017x}")
        return found

    def slice(self, wave: int = 1, turns: int = 0) -> dict[str, Any]:
        """One slice."""
        answer = drain_slice(self.ports, CLUSTER, wave, turns, clock=self.clock, jitter=lambda: 0.5)
        self.answers.append(answer)
        return answer

    def run(self, most: float = 3600.0) -> Story:
        """Slice after slice, as the machine does, until it is done."""
        turns, ends = 0, self.clock.now() + most
        while self.clock.now() < ends:
            answer = self.slice(turns=turns)
            turns = answer["turns"]
            if answer["next"] == "done":
                return self
            self.clock.sleep(answer["seconds"] if answer["next"] == "wait" else 0.05)
        return self
