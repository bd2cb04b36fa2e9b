"""From the queue of the stack's topic to every chat: each message once, and none lost for the sake of another chat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from norikae.errors import NorikaeError, ThrottledError, UnreachableError
from norikae.notify.amazon_q import custom_notification
from norikae.notify.chats import wall_of
from norikae.notify.claimed import publish_once
from norikae.notify.message import Message, is_look, read
from norikae.notify.of_run import look_for, refresh_run
from norikae.notify.places import Place, all_places, is_muted, places_of
from norikae.notify.show import show
from norikae.secret_sync.contained import contained

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.notify.run_look import RunLook
    from norikae.ports import Ports

KEEP_SECONDS = 14 * 24 * 3600
"""How long a copy is known: as long as a queue keeps a message at most (SQS guide, "Message retention period")."""
TAKEN_SECONDS = 900
"""How long whoever has taken a message is alone with it; the queue brings it again each minute. One that stopped its
function each time could not be forgotten, and is no copy of itself when it is sent again from the dead letters."""


def deliver(ports: Ports, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Every chat shows what the messages say, and how far the run is; ``batchItemFailures`` come again.

    A look at the run that failed does not: the next minute brings another one.

    A message that one chat throttled or refused comes again, or is laid aside by the queue; the chats that have it
    show it once all the same. Only when a chat's answer to a new message was lost, that message is posted once more:
    nobody can tell whether it is there.

    Args:
        ports: the world.
        records: the event's ``Records``.
    """
    failed: dict[str, list[NorikaeError]] = {}
    counts: Counter[str] = Counter()
    round_ = _Round(ports)
    for record in (one for one in records if not is_look(one)):
        identity, message = str(record["messageId"]), read(record, ports.environment.environment)
        try:
            is_first = ports.seen.first(_key(message), TAKEN_SECONDS, by=identity)
        except NorikaeError as error:
            failed[identity] = [error]
            continue
        if not is_first:
            counts["copies"] += 1
            continue
        errors = round_.show(message) or _settled(ports, message)
        counts["told"] += not errors
        if errors:
            failed[identity] = errors
            _may_come_again(ports, message)
    late = round_.look() if any(map(is_look, records)) else []
    said = {
        "failed": sorted({f"{type(one).__name__}: {one}" for errors in [*failed.values(), late] for one in errors}),
        "told": counts["told"],
        "copies": counts["copies"],
    }
    failures = [{"itemIdentifier": identity} for identity in failed]
    return {"batchItemFailures": failures, **{key: value for key, value in said.items() if value}}


def _key(message: Message) -> str:
    return f"notify/{message.id}"


def _settled(ports: Ports, message: Message) -> list[NorikaeError]:
    """No copy is taken any more, not even the same message of the queue; what kept that from being noted."""
    try:
        ports.seen.settle(_key(message), KEEP_SECONDS)
    except NorikaeError as error:
        return [error]
    return []


def _may_come_again(ports: Ports, message: Message) -> None:
    """From the dead letters it comes as another message of the queue, which must not count as a copy."""
    try:
        ports.seen.forget(_key(message))
    except NorikaeError:
        return  # it comes again as the same message first


class _Round:
    """One batch: a chat that throttles or does not answer is not asked again in it."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._notify = ports, ports.environment.notify
        self._rests: dict[str, NorikaeError] = {}
        self._looks: dict[str, RunLook | None] = {}

    def show(self, message: Message) -> list[NorikaeError]:
        """The message in each place by itself; what went wrong."""
        ports, notify, errors = self._ports, self._notify, list[NorikaeError]()
        try:
            look = self._look_at(message.run) if message.run else None
        except NorikaeError as error:
            return [error]
        teams = look.teams(message.applications()) if look else frozenset[str]()
        wanted = () if is_muted(message, notify) else places_of(message, notify, lambda: teams)
        for place in wanted:
            errors += self._try(place.chat, partial(_show, ports, place, message, look))
        if look is not None and look.outcome:  # until then each minute brings a look; a chat takes few changes a minute
            for place in (one for one in all_places(notify) if one not in wanted):
                errors += self._try(place.chat, partial(_refresh, ports, place, look))
        if notify.amazon_q and not is_muted(message, notify):
            errors += self._try("amazon-q", partial(_publish, ports, message))
        return errors

    def look(self) -> list[NorikaeError]:
        """The message of the run that is open says how far it is, wherever it stands; what kept it from that."""
        ports, notify, errors = self._ports, self._notify, list[NorikaeError]()
        try:
            lease = ports.table.lease("")
            look = self._look_at(lease.run) if lease and lease.holder else None
        except NorikaeError as error:
            return [error]
        if look is not None:
            for place in _in_turn(all_places(notify), ports.now):
                errors += self._try(place.chat, partial(_refresh, ports, place, look))
        return errors

    def _look_at(self, run: str) -> RunLook | None:
        """One look for all messages of the batch, which were all told before; None without a chat.

        What cannot be read of one run keeps the messages about that run only.
        """
        if run not in self._looks:
            places = all_places(self._notify)
            act = partial(look_for, self._ports, run, places)
            self._looks[run] = contained("a look at the run", act) if places else None
        return self._looks[run]

    def _try(self, chat: str, act: Callable[[], None]) -> list[NorikaeError]:
        """What keeps a chat from showing it; a mistake of ours in one message is that message's alone."""
        if chat in self._rests:
            return [self._rests[chat]]
        try:
            contained(f"a message for {chat}", partial(self._act, chat, act))
        except NorikaeError as error:
            return [error]
        return []

    def _act(self, chat: str, act: Callable[[], None]) -> None:
        try:
            act()
        except (ThrottledError, UnreachableError) as error:
            self._rests[chat] = error
            raise


def _in_turn(places: tuple[Place, ...], now: float) -> tuple[Place, ...]:
    """Another one is the first each minute: where a chat throttles, it is not always the same ones that wait."""
    first = int(now // 60) % max(len(places), 1)
    return places[first:] + places[:first]


def _show(ports: Ports, place: Place, message: Message, look: RunLook | None) -> None:
    show(ports, wall_of(ports, place), message, look)


def _refresh(ports: Ports, place: Place, look: RunLook) -> None:
    refresh_run(ports, wall_of(ports, place), look)


def _publish(ports: Ports, message: Message) -> None:
    publish_once(ports, message.id, custom_notification(message, ports.environment.notify))
