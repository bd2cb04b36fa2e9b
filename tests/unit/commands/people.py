"""People of an environment, the doors they come through, and a run that they talk about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from norikae.approvals.ask import request_approval
from norikae.commands.operate import operate
from norikae.environment import Access, Person
from norikae.upgrade.state import ApprovalItem
from tests.unit.fakes.story import APP, RUN, WRITER, Story

MESSENGER = "arn:aws:iam::123456789012:role/norikae-demo-answer-chat"
CLOCK = "arn:aws:iam::123456789012:role/norikae-demo-start-on-schedule"
MACHINE = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:norikae-demo-upgrade"
MIO = Person(
    name="mio",
    roles=("operator", "approver"),
    slack="T01AB/U02CD",
    chatwork="1234567",
    iam=("arn:aws:sts::123456789012:assumed-role/sre/mio",),
)
HANAKO = Person(name="hanako", roles=("approver",), slack="T01AB/U0HANA", chatwork="7654321")
TARO = Person(name="taro", roles=("team",), teams=("payments",), slack="T01AB/U02EF")
YUKI = Person(name="yuki", roles=("viewer",), slack="T01AB/U0YUKI")
RIN = Person(name="rin", roles=("admin",), chatwork="42", iam=("arn:aws:sts::123456789012:assumed-role/admin/*",))
EVERYBODY = (MIO, HANAKO, TARO, YUKI, RIN)
TOKEN = "AQBexampleTaskToken"


def session_of(role: str) -> str:
    """The ARN of the sessions of a role, without their names."""
    return role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")


class Office:
    """A run in an environment whose people are known; nobody who is not may say anything."""

    def __init__(self, *, unproven: tuple[Any, ...] = (), **approvals: Any) -> None:
        self.story = Story(applications=(APP, "invoices"))
        self.ports = self.story.ports
        environment = msgspec.structs.replace(
            self.ports.environment,
            access=Access(people=EVERYBODY, unproven=unproven),
            approvals=msgspec.structs.replace(self.ports.environment.approvals, **approvals),
        )
        self.ports.environment = environment
        self.ports.settings = replace(self.ports.settings, messengers=MESSENGER, clocks=CLOCK, upgrade_machine=MACHINE)

    def says(self, person: Person, **command: Any) -> dict[str, Any]:
        """What a person says in a chat, Slack if they have it, is answered with."""
        if person.slack:
            return self.in_chat("slack", person.slack, **command)
        return self.in_chat("chatwork", person.chatwork, **command)

    def in_chat(self, door: str, who: str, **command: Any) -> dict[str, Any]:
        """What norikae's own function says for somebody in a chat."""
        actor = {"door": door, "id": who, "place": "C01AB"}
        return self.heard(proof=self.ports.callers.prove(), actor=actor, **command)

    def is_due(self, **command: Any) -> dict[str, Any]:
        """What norikae's own function says that schedules start."""
        self.ports.callers.known["proof of the clock"] = f"{session_of(CLOCK)}/start"
        return self.heard(proof="proof of the clock", **command)

    def types(self, arn: str, **command: Any) -> dict[str, Any]:
        """What somebody says in a terminal."""
        self.ports.callers.known[f"proof of {arn}"] = arn
        return self.heard(proof=f"proof of {arn}", **command)

    def heard(self, **command: Any) -> dict[str, Any]:
        """A command as it comes."""
        return operate(self.ports, command)

    def asked(self, subject: str = "plan") -> ApprovalItem:
        """The run waits for an answer."""
        request_approval(self.ports, WRITER, subject, f"{TOKEN}/{subject}")
        found = self.ports.table.read(RUN, f"APPROVAL#{subject}", ApprovalItem)
        assert found is not None
        return found

    @property
    def woken(self) -> dict[str, Any]:
        """What states that wait were told."""
        return self.ports.executions.answers
