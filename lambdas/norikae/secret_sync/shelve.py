"""SecretSyncs: their Secrets are read, then the value, then what has to be written is written.

That order is why no Secret ever goes back to an older version. A write carries the resourceVersion that was read before
the value was. Whoever wrote in between makes it a ConflictError; whoever wrote before that had read an older value, or
the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from norikae.errors import ConflictError, NorikaeError, PermanentError, RefusedError
from norikae.secret_sync.decide import decide, owner, wanted
from norikae.secret_sync.declaration import read_declaration
from norikae.secret_sync.outcome import Outcome
from norikae.secret_sync.render import render
from norikae.secret_sync.stored import GENERATION, HANDLED_WITHIN, REPLACES, SECRET, SYNC, VERSION, WRITTEN_AT, Stored
from norikae.secret_sync.survey import at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.decide import Move
    from norikae.secret_sync.declaration import Declaration
    from norikae.secret_sync.ports import Shelf
    from norikae.secret_sync.secret import Described, Value
    from norikae.secret_sync.stored import Wanted
    from norikae.secret_sync.survey import Place
    from norikae.secret_sync.target import Target

    Read = Callable[[], Value]

NEEDS_VALUE = frozenset({"create", "write"})
DOUBT = 30 + HANDLED_WITHIN
"""Seconds after a handler that wrote began, in which the version that it replaced is not believed to be current again:
all operations of Secrets Manager are eventually consistent (its API reference, ListSecrets). Who moves the label back
waits that long."""
DIGITS = 19
"""Of the largest generation (Kubernetes API conventions, "Metadata": an int64)."""


@dataclass(frozen=True, slots=True)
class Job:
    """A SecretSync and its Secret.

    Args:
        cluster: where.
        shelf: its API.
        target: the SecretSync.
        declaration: what it asks for.
        stored: the Secret as it was read; None when there is none.
    """

    cluster: str
    shelf: Shelf
    target: Target
    declaration: Declaration
    stored: Stored | None = None

    @property
    def name(self) -> str:
        """The Secret's name."""
        return self.declaration.target_name


def carry_to_secrets(
    ports: Ports, secret: Described, wanting: Sequence[tuple[Place, Target]], read: Read, *, is_first: bool
) -> list[Outcome]:
    """Every SecretSync's Secret has the version that was current when this began, or a newer one, or a reason not to.

    Args:
        ports: the world.
        secret: what is known of it, read after the SecretSyncs were.
        wanting: the SecretSyncs that want it.
        read: the value that is current now; it is asked for once at most, and only after every Secret was read.
        is_first: whether the SecretSyncs may be older than what is known of their Secrets.
    """
    outcomes = [Outcome.refused(place.cluster, one, one.problem) for place, one in wanting if one.problem]
    jobs = [
        Job(place.cluster, place.shelf, one, read_declaration(one.object)) for place, one in wanting if not one.problem
    ]
    found = at_once([job.shelf for job in jobs], [_getting(job) for job in jobs])
    fit = []
    for job, stored in zip(jobs, found, strict=True):
        if isinstance(stored, NorikaeError):
            outcomes.append(_became(job, stored))
        else:
            fit.append(replace(job, stored=stored if isinstance(stored, Stored) else None))
    if is_first:
        outcomes += [Outcome.failed(job.cluster, job.target, _outdated(job)) for job in fit if _is_outdated(job)]
        fit = [job for job in fit if not _is_outdated(job)]
    return outcomes + _move(ports, secret, fit, read)


def _move(ports: Ports, secret: Described, jobs: Sequence[Job], read: Read) -> list[Outcome]:
    on_edit = ports.environment.secret_sync.on_edit

    def moves() -> list[tuple[Job, Move]]:
        return [(job, decide(job.target, job.declaration, secret, job.stored, on_edit=on_edit)) for job in jobs]

    decided = moves()
    if all(move.action not in NEEDS_VALUE for _, move in decided):
        return [_unmoved(job, move) for job, move in decided]
    try:
        value = read()
    except NorikaeError as error:
        return [
            _valueless(job, secret, error) if move.action in NEEDS_VALUE else _unmoved(job, move)
            for job, move in decided
        ]
    if value.version != secret.current:  # rotated since it was described: what was right is behind, and the reverse
        secret = replace(secret, current=value.version)
        decided = moves()
    outcomes = [_unmoved(job, move) for job, move in decided if move.action not in NEEDS_VALUE]
    return outcomes + _write(ports, secret, [one for one in decided if one[1].action in NEEDS_VALUE], value)


def _write(ports: Ports, secret: Described, decided: Sequence[tuple[Job, Move]], value: Value) -> list[Outcome]:
    outcomes, writes = [], []
    for job, move in decided:
        try:
            data = render(job.declaration, value)
        except RefusedError as error:
            outcomes.append(Outcome.refused(job.cluster, job.target, str(error)))
            continue
        if _is_doubtful(job, value.version, ports.now):
            doubt = ConflictError(f"{secret.name} may have a newer version than the one that was read")
            outcomes.append(Outcome.failed(job.cluster, job.target, doubt))
            continue
        new = wanted(job.target, job.declaration, secret, value.version, data, job.stored, now=ports.now)
        writes.append((job, move, new))
    results = at_once([job.shelf for job, _, _ in writes], [_writing(job, new) for job, _, new in writes])
    for (job, move, new), result in zip(writes, results, strict=True):
        if isinstance(result, NorikaeError):
            outcomes.append(_became(job, result))
        else:
            outcomes.append(_written(job, move, new, secret))
    return outcomes


def _written(job: Job, move: Move, new: Wanted, secret: Described) -> Outcome:
    is_repair = job.stored is not None and _was_ours(job.stored, job.target, secret)
    return Outcome(
        job.cluster,
        job.target,
        "current",
        f"{move.reason}; it has been repaired" if is_repair else "",
        news="secret-edited" if is_repair else "",
        secret=job.name if REPLACES in new.annotations else "",
        version=secret.current,
        wrote=True,
    )


def _was_ours(stored: Stored, target: Target, secret: Described) -> bool:
    """Whether nothing but the data can have been the reason for a write."""
    before = (stored.annotations.get(SECRET), stored.version, stored.annotations.get(GENERATION))
    return before == (secret.arn, secret.current, str(target.generation)) and SYNC in stored.annotations


def _unmoved(job: Job, move: Move) -> Outcome:
    if move.action == "refuse":
        return Outcome.refused(job.cluster, job.target, move.reason)
    version = job.stored.version if job.stored is not None else ""
    replaced = job.name if job.stored is not None and REPLACES in job.stored.annotations else ""
    if move.action == "report":
        reason = f"{move.reason}; it stays so, as onEdit: report says: write what it should be into the secret"
        return Outcome(job.cluster, job.target, "edited", reason, "secret-edited", secret=replaced, version=version)
    return Outcome(job.cluster, job.target, "current", secret=replaced, version=version)


def _became(job: Job, error: object) -> Outcome:
    """What an error of a request about a Secret means for its target."""
    if not isinstance(error, NorikaeError):  # pragma: no cover - callers have looked
        raise TypeError(type(error).__name__)
    if not _is_final(error):
        return Outcome.failed(job.cluster, job.target, error)
    right = (
        f"; the namespace {job.declaration.namespace} needs the Role norikae-secrets of docs/secrets.md, which lets the"
        f" group norikae:secrets create secrets, and get and patch {job.name}"
    )
    return Outcome.refused(job.cluster, job.target, f"{error}{right if ' 403 ' in f'{error} ' else ''}")


def _valueless(job: Job, secret: Described, error: NorikaeError) -> Outcome:
    """What an error of GetSecretValue means."""
    if not _is_final(error):
        return Outcome.failed(job.cluster, job.target, error)
    reason = f"the value of {secret.name} is refused: {error}; its policy and its KMS key have to allow norikae"
    return Outcome.refused(job.cluster, job.target, reason)


def _is_final(error: NorikaeError) -> bool:
    return isinstance(error, PermanentError)


def _is_outdated(job: Job) -> bool:
    """Whether somebody wrote the Secret for a newer SecretSync than the one that was read."""
    if job.stored is None or job.stored.annotations.get(SYNC) != owner(job.target):
        return False
    generation = job.stored.annotations.get(GENERATION, "")
    is_number = generation.isdecimal() and len(generation) <= DIGITS  # or somebody edited it
    return is_number and int(generation) > job.target.generation


def _outdated(job: Job) -> ConflictError:
    return ConflictError(f"{job.target} was changed since it was read")


def _is_doubtful(job: Job, version: str, now: float) -> bool:
    """Whether a version was read that has just been replaced."""
    before = job.stored.annotations if job.stored is not None else {}
    if before.get(REPLACES) != version or before.get(VERSION) == version:
        return False
    try:
        written_at = datetime.fromisoformat(before.get(WRITTEN_AT, "")).timestamp()
    except ValueError:  # somebody edited it
        return False
    return now - written_at < DOUBT


def _getting(job: Job) -> Callable[[], Stored | None]:
    return lambda: job.shelf.secret(job.declaration.namespace, job.name)


def _writing(job: Job, new: Wanted) -> Callable[[], None]:
    if job.stored is None:
        return lambda: job.shelf.create(new)
    stored = job.stored
    return lambda: job.shelf.write(new, instead_of=stored)
