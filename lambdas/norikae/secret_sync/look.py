"""One secret, in all clusters: what has to be written is written, and every SecretSync's status says what became."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from norikae.errors import ConflictError, NorikaeError, NotFoundError, PermanentError
from norikae.secret_sync.decide import status_of
from norikae.secret_sync.errand import OURS
from norikae.secret_sync.nudges import nudge_others
from norikae.secret_sync.outcome import Outcome
from norikae.secret_sync.shelve import carry_to_secrets
from norikae.secret_sync.survey import at_once, visit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.decide import Became
    from norikae.secret_sync.errand import Errand
    from norikae.secret_sync.ports import Shelf
    from norikae.secret_sync.secret import Described, Value
    from norikae.secret_sync.survey import Place
    from norikae.secret_sync.target import Json, Target

ROUNDS = 4
"""How often everything is read anew because somebody else wrote at the same moment."""
INSISTS = 4
"""How often an operator is waited for before it is told again."""


@dataclass(slots=True)
class Looked:
    """What became of a secret.

    Args:
        errand: which.
        places: the clusters, as they were seen last.
        outcomes: of all targets; those of a cluster that could not be seen again are missing.
        errors: cluster to why its messages come again.
        wrote: cluster, namespace and name of every Secret that was written.
    """

    errand: Errand
    places: dict[str, Place]
    outcomes: list[Outcome] = field(default_factory=list)
    errors: dict[str, NorikaeError] = field(default_factory=dict)
    wrote: set[tuple[str, str, str]] = field(default_factory=set)


def look(ports: Ports, errand: Errand, places: Sequence[Place]) -> Looked:
    """Every target of a secret is current, or waits for its operator, or it is known why not.

    Args:
        ports: the world.
        errand: the secret.
        places: the clusters, surveyed before the secret was described.
    """
    looked = Looked(errand, {place.cluster: place for place in places if errand.covers(place.cluster)})
    open_places, secret = list(looked.places.values()), errand.secret
    for number in range(ROUNDS):
        outcomes = _round(ports, errand, secret, open_places, is_first=number == 0)
        looked.outcomes += outcomes
        looked.wrote |= {_place_of(one) for one in outcomes if one.wrote}
        torn = sorted({one.cluster for one in outcomes if isinstance(one.error, ConflictError)})
        if not torn or number == ROUNDS - 1:
            break
        open_places, unseen = visit(ports, torn)
        looked.outcomes = [one for one in looked.outcomes if one.cluster not in torn]
        looked.places |= {place.cluster: place for place in open_places}
        looked.errors |= unseen
        try:
            secret = ports.safe.describe(errand.key) if secret else None
        except NorikaeError as error:
            looked.errors |= dict.fromkeys(torn, error)
            break
    looked.errors |= {one.cluster: one.error for one in looked.outcomes if one.error is not None}
    return looked


def _round(
    ports: Ports, errand: Errand, secret: Described | None, places: Sequence[Place], *, is_first: bool
) -> list[Outcome]:
    wanting = errand.wanting(places)
    ours = [(place, target) for place, target in wanting if target.kind == OURS]
    others = [(place, target) for place, target in wanting if target.kind != OURS and errand.is_held]
    if secret is None or errand.problem:
        return _tell_all(ports, errand, secret, [*ours, *others])
    read = _reader(ports, secret)
    carried = carry_to_secrets(ports, secret, ours, read, is_first=is_first)
    nudged = nudge_others(ports, secret, others, read, insists=errand.attempt >= INSISTS)
    return _with_status(ports, secret, places, carried) + nudged


def _tell_all(
    ports: Ports, errand: Errand, secret: Described | None, wanting: Sequence[tuple[Place, Target]]
) -> list[Outcome]:
    outcomes = [
        Outcome.refused(place.cluster, target, target.problem or errand.problem, errand.news)
        for place, target in wanting
    ]
    places = list({place.cluster: place for place, _ in wanting}.values())
    return _with_status(ports, secret, places, outcomes)


def _with_status(
    ports: Ports, secret: Described | None, places: Sequence[Place], outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """The outcomes, once the SecretSyncs' own status says the same; where that fails they are other outcomes."""
    shelves, kept, patches = {place.cluster: place.shelf for place in places}, [], []
    for one in outcomes:
        if body := _status(ports, secret, one):
            patches.append((one, body))
        else:
            kept.append(one)
    calls: list[Callable[[], object]] = [_patching(shelves, one, body) for one, body in patches]
    for (one, _), result in zip(patches, at_once([*shelves.values()], calls), strict=True):
        if not isinstance(result, NorikaeError):
            kept.append(one)
        elif isinstance(result, PermanentError) and not isinstance(result, NotFoundError):
            kept.append(replace(one, state="refused", news="secret-refused", reason=f"{one.target}: {result}"))
        elif not isinstance(result, NotFoundError):  # one that was deleted meanwhile wants nothing any more
            kept.append(replace(one, state="failed", error=result, reason=f"{type(result).__name__}: {result}"))
    return kept


def _status(ports: Ports, secret: Described | None, outcome: Outcome) -> Json:
    if outcome.state in {"failed", "observed"} or outcome.target.kind != OURS:
        return {}
    return status_of(
        outcome.target,
        secret,
        version=outcome.version,
        state=cast("Became", outcome.state),
        reason=outcome.reason or f"the Secret has version {outcome.version}",
        now=ports.now,
    )


def _patching(shelves: Mapping[str, Shelf], outcome: Outcome, body: Json) -> Callable[[], object]:
    shelf, target = shelves[outcome.cluster], outcome.target
    return lambda: shelf.patch(
        target.kind, target.namespace, target.name, body, instead_of=target.resource_version, status=True
    )


def _reader(ports: Ports, secret: Described) -> Callable[[], Value]:
    """The value that is current when it is first asked for; the same one, or error, for the rest of a round."""
    answers: list[Value | NorikaeError] = []

    def read() -> Value:
        if not answers:
            try:
                answers.append(ports.safe.current(secret.arn))
            except NorikaeError as error:
                answers.append(error)
        if isinstance(answers[0], NorikaeError):
            raise answers[0]
        return answers[0]

    return read


def _place_of(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.cluster, outcome.target.namespace, outcome.secret
