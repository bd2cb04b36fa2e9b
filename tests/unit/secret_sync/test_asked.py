"""Whatever the order of rotations, questions and reconciles: only what has been written counts as current."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from norikae.secret_sync.external_secret import KIND
from norikae.secret_sync.others import nudge, standing_of, targets_of_others
from norikae.secret_sync.target import Target
from tests.unit.fakes.secrets import FakeSafe, FakeShelf
from tests.unit.secret_sync.declarations import NOW, STORES, ExternalSecrets, external, store

STEPS = st.lists(st.sampled_from(["rotate", "ask", "begin", "fetch", "finish", "fail"]), max_size=24)


class World:
    """A secret, an ExternalSecret, and a reconcile that may be under way: begun, then fetched, then finished."""

    def __init__(self, digest: str) -> None:
        self.shelf, self.safe, self.now = FakeShelf(), FakeSafe(), NOW
        self.shelf.add(STORES, store())
        self.shelf.add(KIND, external())
        self.operator = ExternalSecrets(self.shelf, digest)
        self.secret = self.safe.rotate("db", {})
        self.begun = self.fetched = self.written = ""
        for step in ("begin", "fetch", "finish"):
            getattr(self, step)()

    def rotate(self) -> None:
        self.secret = self.safe.rotate("db", {})

    def ask(self) -> None:
        self.now += 1
        target = self.target()
        body = nudge(target, self.secret, now=self.now)
        if body:
            self.shelf.patch(KIND, "shop", "db", body, instead_of=target.resource_version)

    def begin(self) -> None:
        if not self.begun:
            self.begun, self.fetched = self.operator.read(), ""

    def fetch(self) -> None:
        if self.begun and not self.fetched:
            self.fetched = self.secret.current

    def finish(self) -> None:
        if self.fetched:
            self.operator.finish(self.begun)
            self.written, self.begun, self.fetched = self.fetched, "", ""

    def fail(self) -> None:
        if self.begun:
            self.operator.fail()
            self.begun = self.fetched = ""

    def target(self) -> Target:
        (target,) = targets_of_others(self.shelf)
        return target

    def state(self) -> str:
        return standing_of(self.target(), self.secret).state


@given(steps=STEPS, digest=st.sampled_from(["md5", "sha3_224"]))
def test_current_is_only_what_was_written(steps: list[str], digest: str) -> None:
    world = World(digest)
    for step in steps:
        getattr(world, step)()
        assert world.state() != "current" or world.written == world.secret.current


@given(steps=STEPS, digest=st.sampled_from(["md5", "sha3_224", "sha1"]))
def test_at_rest_it_is_current(steps: list[str], digest: str) -> None:
    """Also with an operator that hashes in a way that norikae does not know."""
    world = World(digest)
    for step in [*steps, "ask", "fetch", "finish", "begin", "fetch", "finish"]:
        getattr(world, step)()
    assert world.state() == "current"
    assert world.written == world.secret.current
