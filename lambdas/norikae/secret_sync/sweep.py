"""Every secret that the clusters name is looked at: what events lost is found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import NorikaeError
from norikae.secret_sync.decide import status_of
from norikae.secret_sync.declaration import synced
from norikae.secret_sync.errand import OURS
from norikae.secret_sync.letter import Check, Sweep
from norikae.secret_sync.problem import before_the_call, names_of
from norikae.secret_sync.survey import live_clusters, visit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.ports import Ports
    from norikae.secret_sync.survey import Place
    from norikae.secret_sync.target import Target


def sweep(ports: Ports, letter: Sweep) -> int:
    """A Check is in the queue for every secret that a cluster names; how many.

    A cluster that cannot be seen gets a letter of its own, so that the other one is swept once.

    Args:
        ports: the world.
        letter: which cluster, and whether all of its secrets.

    Raises:
        NorikaeError: the only cluster that is meant cannot be seen; the letter has to come again.
    """
    clusters = [letter.cluster] if letter.cluster else live_clusters(ports)
    places, unseen = visit(ports, clusters)
    wanted: dict[str, str] = {}
    for place in places:
        for target in place.targets:
            if letter.only_new and not _is_new(target):
                continue
            _say_what_is_wrong(ports, place, target)
            for reference in target.secrets:
                if target.kind == OURS or not before_the_call(ports.environment, reference):
                    wanted.setdefault(min(names_of(reference), key=len), reference)
    checks = [Check(reference, letter.why, cluster=letter.cluster) for _, reference in sorted(wanted.items())]
    if checks:
        ports.letters.send(checks)
    _send_on(ports, letter, unseen)
    return len(checks)


def _send_on(ports: Ports, letter: Sweep, unseen: Mapping[str, NorikaeError]) -> None:
    if letter.cluster and unseen:
        raise unseen[letter.cluster]
    if unseen:
        ports.letters.send([Sweep(letter.why, cluster=name, only_new=letter.only_new) for name in sorted(unseen)])


def _is_new(target: Target) -> bool:
    """Whether nobody has carried a SecretSync since it was written; the others are fetched by their operators."""
    status = target.object.get("status")
    condition = synced(status) if isinstance(status, dict) else {}
    return target.kind == OURS and condition.get("observedGeneration") != target.generation


def _say_what_is_wrong(ports: Ports, place: Place, target: Target) -> None:
    """A SecretSync that names no secret gets no Check, so it is told here."""
    if target.kind != OURS or target.secrets or not target.problem:
        return
    body = status_of(target, None, version="", state="refused", reason=target.problem, now=ports.now)
    if not body:
        return
    try:
        place.shelf.patch(
            target.kind, target.namespace, target.name, body, instead_of=target.resource_version, status=True
        )
    except NorikaeError:  # it was changed or deleted, or may not be written; the next sweep looks again
        return
