"""What the demo can play. A scenario says what goes wrong, and how the run has to end all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from local.adopted import Dns

Size = Literal["small", "full"]
OnFailure = Literal["continue", "hold", "roll-back-all"]

SMALL = ("chat-api", "files-upload", "notify-push")
"""The applications of a small world, one of three teams each; a full world has all that the fixtures have."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story.

    Args:
        name: what is typed.
        what: one line for people.
        outcome: how the run has to end; anything else is a defect.
        crash_probability: the chance of each invocation of a function to die.
        blue: the cluster that serves; one that norikae built in an earlier run, or "" for the one that it adopts.
        blue_version: its Kubernetes version.
        target: the Kubernetes version that is asked for; the environment file's when empty.
        by_hand: manifests in ``local/demo/by_hand`` that somebody has applied to blue past Git.
        environment: whose file in ``environments`` it is played with.
        colleague: somebody changes blue by hand during the build, and a commit lands while a person reads the diff.
        bad: the application that answers badly on the new version; none when empty.
        on_failure: the environment's ``shift.on_failure``: what becomes of a run when an application went back.
        dns: who has made the weighted records before the run: people, or blue's external-dns (``brownfield``).
        external_dns: flags of external-dns in a brownfield, beside the demo's.
        owner: the environment's ``dns.owner``: who owns the names while they move.
        commits: whether teams commit the weights of what has moved, so that leased names can go back.
        contested: the application whose leased names somebody gives back to external-dns by hand; none when empty.
    """

    name: str
    what: str
    outcome: str
    crash_probability: float = 0.0
    blue: str = ""
    blue_version: str = "1.33"
    target: str = ""
    by_hand: tuple[str, ...] = ()
    colleague: bool = False
    environment: str = "demo"
    bad: str = ""
    on_failure: OnFailure = "continue"
    dns: Dns = "controller"
    external_dns: tuple[str, ...] = ()
    owner: str = "controller"
    commits: bool = False
    contested: str = ""

    @property
    def changes(self) -> dict[str, Any]:
        """What is otherwise than in the environment file of the demo, by dotted key."""
        wanted = {"shift.on_failure": (self.on_failure, "continue"), "dns.owner": (self.owner, "controller")}
        return {key: value for key, (value, default) in wanted.items() if value != default}


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("upgrade", "every application moves to a new cluster, the old one is deleted", "succeeded"),
        Scenario("crash", "one invocation in ten dies, before, in or after its effect", "succeeded", 0.1),
        Scenario(
            "diff",
            "blue was changed by hand, so a person is asked; a commit that lands meanwhile makes the yes void",
            "succeeded",
            colleague=True,
        ),
        Scenario(
            "bad-green",
            "one application answers badly on the new version, goes back and stays; the others move",
            "partial",
            bad="notify-push",
        ),
        Scenario(
            "rollback",
            "one application answers badly on the new version, and every application goes back",
            "rolled-back",
            bad="notify-push",
            on_failure="roll-back-all",
        ),
        Scenario(
            "blocked",
            "something on blue uses an API that the target does not serve",
            "refused",
            blue="demo-1-31-a",
            blue_version="1.31",
            target="1.33",
            by_hand=("flow-schema.yaml",),
        ),
        Scenario(
            "lease",
            "external-dns owns the public names: norikae takes them, moves them, and gives them back",
            "succeeded",
            dns="brownfield",
            owner="lease",
            commits=True,
        ),
        Scenario(
            "external-dns-fight",
            "somebody gives leased names back to external-dns while they move; it is noticed, undone once, and told",
            "succeeded",
            dns="brownfield",
            owner="lease",
            commits=True,
            contested="notify-push",
        ),
    )
}
