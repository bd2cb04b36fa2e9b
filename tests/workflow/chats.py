"""Runs that people lead from Slack and Chatwork: what they say there, what they are told, and what it came to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.demo.scenarios import Scenario
from norikae.errors import NotFoundError
from norikae.upgrade.state import ApprovalItem, Event
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.step_functions.execution import Execution
    from local.chat.conversation import Button, Line
    from local.chat.people import ChatworkPerson, SlackPerson
    from local.chat.sending import Sent

APP = "files-upload"
ANSWER_SECONDS = 30
"""By then whoever said something has been answered, if nothing fails."""
PLAN_SECONDS = 900
"""By then a run has asked about its plan."""


@dataclass(frozen=True)
class Chatted(Scenario):
    """A story with chats whose environment file says something more.

    Args:
        more: what is otherwise than in the scenario ``chat``, by dotted key.
    """

    more: dict[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, Any]:
        """What is otherwise than in the environment file of the demo."""
        return {**super().changes, **self.more}


def chatted(**more: Any) -> Chatted:
    """A story with chats; the keys of ``more`` have ``__`` for dots."""
    return Chatted("story", "", "succeeded", chat=True, more={key.replace("__", "."): one for key, one in more.items()})


class Chats(Upgrade):
    """A world whose people do everything in chats.

    Args:
        applications: which there are.
        scenario: with ``chat``.
        **more: as ``Upgrade`` takes it.
    """

    def __init__(self, *applications: str, scenario: Scenario | None = None, **more: Any) -> None:
        super().__init__(*applications, approves=False, scenario=scenario or chatted(), **more)
        assert self.stage.office is not None
        self.office = self.stage.office
        self.run_name = ""
        self.run(60)  # what the adoption has begun is over

    @property
    def lines(self) -> list[Line]:
        """Everything that stood in the chats."""
        return self.world.conversation.lines

    def slack(self, name: str, channel: str = "") -> SlackPerson:
        """Somebody in Slack."""
        return self.office.in_slack(name, channel)

    def chatwork(self, name: str, room: str = "") -> ChatworkPerson:
        """Somebody in Chatwork."""
        return self.office.in_chatwork(name, room)

    def hears(self, person: SlackPerson | ChatworkPerson, text: str) -> str:
        """Somebody types a command; what norikae answered them, in the end."""
        before = len(self.lines)
        person.say(text)
        return self.answer_to(person, before)

    def presses(self, person: SlackPerson, line: Line, button: Button) -> str:
        """Somebody presses a button; what norikae answered them."""
        before = len(self.lines)
        person.press(line, button)
        return self.answer_to(person, before)

    def answer_to(self, person: SlackPerson | ChatworkPerson, since: int, seconds: float = ANSWER_SECONDS) -> str:
        """What norikae has answered somebody, without the word that it has heard them; "" for nothing.

        Args:
            person: who.
            since: how many lines there were before.
            seconds: how long it is waited for.
        """
        self.run(seconds)
        found = [line.text for line in self.lines[since:] if _answers(line, person)]
        return found[-1] if found else ""

    def started(self, person: SlackPerson | ChatworkPerson, text: str = "start") -> Execution:
        """Somebody starts a run in a chat; its execution."""
        known = set(self.world.step_functions.executions)
        person.say(text)
        for _ in range(60):
            self.run(5)
            for arn, execution in self.world.step_functions.executions.items():
                if arn not in known and execution.machine.name.endswith("upgrade"):
                    self.execution = execution
                    self.run_name = execution.name.rpartition("-a")[0]
                    return execution
        raise NotFoundError("; ".join(line.shown() for line in self.lines))

    def question(self, subject: str = "plan", seconds: float = PLAN_SECONDS) -> ApprovalItem:
        """What the run asks, once it does."""
        found: ApprovalItem | None = self.until(
            lambda: self.table().read(self.run_name, f"APPROVAL#{subject}", ApprovalItem), seconds
        )
        assert found is not None, f"nobody was asked about {subject}"
        self.run(20)  # until it stands in the chats
        return found

    def until(self, looks: Callable[[], Any], seconds: float) -> Any:
        """What a look finds, as soon as it finds something; else what the last one found."""
        limit = self.world.kernel.seconds() + seconds
        while not (found := looks()) and self.world.kernel.seconds() < limit:
            self.run(2)
        return found

    def buttons(self, begins: str = "approve ") -> list[tuple[Line, Button]]:
        """The buttons that are there now whose values begin so."""
        found = {
            (line.place, line.message, button.value): (line, button)
            for line in self.lines
            for button in line.buttons
            if button.value.startswith(begins) and button in self.world.slack.buttons_of(line.place, line.message)
        }
        return list(found.values())

    def events(self, what: str = "") -> list[Event]:
        """The audit trail of the run."""
        found: list[Event] = self.table().read_all(self.run_name, "EVENT#", Event)
        return [one for one in found if not what or one.what == what]

    def answers(self) -> int:
        """How often a waiting state was told to go on or to fail."""
        return sum(call.operation in ("SendTaskSuccess", "SendTaskFailure") for call in self.world.front.calls)

    def queued(self) -> int:
        """How often an ear has put something into the queue."""
        return sum(call.operation == "SendMessage" and _is_of_chats(call.params) for call in self.world.front.calls)

    def commands(self) -> int:
        """How often a command was carried out, or refused, for somebody in a chat."""
        return self.invoked("operator_command")

    def invoked(self, handler: str) -> int:
        """How often a function has run, by the name of its handler."""
        name = self.stage.deployment.functions[handler].rpartition(":")[2]
        return sum(one.function == name for one in self.world.runtime.invocations)

    def posts(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Anybody posts anything to a URL of norikae's."""
        kernel = self.world.kernel
        sent = kernel.run(kernel.process(self.world.api_gateway.arrives("POST", url, headers, body)))
        return sent.status, sent.body

    def notified(self, topic: str = "Notifications") -> list[dict[str, Any]]:
        """What a topic of the stack was told, by the logical id of the topic."""
        (arn,) = (arn for key, arn in self.stage.deployment.ids.items() if key.startswith(topic) and ":sns:" in arn)
        said = [call.params for call in self.world.front.calls if call.operation == "Publish" and not call.error_code]
        return [json.loads(one["Message"]) for one in said if one["TopicArn"] == arn]

    def report(self) -> dict[str, Any]:
        """The product's own report of the run that was started in a chat."""
        bucket = next(
            name for key, name in self.stage.deployment.ids.items() if "Evidence" in key and "olicy" not in key
        )
        s3 = self.world.client("s3")
        body = s3.get_object(Bucket=bucket, Key=f"{self.run_name}/report.json")["Body"].read()
        found: dict[str, Any] = json.loads(body)
        return found

    def repeats(self, sent: Sent, times: int) -> list[int]:
        """A request comes again as it was, all at once; the statuses."""
        kernel = self.world.kernel
        ways = [
            kernel.process(self.world.api_gateway.arrives("POST", sent.url, sent.headers, sent.body))
            for _ in range(times)
        ]
        return [kernel.run(one).status for one in ways]


def _answers(line: Line, person: SlackPerson | ChatworkPerson) -> bool:
    if line.who != "norikae" or not person.sees(line):
        return False
    if line.chat == "slack":
        return line.how == "whispers" and not line.text.startswith("Heard / ")
    return line.text.startswith(f"[rp aid={getattr(person, 'account', '')} ")


def _is_of_chats(params: dict[str, Any]) -> bool:
    try:
        return "door" in json.loads(params.get("MessageBody", "{}"))
    except ValueError:
        return False
