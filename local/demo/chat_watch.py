"""A run that is led from chats only: how it begins, what the demo shows of it, and what has to be so at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.chat.readable import readable
from local.demo.chat_scenario import chat_checks, settle
from local.demo.credential_watch import credential_watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.step_functions.execution import Execution
    from local.chat.conversation import Line
    from local.chat.office import Office
    from local.demo.checks import Check
    from local.world import World

BEGINNING_SECONDS = 600
"""By then somebody's word has started a run."""
LOOK_SECONDS = 5


class NotStartedError(Exception):
    """Nobody's word has started a run; what the chats said is the text."""


class ChatWatch:
    """The people of the scenario, who begin as soon as this is made.

    Args:
        office: the chats, connected to norikae.
        world: theirs.
    """

    def __init__(self, office: Office, world: World) -> None:
        self._world = world
        self._chatters = settle(office, world)
        self.credentials = credential_watch(world)
        """Looks for what proves norikae to the chats and them to it."""

    def started(self) -> Execution:
        """The execution that a word in a chat has begun.

        Raises:
            NotStartedError: none has within ten minutes.
        """
        executions = self._world.step_functions.executions
        for _ in range(BEGINNING_SECONDS // LOOK_SECONDS):
            self._world.kernel.run(LOOK_SECONDS)
            found = next((one for arn, one in executions.items() if arn.split(":")[6].endswith("-upgrade")), None)
            if found is not None:
                return found
        raise NotStartedError(
            "; ".join(line.shown() for line in self._world.conversation.lines) or "nobody said a word"
        )

    def show(self, say: Callable[[str], None]) -> None:
        """Show what was said so far, and from now on each line as it is said; of a message that changes how it begins.

        Args:
            say: shows one line.
        """
        conversation, beginnings = self._world.conversation, dict[tuple[str, str, str], str]()

        def show(line: Line) -> None:
            message, begins = (line.chat, line.place, line.message), readable(line.chat, line.text).partition("\n")[0]
            if line.how != "edits" or beginnings.get(message) != begins:
                say(line.shown(whole=line.how != "edits"))
            beginnings[message] = begins

        for line in conversation.lines:
            show(line)
        conversation.on_line.append(show)

    def checks(self) -> list[Check]:
        """What has to be so, whatever the run did; nobody asks any more."""
        self._chatters.stop()
        return chat_checks(self._world, self._chatters)
