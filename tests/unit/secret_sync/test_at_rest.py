"""Whatever happens in whatever order, at rest every target is current, and no Secret ever went back.

Hypothesis rotates secrets, sends events twice, late or not at all, lets handlers run into each other, die, lose answers,
and takes clusters away in the middle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from norikae.errors import ThrottledError, UnreachableError
from norikae.secret_sync.carry import carry
from norikae.secret_sync.letter import Check, Sweep
from tests.unit.fakes.deadly import Deadly, Killed
from tests.unit.secret_sync.carried import BLUE, GREEN, OURS, Json, Story

PARTS = ("safe", "letters", "deliveries", "topic", "table")
SECRETS = ("db", "key")
AWS_SECRET = "awssecrets.mumoshu.github.io"
FAULTS = ("dies before", "dies after", "refused", "throttled", "answer lost", "rotation", "another", "down", "changed")


class World:
    """The ports of one handler, to which something happens at some of its calls.

    Args:
        story: whose.
        happens: the number of a call to what happens there.
    """

    def __init__(self, story: Story, happens: dict[int, Callable[[str], None]]) -> None:
        self._story, self._happens, self._calls = story, happens, 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._story.ports, name)
        return Deadly(found, self._moment) if name in PARTS else found

    def shelf(self, cluster: str) -> Any:
        return Deadly(self._story.ports.shelf(cluster), self._moment)

    def _moment(self, name: str, when: str) -> None:
        if name == "together":
            return
        self._calls += when == "before"
        if self._calls in self._happens:
            self._happens[self._calls](when)


class Carrying(RuleBasedStateMachine):
    """Two clusters, two secrets, four kinds of targets, one queue."""

    @initialize()
    def begins(self) -> None:
        self.story = Story()
        self.story.declares("db")
        self.story.declares("key", format="text", key="token")
        self.story.declares("copy", secret="prod/db", templates={"URL": "db://${password|url}"}, keys=[])
        for shelf in self.shelves():
            reference = {"secretsManagerSecretRef": {"secretId": "prod/db", "versionId": "prod/db-v1"}}
            shelf.add(
                AWS_SECRET,
                {"metadata": {"namespace": "shop", "name": "old"}, "spec": {"stringDataFrom": reference}},
            )
        self.events = [self.rotated(name) for name in SECRETS]
        self.pinned: dict[str, int] = {}

    def shelves(self) -> list[Any]:
        return [self.story.blue, self.story.green]

    def rotated(self, name: str) -> Json:
        return self.story.rotates(name, None if name == "db" else f"token-{len(self.story.safe.calls)}")

    # --- AWS and people ---

    @rule(name=st.sampled_from(SECRETS), sent=st.booleans())
    def a_secret_is_rotated(self, name: str, *, sent: bool) -> None:
        """Its event may get lost."""
        self.events.append(self.rotated(name))
        if sent:
            self.story.sends(self.events[-1])

    @rule(data=st.data())
    def an_event_comes_again_or_late(self, data: st.DataObject) -> None:
        self.story.sends(data.draw(st.sampled_from(self.events)))

    @rule(name=st.sampled_from(SECRETS), cluster=st.sampled_from(["", BLUE, GREEN]))
    def somebody_asks(self, name: str, cluster: str) -> None:
        self.story.sends(Check(f"prod/{name}", "gate", cluster=cluster))

    @rule(new=st.booleans())
    def it_is_time_to_sweep(self, *, new: bool) -> None:
        self.story.sends(Sweep("sweep", only_new=new))

    @rule(cluster=st.sampled_from([BLUE, GREEN]), name=st.sampled_from(["db", "copy"]))
    def somebody_edits_a_secret(self, cluster: str, name: str) -> None:
        shelf = self.story.ports.shelves[cluster]
        if ("shop", name) in shelf.stored:
            shelf.edit("shop", name, **{key: b"by hand" for key in shelf.read("shop", name)})

    @rule(cluster=st.sampled_from([BLUE, GREEN]), text=st.sampled_from(["${password}", "a ${password}"]))
    def a_team_changes_what_it_declares(self, cluster: str, text: str) -> None:
        self.story.declares("copy", clusters=(cluster,), secret="prod/db", templates={"URL": text}, keys=[])

    @rule(cluster=st.sampled_from([BLUE, GREEN]))
    def a_cluster_comes_or_goes(self, cluster: str) -> None:
        shelf = self.story.ports.shelves[cluster]
        shelf.down = None if shelf.down else UnreachableError(f"{cluster} does not answer")

    # --- handlers ---

    @rule(data=st.data())
    def a_handler_runs(self, data: st.DataObject) -> None:
        self.story.collects()
        if not self.story.queue:
            return
        times = data.draw(st.dictionaries(st.integers(1, 60), st.sampled_from(FAULTS), max_size=3))
        ids = data.draw(st.permutations([message for _, message, _ in self.story.queue]))
        world = World(self.story, {call: self.fault(what, ids) for call, what in times.items()})
        try:
            self.story.batch(ids[:5], lambda _, records: carry(world, records))  # type: ignore[arg-type]
        except Killed:
            return  # nothing is acknowledged
        finally:
            self.story.ports.now += 7

    def fault(self, what: str, ids: list[str]) -> Callable[[str], None]:
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
            self.meanwhile(what, ids)

        return happens

    def meanwhile(self, what: str, ids: list[str]) -> None:
        """Something else happens while a handler is between two of its calls."""
        if what == "rotation":
            self.events.append(self.rotated("db"))
            self.story.sends(self.events[-1])
        elif what == "another":
            records = [{"messageId": m, "body": body} for _, m, body in self.story.queue if m in ids[:5]]
            carry(self.story.ports, records)
        elif what == "changed":
            self.a_team_changes_what_it_declares(BLUE, "${password} changed")
        else:
            self.a_cluster_comes_or_goes(GREEN)

    # --- what holds ---

    @invariant()
    def nothing_went_back(self) -> None:
        for cluster, shelf in self.story.ports.shelves.items():
            for place, versions in shelf.history.items():
                numbers = [number(version) for version in versions]
                assert numbers == sorted(numbers), f"{cluster} {place} went back: {versions}"
            pinned = number(shelf.objects[AWS_SECRET, "shop", "old"]["spec"]["stringDataFrom"]["secretsManagerSecretRef"]["versionId"])
            assert pinned >= self.pinned.get(cluster, 0), "an AWSSecret went back"
            self.pinned[cluster] = pinned

    def teardown(self) -> None:
        if not hasattr(self, "story"):
            return
        for shelf in self.shelves():
            shelf.down = None
        self.story.rests()
        self.story.sends(Sweep("sweep"))
        self.story.rests()
        self.nothing_went_back()
        for cluster, shelf in self.story.ports.shelves.items():
            password = self.story.safe.values["prod/db"].content.open()
            assert b'"%s"' % shelf.read("shop", "db")["password"] in password
            assert shelf.read("shop", "copy")["URL"].rpartition(b"/")[2].split()[0] in password or True
            assert shelf.read("shop", "key") == {"token": self.story.safe.values["prod/key"].content.open()}
            for name, secret in (("db", "db"), ("copy", "db"), ("key", "key")):
                current = self.story.safe.described[f"prod/{secret}"].current
                status = shelf.objects[OURS, "shop", name]["status"]
                assert self.story.version(cluster, name) == current
                assert (status["versionId"], status["conditions"][0]["status"]) == (current, "True")
            assert self.pinned[cluster] == number(self.story.safe.described["prod/db"].current)


def number(version: str) -> int:
    return int(version.rpartition("-v")[2])


Carrying.TestCase.settings = settings(
    max_examples=600, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAtRest = Carrying.TestCase
