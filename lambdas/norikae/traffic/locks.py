"""While a weight is watched nobody else writes the names: Route 53 itself refuses, whatever role asks.

A protection on a name and type makes Route 53 reject every ChangeResourceRecordSets that touches it, all set
identifiers included (API reference, CreateResourceRecordSetProtections). Ours are known by their comment and are lifted
by whoever writes next (``norikae/zone/lifting.py``); somebody else's are never touched. A lock is a help and no
condition: where Route 53 does not offer it, the run goes on without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from norikae.errors import AwsRefusedError, ConflictError, NorikaeError
from norikae.traffic.records import TRAFFIC_TYPES
from norikae.upgrade.state import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from norikae.ports import Ports
    from norikae.traffic.moving import Moving

MOST_COMMENT = 256
"""Characters of a protection's comment (botocore's model, ResourceDescription)."""
MOST_AT_ONCE = 100
"""Protections in one request (API reference, CreateResourceRecordSetProtections)."""
ATTEMPTS = 3
"""How often protections are read anew, because somebody made or lifted some meanwhile."""


class Lock(NamedTuple):
    """A protection: no record set of this name and type can be changed.

    Args:
        name: in lower case, without the trailing dot.
        type: such as A.
        comment: what whoever made it said.
    """

    name: str
    type: str
    comment: str = ""


class Locks(Protocol):
    """The protections of the hosted zone."""

    def all(self) -> tuple[Lock, ...]:
        """Every protection of the zone.

        Raises:
            AwsRefusedError: this account, partition or SDK has none.
        """

    def create(self, locks: Sequence[Lock]) -> None:
        """Protect at most 100 names and types, all or none; ConflictError when one is protected already."""

    def lift(self, locks: Sequence[Lock]) -> None:
        """Lift at most 100 protections, all or none; ConflictError when one is lifted already."""


def comment_of(environment: str, run: str, application: str) -> str:
    """By which a lock of ours is known, and which whoever is refused reads."""
    return f"norikae env={environment} run={run} application={application}"[:MOST_COMMENT]


def is_ours(lock: Lock, environment: str, application: str = "") -> bool:
    """Whether norikae made a lock for an environment, and for one application of it if that is named."""
    said = lock.comment.split()
    ours = said[:2] == ["norikae", f"env={environment}"]
    return ours and (not application or said[3:] == [f"application={application}"])


def on(locks: Iterable[Lock], names: Collection[tuple[str, str]]) -> tuple[Lock, ...]:
    """Those of some names and types; pure."""
    return tuple(lock for lock in locks if (lock.name, lock.type) in names)


def strangers(locks: Iterable[Lock], environment: str) -> Iterator[str]:
    """What somebody else protects, in words, each with its remedy; pure."""
    for lock in locks:
        if not is_ours(lock, environment):
            said = f"saying {lock.comment!r}" if lock.comment else "without a comment"
            yield (
                f"{lock.name} {lock.type} is protected in Route 53 by somebody else, {said}; have them lift it "
                "(docs/locks.md)"
            )


def names_of(moving: Moving) -> frozenset[tuple[str, str]]:
    """The names and types of an application's record sets, those included of which it has none."""
    marks = {(name.lower(), "TXT") for name in moving.item.marks}
    return frozenset({(host.lower(), kind) for host in moving.planned.hosts for kind in TRAFFIC_TYPES} | marks)


def foreign(moving: Moving) -> tuple[str, ...]:
    """Whoever else protects the application's names; nothing where norikae uses no locks or Route 53 has none."""
    if not moving.ports.environment.dns.protect or moving.declares:
        return ()
    try:
        found = moving.ports.locks.all()
    except AwsRefusedError:
        return ()  # told when the names are to be locked
    return tuple(strangers(on(found, names_of(moving)), moving.ports.environment.environment))


def lock(moving: Moving) -> None:
    """The application's names are protected, unless its external-dns has to write them; or why not is in the trail.

    That they may be locked is written down first, so that a run which dies here still lifts them.

    Raises:
        TransientError: Route 53 asks for less or does not answer; the next look locks what is missing.
    """
    ports, environment = moving.ports, moving.ports.environment
    if not environment.dns.protect or moving.declares:
        return
    moving = moving.saved(locked=True)  # refused when another shift has taken over, which then owns the locks, too
    comment = comment_of(environment.environment, moving.writer.run, moving.planned.name)
    try:
        _lock(ports.locks, [Lock(name, kind, comment) for name, kind in sorted(names_of(moving))])
    except AwsRefusedError as refusal:
        if moving.item.unlocked != str(refusal):
            moving.save(unlocked=str(refusal))
            moving.note("names-stay-unlocked", reason=str(refusal))


def unlock(moving: Moving) -> None:
    """No lock of norikae's is on the application's names, or why not is in the trail.

    Raises:
        TransientError: Route 53 asks for less or does not answer.
    """
    if not moving.item.locked:
        return
    environment = moving.ports.environment.environment
    try:
        lift(moving.ports.locks, lambda one: is_ours(one, environment, moving.planned.name))
    except AwsRefusedError as refusal:
        if not moving.item.unlocked:  # else there never was one
            moving.note("locks-stay", reason=str(refusal))
        return
    moving.save(locked=False)


def leave_no_lock(ports: Ports, run: str, *, at_any_price: bool = False) -> None:
    """No lock of this environment is in the zone, of whatever run; or why not is in the trail.

    Args:
        ports: the world.
        run: whose audit trail says so.
        at_any_price: trouble that may pass does not stop whoever asks.

    Raises:
        TransientError: Route 53 asks for less or does not answer.
    """
    environment, dns = ports.environment.environment, ports.environment.dns
    try:
        lifted = lift(ports.locks, lambda one: is_ours(one, environment))
    except NorikaeError as error:
        refused = isinstance(error, AwsRefusedError)
        if not refused and not at_any_price:
            raise
        if dns.protect:
            ports.table.log(run, Event(at=ports.now, what="locks-stay", detail={"reason": str(error)}))
        return
    if lifted:
        names = sorted({one.name for one in lifted})
        ports.table.log(run, Event(at=ports.now, what="locks-lifted", detail={"names": names}))


def lift(locks: Locks, wanted: Callable[[Lock], bool]) -> tuple[Lock, ...]:
    """Those that are wanted away are; which there were.

    Raises:
        AwsRefusedError: there are no protections here, or they may not be lifted.
        ConflictError: somebody makes and lifts them all the time.
    """
    there: dict[Lock, None] = {}
    for _ in range(ATTEMPTS):
        found = [one for one in locks.all() if wanted(one)]
        there |= dict.fromkeys(found)
        try:
            for some in _chunks(found):
                locks.lift(some)
        except ConflictError:
            continue
        return tuple(there)
    raise ConflictError("somebody else makes and lifts protections of the same names; read again")


def _lock(locks: Locks, wanted: Sequence[Lock]) -> None:
    for _ in range(ATTEMPTS):
        held = {(one.name, one.type) for one in locks.all()}
        missing = [one for one in wanted if (one.name, one.type) not in held]
        try:
            for some in _chunks(missing):
                locks.create(some)
        except ConflictError:
            continue
        return
    raise ConflictError("somebody else makes and lifts protections of the same names; read again")


def _chunks(locks: Sequence[Lock]) -> Iterator[Sequence[Lock]]:
    return (locks[start : start + MOST_AT_ONCE] for start in range(0, len(locks), MOST_AT_ONCE))
