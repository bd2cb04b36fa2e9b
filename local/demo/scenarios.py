"""What the demo can play. A scenario says what goes wrong, and how the run has to end all the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from local.demo.chat_scenario import SETTINGS
from local.edge.habits import FLEETING, OVERHOLDING, Habits

if TYPE_CHECKING:
    from local.adopted import Dns
    from norikae.windows.decide import AtEnd

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
        busy: the application that much traffic has scaled out on blue; none when empty.
        prescales: whether that application lets green be made as large before it moves.
        canary: the environment's ``shift.canary``: the application that moves first, alone; none when empty.
        on_failure: the environment's ``shift.on_failure``: what becomes of a run when an application went back.
        dns: who has made the weighted records before the run: people, or blue's external-dns (``brownfield``).
        external_dns: flags of external-dns in a brownfield, beside the demo's.
        owner: the environment's ``dns.owner``: who owns the names while they move.
        protect: the environment's ``dns.protect``: whether names are locked while a weight is watched.
        commits: whether teams commit the weights of what has moved, so that leased names can go back.
        habits: what clients keep, and for how long.
        restarts: the application whose WebSockets norikae ends on blue (``norikae.dev/restart-on-blue``).
        clear_of_clients: the run lowers how long clients may keep connections to blue.
        contested: the application whose leased names somebody gives back to external-dns by hand; none when empty.
        rotates: whether a secret rotates in the middle of the shift, or all of them with events lost and doubled and
            green's API server unreachable for two minutes.
        freeze: when the environment's ``windows.deny`` closes them, and what it does then (``windows.at_end``).
        chat: whether it is started, answered and asked about in Slack and Chatwork, and by nobody otherwise.
        storm: whether EC2 takes most of blue's spot machines back in the middle of a shift.
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
    busy: str = ""
    prescales: bool = True
    canary: str = ""
    on_failure: OnFailure = "continue"
    dns: Dns = "controller"
    external_dns: tuple[str, ...] = ()
    owner: str = "controller"
    commits: bool = False
    protect: bool = False
    habits: Habits = FLEETING
    restarts: str = ""
    clear_of_clients: bool = False
    contested: str = ""
    storm: bool = False
    rotates: Literal["", "one", "all"] = ""
    freeze: tuple[str, AtEnd] | None = None
    chat: bool = False

    def habits_of(self, application: str) -> Habits:
        """What the clients of one application keep; WebSockets only those whose pods norikae restarts on blue."""
        return self.habits if application == self.restarts else replace(self.habits, websockets=0)

    @property
    def changes(self) -> dict[str, Any]:
        """What is otherwise than in the environment file of the demo, by dotted key."""
        wanted = {
            "shift.on_failure": (self.on_failure, "continue"),
            "shift.canary": (self.canary, ""),
            "dns.owner": (self.owner, "controller"),
            "dns.protect": (self.protect, False),
        }
        changes: dict[str, Any] = {key: value for key, (value, usual) in wanted.items() if value != usual}
        if self.clear_of_clients:
            # Sixty connections are few: of 5 % of them no gate could say anything.
            changes |= {"shift.client_keep_alive": "5m", "shift.steps": [20, 50, 100]}
            changes["decommission.access_logs"] = ["demo-access-logs"]
        if self.freeze:
            # Phases that are over in minutes need not be taken for hours.
            changes |= {"windows.deny": [self.freeze[0]], "windows.at_end": self.freeze[1]}
            changes |= {"clusters.build_deadline": "30m", "argocd.sync_deadline": "10m"}
        if self.chat:
            changes |= SETTINGS | {"approvals.requester": "may-not-approve"}
        return changes


FREEZE = "2026-11-24 01:55-02:15"
"""The world begins at 01:00, and its first weights are written between half past one and then."""

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "upgrade",
            "every application moves to a new cluster, the old one is deleted; a secret rotates meanwhile",
            "succeeded",
            rotates="one",
        ),
        Scenario(
            "crash", "one invocation in ten dies, before, in or after its effect", "succeeded", 0.1, rotates="one"
        ),
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
            "cold-target",
            "traffic has scaled one application out on blue; it moves in large steps to a green that stood small",
            "succeeded",
            busy="notify-push",
        ),
        Scenario(
            "sticky-clients",
            "connections, WebSockets and DNS answers that clients keep: blue stays until the last of them has gone",
            "succeeded",
            habits=Habits(connections=60, websockets=4, overholding=OVERHOLDING),
            restarts="chat-api",
            clear_of_clients=True,
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
        Scenario(
            "spot-storm",
            "EC2 takes most of blue's spot machines back at once, in the middle of a shift; its events come twice",
            "succeeded",
            storm=True,
        ),
        Scenario(
            "rotation",
            "every secret rotates during the shift; events get lost and come twice, green is cut off for two minutes",
            "succeeded",
            rotates="all",
        ),
        Scenario(
            "windows",
            "the window closes in the middle of the shift: weights stay as they are, and move on when it opens",
            "succeeded",
            freeze=(FREEZE, "wait"),
        ),
        Scenario(
            "chat",
            "people start, approve, hold and ask in Slack and Chatwork, and see there what becomes of it",
            "succeeded",
            chat=True,
        ),
    )
}
