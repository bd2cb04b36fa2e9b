"""From the queue's messages to current Secrets in every live cluster."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from norikae.errors import NorikaeError, UnreachableError
from norikae.secret_sync.batch import Batch, Heard
from norikae.secret_sync.contained import contained
from norikae.secret_sync.errand import errands
from norikae.secret_sync.events.table import parse
from norikae.secret_sync.heard import Ignored, Rotated, RotationEnded
from norikae.secret_sync.letter import Check, Restart, Sweep
from norikae.secret_sync.look import Looked, look
from norikae.secret_sync.news import tell_rotation
from norikae.secret_sync.nudges import look_again
from norikae.secret_sync.restart import restart
from norikae.secret_sync.restarts import ask_for_restarts
from norikae.secret_sync.settle import settle
from norikae.secret_sync.survey import live_clusters, visit
from norikae.secret_sync.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.delivery import Delivery


def carry(ports: Ports, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Every secret that the messages are about is current wherever it is wanted; ``batchItemFailures`` come again.

    A message is worth nothing but a look: whatever was done already for it is found done. What fails for one cluster
    or one secret fails for its messages alone. A problem that only a person can end is told, and its message is done.

    Args:
        ports: the world.
        records: the event's ``Records``.
    """
    batch, looks, others = Batch(), [], []
    for record in records:
        said, message = parse(str(record.get("body", ""))), str(record["messageId"])
        if isinstance(said, Ignored):
            batch.ignore(said)
        elif isinstance(said, Rotated | Check):
            looks.append(Heard.of(message, said))
            batch.once |= {message} if isinstance(said, Check) and said.why == "gate" else set()
        else:
            others.append((message, said))
    if looks:
        _look(ports, batch, looks)
    lost: dict[str, NorikaeError] = {}
    for message, other in others:  # rotations first: these may wait for a cluster that does not answer
        _do(ports, batch, message, other, lost)
    return batch.answer()


def _do(
    ports: Ports, batch: Batch, message: str, said: RotationEnded | Sweep | Restart, lost: dict[str, NorikaeError]
) -> None:
    """What needs no look at a secret; a cluster that did not answer one letter is not asked for the next ones."""
    cluster = said.cluster if isinstance(said, Restart) else ""
    if cluster in lost:
        batch.fail([message], lost[cluster])
        return
    try:
        batch.counts.update(contained("a letter", partial(_done, ports, said)))
    except NorikaeError as error:
        batch.fail([message], error)
        if cluster and isinstance(error, UnreachableError):
            lost[cluster] = error


def _done(ports: Ports, said: RotationEnded | Sweep | Restart) -> dict[str, int]:
    if isinstance(said, RotationEnded):
        return {"told": int(tell_rotation(ports, said))}
    if isinstance(said, Sweep):
        return {"swept": sweep(ports, said)}
    return {"restarted": len(restart(ports, said).done)}


def _look(ports: Ports, batch: Batch, heard: Sequence[Heard]) -> None:
    try:
        clusters = [name for name in live_clusters(ports) if any(one.covers(name) for one in heard)]
    except NorikaeError as error:
        batch.fail([one.message for one in heard], error)
        return
    places, unseen = visit(ports, clusters)
    wanted = errands(ports, batch, heard, places, unseen)
    done: list[tuple[Looked, dict[str, Delivery]]] = []
    # One after the other: the requests of one secret are made together, and 500 secrets take seconds all the same.
    for errand in wanted:
        try:
            looked = contained(f"the look at {errand.name}", partial(look, ports, errand, places))
            for cluster, why in looked.errors.items():
                batch.fail(errand.messages(cluster), why)
            done.append((looked, {one.cluster: one for one in ports.deliveries.of(errand.key)}))
        except NorikaeError as error:
            batch.fail([one.message for one in errand.heard], error)
    try:
        batch.counts["restarts"] += ask_for_restarts(ports, done)
    except NorikaeError as error:
        batch.fail([one.message for looked, _ in done for one in looked.errand.heard], error)
        return
    _wait(ports, [looked for looked, _ in done])
    for looked, known in done:
        batch.counts["secrets"] += 1
        batch.counts["written"] += sum(one.wrote for one in looked.outcomes)
        batch.counts["kept"] += sum(one.state == "current" and not one.wrote for one in looked.outcomes)
        batch.counts["refused"] += sum(one.state == "refused" for one in looked.outcomes)
        batch.counts["waiting"] += sum(one.state == "waiting" for one in looked.outcomes)
        try:
            settle(ports, looked, known)
        except NorikaeError as error:
            batch.fail([one.message for one in looked.errand.heard], error)


def _wait(ports: Ports, looks: Sequence[Looked]) -> None:
    """Operators that were told just now are looked at for seconds, all together."""
    waiting = [
        (looked.places[outcome.cluster], outcome, looked.errand.secret)
        for looked in looks
        for outcome in looked.outcomes
        if outcome.state == "waiting" and outcome.wrote and looked.errand.secret is not None
    ]
    became = look_again(ports, [(place, outcome, secret) for place, outcome, secret in waiting if secret is not None])
    for looked in looks:
        looked.outcomes = [became.get(id(one), one) for one in looked.outcomes]
