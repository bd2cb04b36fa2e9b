"""The people of the demo: an operator who reads the topic and answers what is asked, as one would in the console.

A colleague works on blue meanwhile and does not know that anybody is moving it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.demo.brownfield import WHOLE, set_identifier, weigh
from local.team import Team

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.aws.front import Call
    from local.demo.scenarios import Scenario
    from local.kernel import Steps
    from local.world import World

READING_SECONDS = 60
"""How long a person takes to read a plan; kept short, since nobody wants to watch that."""
QUESTIONS = ("plan", "sync", "decommission")
PARTIAL = "partial"
"""What a run asks that holds although everything that could move has moved."""
HOLD = "hold/"
"""How the subject of a held application begins."""
NAME = "demo operator"
BUILD_SECONDS = 600
"""From the question about the plan to the change by hand: preflight is over, green is being built."""
REPAIRER = "mio"
LOOK_SECONDS = 30
COMMIT_SECONDS = 5
"""From the question about the difference to the commit: nobody has read it yet."""


class Operator:
    """Approves plans and decommissions by the hash in the message, and ends a run of which a part has moved.

    Args:
        world: where the operator lives.
        command: ARN of the function ``operator_command``.
        heard: is told every message, for the log.
        finishes: whether a run that holds because an application went back is ended as it is.
        resumes: whether an application that holds because it was contested goes on once the page was read.
        answers: whether it is this operator who answers; otherwise they read only.
    """

    def __init__(
        self,
        world: World,
        command: str,
        heard: Callable[[str], None],
        *,
        finishes: bool = False,
        resumes: bool = False,
        answers: bool = True,
    ) -> None:
        self.pages: list[str] = []
        """What somebody was woken up for."""
        self._world, self._command, self._heard, self._finishes = world, command, heard, finishes
        self._resumes, self._answers = resumes, answers
        world.front.on_call.append(self._notice)

    def _notice(self, call: Call, phase: str) -> None:
        if phase != "after" or (call.service, call.operation) != ("sns", "Publish") or call.error_code:
            return
        message = json.loads(call.params["Message"])
        self._heard(call.params["Subject"])
        if message.get("severity") == "page":
            self.pages.append(f"{message['text']}: {message.get('reason', '')}")
        if message["event"] != "waiting" or not self._answers:
            return
        if message["subject"] in QUESTIONS:
            self._answer(_approval(message))
        elif message["subject"] == PARTIAL and self._finishes:
            self._answer({"command": "finish", "run": message["run"], "by": NAME})
        elif message["subject"].startswith(HOLD) and self._resumes and self.pages:
            application = message["subject"].removeprefix(HOLD)
            self._answer({"command": "resume", "application": application, "run": message["run"], "by": NAME})

    def _answer(self, command: dict[str, Any]) -> None:
        self._world.kernel.after(READING_SECONDS, lambda: self._world.kernel.process(self._click(command)))

    def _click(self, command: dict[str, Any]) -> Steps:
        for _ in range(10):  # an operator whose click ended in an error clicks again
            outcome = yield from self._world.runtime.invoke(self._command, command)
            if not outcome.error_type or outcome.error_type == "RefusedError":
                return
            yield self._world.kernel.env.timeout(READING_SECONDS)


def _approval(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "command": "approve",
        "run": message["run"],
        "subject": message["subject"],
        "plan_hash": message["plan_hash"],
        "by": NAME,
        "reason": "demo",
    }


class Colleague:
    """Turns a debug setting on by hand while green is being built, and commits while the operator reads the difference.

    Args:
        world: where the colleague lives.
        blue: the cluster that serves.
    """

    def __init__(self, world: World, blue: str) -> None:
        self._world, self._api = world, world.clusters[blue].api
        self._to_do = {"plan": (BUILD_SECONDS, self._debug), "sync": (COMMIT_SECONDS, self._commit)}
        world.front.on_call.append(self._notice)

    def _notice(self, call: Call, phase: str) -> None:
        if phase != "after" or (call.service, call.operation) != ("sns", "Publish") or call.error_code:
            return
        message = json.loads(call.params["Message"])
        if message["event"] == "waiting" and message["subject"] in self._to_do:
            self._world.kernel.after(*self._to_do.pop(message["subject"]))

    def _debug(self) -> None:
        """Past Git, so Argo CD on blue calls the application OutOfSync, and green would not get it."""
        self._api.patch("configmaps", "chat-api", "chat", {"data": {"LOG_LEVEL": "debug"}}, manager="kubectl-edit")

    def _commit(self) -> None:
        """Another team's change lands on the branch, and they sync it on blue as they always do."""
        team = Team("team-files", self._world.git.at(self._world.environment.argocd.repository))
        team.change("apps/files-upload/templates/config.yaml", lambda text: f'{text.rstrip()}\n  RETRIES: "5"\n')
        team.refresh(self._api, ("root", "files-upload"))
        team.sync(self._api, "files-upload")


class Repairer:
    """Finds marks of external-dns that name norikae, takes that for a defect, and writes the old owner back.

    From then on external-dns takes the records for its own, and writes the weight that Git says.

    Args:
        world: where the repairer lives.
        host: the public name of whose marks.
        blue: the cluster that served at the beginning.
        weight: green's weight from which on it happens.
    """

    def __init__(self, world: World, host: str, blue: str, weight: int = 25) -> None:
        self.repaired = 0
        """How many marks were written."""
        self._world, self._host, self._mine, self._weight = world, host, set_identifier(blue), weight
        world.kernel.every(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        weights = self._world.route53.weights_of(self._host)
        if self.repaired or sum(share for name, share in weights.items() if name != self._mine) < self._weight:
            return
        (zone,) = self._world.environment.dns.zones
        with self._world.route53.as_caller(f"{REPAIRER}/repair-owners"):
            marks = [
                one
                for kind in ("a", "aaaa")
                for one in self._world.route53.list_resource_record_sets(
                    HostedZoneId=zone, StartRecordName=f"{kind}-{self._host}", StartRecordType="TXT", MaxItems="2"
                )["ResourceRecordSets"]
                if one["Name"] == f"{kind}-{self._host}." and one["Type"] == "TXT"
            ]
            batch = [{"Action": "UPSERT", "ResourceRecordSet": _of_external_dns(one)} for one in marks]
            self._world.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})
        self.repaired = len(batch)


def _of_external_dns(mark: Mapping[str, Any]) -> dict[str, Any]:
    """The mark with the owner from whom it was taken."""
    text = mark["ResourceRecords"][0]["Value"].strip('"')
    parts = dict(part.split("=", 1) for part in text.split(","))
    parts["external-dns/owner"] = parts.pop("norikae/from")
    return {**mark, "ResourceRecords": [{"Value": f'"{",".join(f"{key}={one}" for key, one in parts.items())}"'}]}


class WeightKeeper:
    """Keeps the weights that are in Git: commits what a message asks for, and presses "Sync" where the clusters are.

    Only for worlds that ``brownfield`` has made, with an Argo CD in each cluster.

    Args:
        world: where the keeper lives.
        asked: the application and its weights by cluster that a message asks for; None when it asks for none.
        seconds: from the message to the commit.
    """

    def __init__(
        self,
        world: World,
        asked: Callable[[Mapping[str, Any]], tuple[str, Mapping[str, int]] | None],
        seconds: float = READING_SECONDS,
    ) -> None:
        self._world, self._asked, self._seconds = world, asked, seconds
        self.commits: list[str] = []
        world.front.on_call.append(self._notice)

    def _notice(self, call: Call, phase: str) -> None:
        if phase != "after" or (call.service, call.operation) != ("sns", "Publish") or call.error_code:
            return
        wish = self._asked(json.loads(call.params["Message"]))
        if wish is not None:
            self._world.kernel.after(self._seconds, lambda: self._weigh(*wish))

    def _weigh(self, application: str, weights: Mapping[str, int]) -> None:
        team = Team(f"team-{application}", self._world.git.at(self._world.environment.argocd.repository))
        clusters = [self._world.clusters[name].api for name in weights if name in self._world.clusters]
        self.commits.append(weigh(team, application, weights, clusters))


def commits_what_moved(world: World, blue: str) -> WeightKeeper:
    """Teams that commit all weight to green once their application has moved, so that its names can go back."""

    def asked(message: Mapping[str, Any]) -> tuple[str, Mapping[str, int]] | None:
        if message["event"] != "application-moved":
            return None
        (green,) = (name for name in world.clusters if name != blue)
        return message["application"], {blue: 0, green: WHOLE}

    return WeightKeeper(world, asked)


def people_of(scenario: Scenario, world: World, blue: str, command: str, heard: Callable[[str], None]) -> Operator:
    """Whoever has a part in a scenario comes to live in its world; the operator is in all of them.

    Args:
        scenario: what is played.
        world: where they live.
        blue: the cluster that serves.
        command: ARN of the function ``operator_command``.
        heard: is told every message, for the log.
    """
    if scenario.colleague:
        Colleague(world, blue)
    if scenario.commits:
        commits_what_moved(world, blue)
    if scenario.contested:
        Repairer(world, f"{scenario.contested}.{world.environment.environment}.example.com", blue)
    finishes, resumes = scenario.outcome == PARTIAL, bool(scenario.contested)
    return Operator(world, command, heard, finishes=finishes, resumes=resumes, answers=not scenario.chat)
