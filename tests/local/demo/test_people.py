"""The operator of the demo: approves what it was shown, by its hash, and clicks again after an error."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from local.aws.front import Call
from local.aws.simulator import Principal
from local.cluster.git import GitRepositories, Repository
from local.demo.brownfield import values_of
from local.demo.people import BUILD_SECONDS, COMMIT_SECONDS, READING_SECONDS, Colleague, Operator, WeightKeeper
from local.kernel import Kernel
from local.runtime.outcome import Outcome

if TYPE_CHECKING:
    from local.kernel import Steps
    from local.world import World

COMMAND = "arn:aws:lambda:ap-northeast-1:123456789012:function:operator-command"
DAY = 86400


@dataclass
class Console:
    """A world that holds nothing but a topic and the function behind the console's button."""

    answers: list[Outcome] = field(default_factory=list)
    clicks: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    finishes: bool = False

    def __post_init__(self) -> None:
        self.kernel = Kernel()
        self.front = SimpleNamespace(on_call=[])
        self.runtime = SimpleNamespace(invoke=self._invoke)
        Operator(cast("World", self), COMMAND, self.heard.append, finishes=self.finishes)

    def _invoke(self, function: str, event: dict[str, Any]) -> Steps:
        self.clicks.append((self.kernel.seconds(), function, event))
        yield self.kernel.env.timeout(1)
        return self.answers.pop(0) if self.answers else Outcome(payload={})

    def publish(self, phase: str = "after", error_code: str | None = None, **message: Any) -> None:
        """A message reaches the topic."""
        params = {
            "Subject": "norikae demo: something",
            "Message": json.dumps({"run": "demo-1-35-story", "plan_hash": "ab12", **message}),
        }
        call = Call(0.0, Principal.actor("norikae"), "sns", "Publish", params, error_code)
        for listener in self.front.on_call:
            listener(call, phase)

    def wait(self) -> None:
        self.kernel.run(DAY)


@pytest.mark.parametrize("subject", ["plan", "sync", "decommission"])
def test_an_operator_approves_by_the_hash_of_the_message_after_reading_it(subject: str) -> None:
    console = Console()
    console.publish(event="waiting", subject=subject)
    console.wait()

    ((at, function, command),) = console.clicks
    assert (at, function) == (READING_SECONDS, COMMAND)
    assert command == {
        "command": "approve",
        "run": "demo-1-35-story",
        "subject": subject,
        "plan_hash": "ab12",
        "by": "demo operator",
        "reason": "demo",
    }
    assert console.heard == ["norikae demo: something"]


def test_an_operator_whose_click_ended_in_an_error_clicks_again() -> None:
    console = Console(answers=[Outcome(error_type="Runtime.ExitError"), Outcome(error_type="Sandbox.Timedout")])
    console.publish(event="waiting", subject="plan")
    console.wait()

    times = [at for at, _, _ in console.clicks]
    assert len(times) == 3
    assert all(two - one >= READING_SECONDS for one, two in pairwise(times))
    assert len({json.dumps(command) for _, _, command in console.clicks}) == 1


def test_an_operator_takes_no_for_an_answer() -> None:
    """The click had its effect and only the answer was lost: nothing waits any more."""
    console = Console(answers=[Outcome(error_type="Runtime.ExitError"), Outcome(error_type="RefusedError")])
    console.publish(event="waiting", subject="plan")
    console.wait()

    assert len(console.clicks) == 2


def test_an_operator_gives_up_at_last() -> None:
    console = Console(answers=[Outcome(error_type="Runtime.ExitError")] * 99)
    console.publish(event="waiting", subject="plan")
    console.wait()

    assert len(console.clicks) == 10


@pytest.mark.parametrize("message", [{"event": "application-moved"}, {"event": "waiting", "subject": "hold"}])
def test_what_asks_for_no_approval_is_heard_and_left_alone(message: dict[str, str]) -> None:
    console = Console()
    console.publish(**message)
    console.wait()

    assert console.heard == ["norikae demo: something"]
    assert console.clicks == []


def test_an_operator_ends_a_run_of_which_a_part_has_moved_after_reading_it() -> None:
    console = Console(answers=[Outcome(error_type="Runtime.ExitError")], finishes=True)
    console.publish(event="waiting", subject="partial")
    console.wait()

    (first, function, command), (second, _, again) = console.clicks
    assert (first, function) == (READING_SECONDS, COMMAND)
    assert second >= 2 * READING_SECONDS
    assert command == again == {"command": "finish", "run": "demo-1-35-story", "by": "demo operator"}


def test_an_operator_who_was_not_told_to_leaves_such_a_run_alone() -> None:
    console = Console()
    console.publish(event="waiting", subject="partial")
    console.wait()

    assert console.clicks == []


@pytest.mark.parametrize(("phase", "error_code"), [("before", None), ("after", "AuthorizationError")])
def test_a_message_that_was_not_published_is_not_heard(phase: str, error_code: str | None) -> None:
    console = Console()
    console.publish(phase, error_code, event="waiting", subject="plan")
    console.wait()

    assert console.heard == []
    assert console.clicks == []


class Patched:
    """Blue's API, as far as a colleague uses it."""

    def __init__(self, kernel: Kernel) -> None:
        self.patches: list[tuple[float, str, str]] = []
        self._kernel = kernel

    def patch(self, resource: str, name: str, namespace: str, body: dict[str, Any], *, manager: str) -> None:
        assert namespace
        assert body
        assert manager
        self.patches.append((self._kernel.seconds(), resource, name))


def colleague_of(console: Console) -> tuple[Patched, Repository]:
    """Somebody who works on blue, with the repository that the team shares."""
    files = {"apps/files-upload/templates/config.yaml": 'data:\n  MAX_MEGABYTES: "512"\n'}
    repository, blue = Repository(files), Patched(console.kernel)
    url = "https://git.example.com/demo/gitops.git"
    world = SimpleNamespace(
        kernel=console.kernel,
        front=console.front,
        clusters={"demo-1-33": SimpleNamespace(api=blue)},
        git=GitRepositories({url: repository}),
        environment=SimpleNamespace(argocd=SimpleNamespace(repository=url)),
    )
    Colleague(cast("World", world), "demo-1-33")
    return blue, repository


def test_a_colleague_changes_blue_by_hand_once_while_green_is_built() -> None:
    console = Console()
    blue, _ = colleague_of(console)
    for _ in range(2):
        console.publish(event="waiting", subject="plan")
    console.wait()

    assert blue.patches == [(BUILD_SECONDS, "configmaps", "chat-api")]


def test_a_colleague_commits_before_the_first_question_about_a_difference_is_answered() -> None:
    console = Console()
    blue, repository = colleague_of(console)
    before = repository.branches["main"]
    for _ in range(2):
        console.publish(event="waiting", subject="sync")
    console.wait()

    after = repository.branches["main"]
    assert after != before
    assert 'RETRIES: "5"' in repository.files(after)["apps/files-upload/templates/config.yaml"]
    assert {name for _, _, name in blue.patches} == {"root", "files-upload"}
    assert all(at == COMMIT_SECONDS < READING_SECONDS for at, _, _ in blue.patches)


def test_a_colleague_hears_nothing_that_was_not_published() -> None:
    console = Console()
    blue, _ = colleague_of(console)
    console.publish("before", event="waiting", subject="plan")
    console.publish(event="application-moved")
    console.wait()

    assert blue.patches == []


def test_a_keeper_commits_the_weights_that_a_message_asks_for_and_syncs_where_the_clusters_are() -> None:
    console = Console()
    blue, repository = colleague_of(console)
    world = SimpleNamespace(
        kernel=console.kernel,
        front=console.front,
        clusters={"demo-1-33": SimpleNamespace(api=blue)},
        git=GitRepositories({"https://git.example.com/demo/gitops.git": repository}),
        environment=SimpleNamespace(argocd=SimpleNamespace(repository="https://git.example.com/demo/gitops.git")),
    )
    keeper = WeightKeeper(
        cast("World", world),
        lambda message: ("files-upload", message["weights"]) if message["event"] == "weights-wanted" else None,
    )
    console.publish("before", event="weights-wanted", weights={"demo-1-33": 1})
    console.publish(event="application-moved")
    console.publish(event="weights-wanted", weights={"demo-1-33": 0, "demo-1-35-a": 100})
    console.wait()

    files = repository.files(repository.resolve("main"))
    assert keeper.commits == [repository.resolve("main")]
    assert files[values_of("files-upload", "demo-1-33")] == "dns:\n  weight: 0\n"
    assert files[values_of("files-upload", "demo-1-35-a")] == "dns:\n  weight: 100\n"
    assert {(at, name) for at, _, name in blue.patches} == {(READING_SECONDS, "files-upload")}
