"""The people of a run that is led from chats: they read what stands there, and type and press what one would.

None of them looks anywhere else: not at the table, not at a state machine, not at what a message was made from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import simpy

    from local.chat.conversation import Button, Conversation, Line
    from local.chat.people import ChatworkPerson, SlackPerson
    from local.chat.sending import Sent
    from local.kernel import Steps

READING_SECONDS = 60
"""How long a person takes to read a question."""
AGAIN_SECONDS = 45
"""After which somebody types again what the chat said had not worked."""
PATIENCE_SECONDS = 300
"""After which somebody says again what nobody has answered."""
TIMES = 5
YES = "approve "
"""How the value of a button begins that says yes."""
_TYPED_YES = re.compile(r"/norikae (approve (?:\S+ )?[a-z0-9]+)\s*$", re.MULTILINE)
_PERCENT = re.compile(r"(\d{1,3}) ?%")
WHOLE = 100


class Starter:
    """Somebody in Slack who starts the upgrade, and types it again while Slack says that it has not worked.

    Args:
        person: who.
        text: what they type after ``/norikae``.
        after: seconds from now.
    """

    def __init__(self, person: SlackPerson, text: str = "start", after: float = READING_SECONDS) -> None:
        self.said: list[Sent] = []
        self._person, self._text = person, text
        person.kernel.after(after, lambda: person.kernel.process(self._says()))

    def _says(self) -> Steps:
        for _ in range(TIMES):
            sent: Sent = yield self._person.say(self._text)
            self.said.append(sent)
            if sent.accepted:
                return
            yield self._person.kernel.env.timeout(AGAIN_SECONDS)


class Asker:
    """Somebody who asks for the status from time to time.

    Args:
        person: who, in Slack or Chatwork.
        every: seconds.
    """

    def __init__(self, person: SlackPerson | ChatworkPerson, every: float) -> None:
        self.asked = 0
        self._person, self._is_curious = person, True
        person.kernel.every(every, self._ask)

    def stop(self) -> None:
        """They have seen enough."""
        self._is_curious = False

    def _ask(self) -> None:
        if self._is_curious:
            self.asked += 1
            self._person.say("status")


class Approver:
    """Somebody in Slack who reads questions and presses the button that says yes, as long as it is there.

    Args:
        person: who; somebody else than who started, whose yes would be refused.
        conversation: what they see.
        seconds: how long they read.
        times: how often they press a button that stays.
        wants: whether they say yes to a question at all, by its line.
    """

    def __init__(
        self,
        person: SlackPerson,
        conversation: Conversation,
        *,
        seconds: float = READING_SECONDS,
        times: int = TIMES,
        wants: Callable[[Line], bool] = lambda _: True,
    ) -> None:
        self.pressed: list[str] = []
        """The values of the buttons, each time they were pressed."""
        self._person, self._seconds, self._times, self._wants = person, seconds, times, wants
        self._known: set[tuple[str, str]] = set()
        conversation.on_line.append(self._reads)

    def _reads(self, line: Line) -> None:
        if not self._person.sees(line) or not line.message:
            return
        for button in line.buttons:
            if button.value.startswith(YES) and (line.message, button.value) not in self._known and self._wants(line):
                self._known.add((line.message, button.value))
                self._person.kernel.process(self._answers(line, button))

    def _answers(self, line: Line, button: Button) -> Steps:
        timeout = self._person.kernel.env.timeout
        yield timeout(self._seconds)
        for _ in range(self._times):
            if not self._person.still_has(line, button):
                return
            pressing: simpy.Process = self._person.press(line, button)
            self.pressed.append(button.value)
            sent: Sent = yield pressing
            yield timeout(PATIENCE_SECONDS if sent.accepted else AGAIN_SECONDS)


class Typist:
    """Somebody in Chatwork who says things, and again when norikae has not said a word since.

    Args:
        person: who.
        conversation: what they see.
        app: how norikae is called there.
    """

    def __init__(self, person: ChatworkPerson, conversation: Conversation, app: str = "norikae") -> None:
        self.said: list[str] = []
        self.person, self._conversation, self._app = person, conversation, app

    def says(self, text: str) -> Steps:
        """Write ``/norikae`` and a text, until something new of norikae's stands below it."""
        for _ in range(TIMES):
            self.said.append(text)
            self.person.say(text)
            seen = len(self._conversation.lines)
            yield self.person.kernel.env.timeout(PATIENCE_SECONDS)
            if any(self._is_answer(line) for line in self._conversation.lines[seen:]):
                return

    def _is_answer(self, line: Line) -> bool:
        return self.person.sees(line) and line.who == self._app and line.how == "says"


class ChatworkApprover:
    """Somebody in Chatwork, where there are no buttons, who copies the line that says yes from a question.

    Args:
        person: who; somebody else than who started.
        conversation: what they see.
        seconds: how long they read.
    """

    def __init__(self, person: ChatworkPerson, conversation: Conversation, *, seconds: float = READING_SECONDS) -> None:
        self.typist = Typist(person, conversation)
        self._person, self._seconds = person, seconds
        self._known: set[str] = set()
        conversation.on_line.append(self._reads)

    def _reads(self, line: Line) -> None:
        if not self._person.sees(line) or line.who == self._person.name:
            return
        for typed in _TYPED_YES.findall(line.text):
            if typed not in self._known:
                self._known.add(typed)
                self._person.kernel.process(self._answers(typed))

    def _answers(self, typed: str) -> Steps:
        yield self._person.kernel.env.timeout(self._seconds)
        yield from self.typist.says(typed)


class Team:
    """An application's team in Chatwork: holds it when it has got somewhere, and lets it move on later.

    Args:
        person: of the team.
        conversation: what they see.
        application: theirs.
        at: the weight in percent that they wait for, as a line about their application says it.
        keeps: seconds until they let it move on.
        because: what they say the reason is.
    """

    def __init__(
        self,
        person: ChatworkPerson,
        conversation: Conversation,
        application: str,
        *,
        at: int = 25,
        keeps: float = 900,
        because: str = "a campaign runs",
    ) -> None:
        self.typist = Typist(person, conversation)
        self.application = application
        self._person, self._at, self._keeps = person, at, keeps
        self._because, self._has_held = because, False
        conversation.on_line.append(self._reads)

    def _reads(self, line: Line) -> None:
        if self._has_held or not self._person.sees(line) or line.who == self._person.name:
            return
        rows = [row for row in line.text.splitlines() if self.application in row]
        if any(self._at <= int(percent) < WHOLE for row in rows for percent in _PERCENT.findall(row)):
            self._has_held = True
            self._person.kernel.process(self._holds())

    def _holds(self) -> Steps:
        yield self._person.kernel.env.timeout(READING_SECONDS)
        yield from self.typist.says(f"hold {self.application} because {self._because}")
        yield self._person.kernel.env.timeout(self._keeps)
        yield from self.typist.says(f"shift {self.application}")
