"""A message that stands in a chat about one thing: posted once, then changed, by whoever comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from norikae.chat.ports import Posted, Thread
from norikae.errors import ConflictError, NorikaeError, PermanentError
from norikae.notify.chats import Wall, digest

if TYPE_CHECKING:
    from norikae.notify.card import Card
    from norikae.notify.places import Place
    from norikae.ports import Ports

State = dict[str, Any]
Change = Callable[[State], tuple["Card", State]]
"""From what a message was made of to what it says now, and what that is made of."""
TRIES = 5
CLAIM_SECONDS = 60.0
"""How long whoever is about to post has for it; a function that was stopped meanwhile is followed by another one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The message about one thing in one place.

    What is posted is noted before and after. Two that are about to post the same are one: the second waits for the
    queue to bring its message again. A message whose answer from the chat was lost is posted once more when its
    notification comes again, since nobody can tell whether it is there: so it stands there twice, and the second one
    is changed from then on.

    Args:
        ports: the world.
        wall: where.
        thing: what it is about, such as ``run/demo-1-35-0001``.
        thread: the message above it; "" for none.
        loud: whether it waits for somebody, so that more people see a new one than those who follow its thread.
        renews: whether a new one takes the place of one that cannot be changed any more. What comes each minute does
            not: a workspace may forbid changes after some minutes, and would be told the same again and again.
    """

    ports: Ports
    wall: Wall
    thing: str
    thread: str = ""
    loud: bool = False
    renews: bool = True

    @property
    def key(self) -> str:
        """By which the table knows it."""
        return key_of(self.wall.place, self.thing)

    def read(self) -> Thread | None:
        """What stands there."""
        return self.ports.threads.read(self.key)

    def put(self, change: Change, *, anew: Callable[[State], bool] = lambda _: False) -> Posted:
        """The message says what ``change`` makes of it, and is sent only if that is something else than before.

        Args:
            change: called after what stands there was read, and again when somebody wrote first.
            anew: whether another message takes the place of the one that stands there.

        Raises:
            ThrottledError: the chat asked us to slow down.
            ConflictError: somebody else is posting it, or always wrote first.
            RefusedError: the chat refused it, with its own word.
        """
        known_to_show = True
        for left in reversed(range(TRIES)):
            before = self.read()
            state = before.state if before else {}
            card, after = change(state)
            form = self.wall.form(card)
            posted = before.posted if before and not (before.posted and anew(state)) else None
            if posted is None:
                return self._post(before, form, after)
            is_shown = known_to_show and before is not None and before.body == digest(form)
            if not is_shown:
                posted = self._changed(posted, form)
                known_to_show = False
            wanted = Thread(posted=posted, body=digest(form), state=after, at=self.ports.now)
            if before is not None and is_shown and before.state == after:
                return posted
            try:
                self.ports.threads.write(self.key, wanted, instead_of=before)
            except ConflictError:
                if not left:
                    raise
                continue
            return posted
        raise AssertionError

    def _post(self, before: Thread | None, form: Any, state: State) -> Posted:  # noqa: ANN401 - a chat's own form
        """Claimed first, so that two do not post it, and given free again when it failed."""
        now = self.ports.now
        if before is not None and before.posted is None and now - before.at < CLAIM_SECONDS:
            raise ConflictError(f"{self.key}: somebody else is posting it; the message comes again")
        old = before.state if before else {}
        claim = Thread(posted=None, body="", state=old, at=now)
        self.ports.threads.write(self.key, claim, instead_of=before)
        try:
            posted = self._say(form)
        except NorikaeError:
            free = before or Thread(state=old, at=0)
            self.ports.threads.write(self.key, free, instead_of=claim)
            raise
        self.ports.threads.write(
            self.key, Thread(posted=posted, body=digest(form), state=state, at=now), instead_of=claim
        )
        return posted

    def _changed(self, posted: Posted, form: Any) -> Posted:  # noqa: ANN401 - as above
        """The message itself, or a new one where it cannot be changed any more, such as one that somebody deleted.

        Slack says ``message_not_found`` then, and ``edit_window_closed`` where a workspace forbids late changes
        (docs.slack.dev, "chat.update", errors).
        """
        try:
            self.wall.change(posted, form)
        except PermanentError:
            if not self.renews:
                raise
            return self._say(form)
        return posted

    def _say(self, form: Any) -> Posted:  # noqa: ANN401 - as above
        """Below the message above it, or by itself where nothing can be said below, such as one that was deleted."""
        try:
            return self.wall.post(form, self.thread, loud=self.loud)
        except PermanentError:
            if not self.thread:
                raise
        return self.wall.post(form, "", loud=self.loud)


def key_of(place: Place, thing: str) -> str:
    """By which the table knows the message about a thing in a place."""
    return f"{place.chat}/{place.id}/{thing}"
