"""Whatever happens in whatever order, at rest every target is current, and no Secret ever went back.

Hypothesis rotates secrets, sends events twice, late or not at all, lets handlers run into each other, die and lose
answers, and takes clusters away in the middle.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from norikae.errors import ThrottledError, UnreachableError
from norikae.secret_sync.carry import carry
from norikae.secret_sync.consumers import RESTART_ON, VERSIONS
from norikae.secret_sync.letter import Check, Sweep
from norikae.secret_sync.stored import REPLACES
from tests.unit.fakes.deadly import Deadly, Killed
from tests.unit.secret_sync.carried import BLUE, GREEN, OURS, Json, Story

PARTS = ("safe", "letters", "deliveries", "topic", "table")
SECRETS = ("db", "key")
AWS_SECRET = "awssecrets.mumoshu.github.io"
FAULTS = (
    *("dies before", "dies after", "refused", "throttled", "answer lost"),
    *("rotation", "another", "overtaken", "overtaken", "down", "changed"),
)
CONSUMER = {
    "kind": "Deployment",
    "metadata": {
        "namespace": "shop",
        "name": "web",
        "creationTimestamp": "1970-01-01T00:00:00Z",
        "annotations": {RESTART_ON: "db"},
    },
    "spec": {"replicas": 1, "template": {"metadata": {}}},
}
CALLS = {
    "declared": 8,
    "describe": 3,
    "of": 3,
    "secret": 6,
    "current": 2,
    "create": 6,
    "write": 6,
    "patch": 8,
    "send": 4,
    "tell": 2,
    "environment": 1,
    "workloads": 2,
    "annotate_template": 1,
}
"""Every call of a handler, and how often it makes it, more or less."""
PLACES = st.sampled_from([*sorted(CALLS), "write", "write", "current"]).flatmap(
    lambda name: st.tuples(st.just(name), st.integers(1, CALLS[name]))
)
SWEEPS = (Sweep("sweep"), Sweep("sweep", only_new=True))


class World:
    """The ports of one handler, to which something happens at some of its calls.

    Args:
        story: whose.
        happens: the name of a call, and the how manieth of its name it is, to what happens there.
    """

    def __init__(self, story: Story, happens: dict[tuple[str, int], Callable[[str], None]]) -> None:
        self._story, self._happens = story, happens
        self._calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._story.ports, name)
        return Deadly(found, self._moment) if name in PARTS else found

    def shelf(self, cluster: str) -> Any:
        return Deadly(self._story.ports.shelf(cluster), self._moment)

    def _moment(self, name: str, when: str) -> None:
        self._calls[name] += when == "before"
        if (name, self._calls[name]) in self._happens:
            self._happens[name, self._calls[name]](when)


class Carrying(RuleBasedStateMachine):
    """Two clusters, two secrets, four kinds of targets, one queue."""

    @initialize(loses=st.booleans(), carried=st.sampled_from([True, True, False]))
    def begins(self, *, loses: bool, carried: bool) -> None:
        """Where nothing gets lost, the queue alone makes everything current; else one sweep does."""
        self.story, self.loses, self.changes = Story(), loses, 0
        self.story.declares("db")
        self.story.declares("key", format="text", key="token")
        self.story.declares("copy", secret="prod/db", templates={"URL": "0 ${password}"}, keys=[])
        for shelf in (self.story.blue, self.story.green):
            reference = {"secretsManagerSecretRef": {"secretId": "prod/db", "versionId": "prod/db-v1"}}
            shelf.add("Deployment", CONSUMER)
            shelf.add(
                AWS_SECRET,
                {"metadata": {"namespace": "shop", "name": "old"}, "spec": {"stringDataFrom": reference}},
            )
        self.story.between = self.rolls
        self.rolls()
        self.events = [self.rotated(name) for name in SECRETS]
        self.story.sends(*self.events)
        self.pinned: dict[str, int] = {}
        if carried:
            self.story.rests()

    def rotated(self, name: str) -> Json:
        return self.story.rotates(name, None if name == "db" else f"token-{len(self.story.safe.calls)}")

    # --- AWS and people ---

    @rule(name=st.sampled_from(SECRETS), sent=st.sampled_from([0, 1, 1, 2]))
    def a_secret_is_rotated(self, name: str, sent: int) -> None:
        """Its event comes, twice, or, where events get lost, never."""
        self.events.append(self.rotated(name))
        self.story.sends(*[self.events[-1]] * (sent if self.loses else max(sent, 1)))

    @rule(data=st.data())
    def an_old_event_comes_again(self, data: st.DataObject) -> None:
        self.story.sends(data.draw(st.sampled_from(self.events)))

    @rule(asks=st.sampled_from([Check("prod/db", "gate", cluster=GREEN), Check("prod/key", "new"), *SWEEPS]))
    def somebody_asks(self, asks: Check | Sweep) -> None:
        self.story.sends(asks)

    @rule(cluster=st.sampled_from([BLUE, GREEN]), what=st.sampled_from(["edit", "spec", "outage", "outage"]))
    def something_befalls_a_cluster(self, cluster: str, what: str) -> None:
        if what == "outage":
            self.comes_or_goes(cluster)
        elif self.loses and what == "edit":
            self.edits(cluster)
        elif self.loses:
            self.declares_anew(cluster)

    def edits(self, cluster: str) -> None:
        shelf = self.story.ports.shelves[cluster]
        if ("shop", "db") in shelf.stored:
            shelf.edit("shop", "db", password=b"by hand")

    def declares_anew(self, cluster: str) -> None:
        self.changes += 1
        templates = {"URL": f"{self.changes} ${{password}}"}
        self.story.declares("copy", clusters=(cluster,), secret="prod/db", templates=templates, keys=[])

    def comes_or_goes(self, cluster: str) -> None:
        shelf = self.story.ports.shelves[cluster]
        shelf.down = None if shelf.down else UnreachableError(f"{cluster} does not answer")

    # --- handlers ---

    @rule(data=st.data())
    def a_rotation_is_handled(self, data: st.DataObject) -> None:
        self.a_secret_is_rotated("db", 1)
        self.a_handler_runs(data)

    @rule(data=st.data())
    def a_handler_runs(self, data: st.DataObject) -> None:
        self.story.collects()
        if not self.story.queue:
            return
        times = data.draw(st.dictionaries(PLACES, st.sampled_from(FAULTS), max_size=3))  # none is a run like any other
        ids = data.draw(st.permutations([message for _, message, _ in self.story.queue]))[:5]
        world = World(self.story, {call: self.fault(what) for call, what in times.items()})
        try:
            self.story.batch(ids, lambda _, records: carry(world, records))
        except Killed:
            return  # nothing is acknowledged
        finally:
            self.story.ports.now += 7
            self.rolls()

    def fault(self, what: str) -> Callable[[str], None]:
        fired: list[str] = []

        def happens(when: str) -> None:
            if fired or when != ("after" if what in {"dies after", "answer lost"} else "before"):
                return
            fired.append(when)
            if what.startswith("dies"):
                raise Killed(what)
            if what == "throttled":
                raise ThrottledError("not so fast")
            if what in {"refused", "answer lost"}:
                raise UnreachableError(what)
            self.meanwhile(what)

        return happens

    def meanwhile(self, what: str) -> None:
        """Something else happens while a handler is between two of its calls."""
        if what in {"rotation", "overtaken"}:
            self.events.append(self.rotated("db"))
            self.story.sends(self.events[-1])
        if what in {"another", "overtaken"}:
            self.story.collects()
            carry(self.story.ports, [{"messageId": one, "body": body} for _, one, body in self.story.queue])
        if what == "down":
            self.comes_or_goes(GREEN)
        if what == "changed" and self.loses:
            self.declares_anew(BLUE)

    def rolls(self) -> None:
        """Rollouts are complete, where a cluster is up."""
        for shelf in self.story.ports.shelves.values():
            workload = shelf.objects["Deployment", "shop", "web"]
            if shelf.down is None:
                counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), 1)
                workload["status"] = {"observedGeneration": workload["metadata"]["generation"], **counts}

    # --- what holds ---

    @invariant()
    def nothing_went_back(self) -> None:
        for cluster, shelf in self.story.ports.shelves.items():
            for place, versions in shelf.history.items():
                numbers = [number(version) for version in versions]
                assert numbers == sorted(numbers), f"{cluster} {place} went back: {versions}"
            pinned = number(
                shelf.objects[AWS_SECRET, "shop", "old"]["spec"]["stringDataFrom"]["secretsManagerSecretRef"][
                    "versionId"
                ]
            )
            assert pinned >= self.pinned.get(cluster, 0), "an AWSSecret went back"
            self.pinned[cluster] = pinned

    def teardown(self) -> None:
        if not hasattr(self, "story"):
            return
        for shelf in self.story.ports.shelves.values():
            shelf.down = None
        self.rolls()
        self.story.rests()
        if self.loses:
            self.story.sends(Sweep("sweep"))
            self.story.rests()
        self.nothing_went_back()
        for cluster in (BLUE, GREEN):
            self.is_current(cluster)

    def is_current(self, cluster: str) -> None:
        """Every target, by its Secret, its value and its status."""
        shelf, values = self.story.ports.shelves[cluster], self.story.safe.values
        password = json.loads(values["prod/db"].content.open())["password"].encode()
        assert shelf.read("shop", "db") == {"password": password}
        assert shelf.read("shop", "copy")["URL"].split()[-1] == password
        assert shelf.read("shop", "key") == {"token": values["prod/key"].content.open()}
        for name, secret in (("db", "db"), ("copy", "db"), ("key", "key")):
            current = self.story.safe.described[f"prod/{secret}"].current
            status = shelf.objects[OURS, "shop", name]["status"]
            assert self.story.version(cluster, name) == current
            assert (status["versionId"], status["conditions"][0]["status"]) == (current, "True")
            assert self.story.delivery(cluster, secret).version == current
        template = shelf.objects["Deployment", "shop", "web"]["spec"]["template"]["metadata"]
        if REPLACES in shelf.stored["shop", "db"].annotations:
            assert template["annotations"] == {VERSIONS: f"db={self.story.version(cluster)}"}, "no restart got lost"
        assert self.pinned[cluster] == number(self.story.safe.described["prod/db"].current)


def number(version: str) -> int:
    return int(version.rpartition("-v")[2])


Carrying.TestCase.settings = settings(stateful_step_count=25)
TestAtRest = Carrying.TestCase
