"""Consumers of a secret that ask for it are restarted, one cluster after the other.

What changes is an annotation of their pod template, so Kubernetes rolls them as it does for every other change of it,
with the workload's own strategy and probes (Kubernetes docs, "Deployments": a rollout is triggered if and only if the
template is changed). Argo CD does not mind: Git does not have the annotation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from norikae.errors import ConflictError, NotFoundError, PermanentError
from norikae.notify.tell import tell
from norikae.secret_sync import provider_class
from norikae.secret_sync.consumers import CLASS, consumers, due, keeps_pods, name_of, unfinished
from norikae.secret_sync.stored import REPLACES, VERSION, Stored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.letter import Restart
    from norikae.secret_sync.ports import Shelf
    from norikae.secret_sync.target import Json, Target

__all__ = ["Restarted", "due", "restart"]

AGAIN = 30
"""Seconds until clusters before this one are looked at again."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """What became of a letter.

    Args:
        done: the workloads that roll now.
        left: why others do not, each in words.
        held: what another cluster has to finish first; "" for nothing. The letter comes again, unless ``given_up``.
        given_up: whether that took too long, and people were told.
    """

    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    held: str = ""
    given_up: bool = False


def restart(ports: Ports, letter: Restart) -> Restarted:
    """The consumers of a cluster roll, or the letter is in the queue again, or people know that it was given up.

    Handling a letter twice restarts nothing twice: what a workload was restarted for is in its template.

    Args:
        ports: the world.
        letter: which cluster, namespace and names, and which clusters come before.

    Raises:
        ConflictError: somebody writes to a workload all the time; the letter has to come again.
        TransientError: a cluster or Secrets Manager could not be asked just now.
        RefusedError: a right is missing; the text names it.
    """
    try:
        shelf = ports.shelf(letter.cluster)
        waiting = _due(ports, shelf, letter)
    except NotFoundError:  # a cluster that is gone restarts nothing
        return Restarted()
    left = tuple(reason for workload, _ in waiting if (reason := keeps_pods(workload)))
    able = [(workload, notes) for workload, notes in waiting if not keeps_pods(workload)]
    if not able:
        return Restarted(left=left)
    held = _held(ports, letter)
    if held:
        return _later(ports, letter, held, left)
    done = tuple(name for workload, notes in able if (name := _roll(ports, shelf, letter, workload, notes)))
    return Restarted(done, left)


def _due(ports: Ports, shelf: Shelf, letter: Restart) -> list[tuple[Json, dict[str, str]]]:
    """The workloads of a cluster that have to roll for a letter's names, with what their templates get."""
    using = consumers(shelf.workloads(letter.namespace), letter.names)
    if not using:
        return []
    changed = _changed(ports, shelf, letter)
    return [(one, notes) for one in using if (notes := due(one, changed))]


def _changed(ports: Ports, shelf: Shelf, letter: Restart) -> dict[str, Stored]:
    """The letter's names as they are in a cluster."""
    found = {name: shelf.secret(letter.namespace, name) for name in letter.names if not name.startswith(CLASS)}
    changed = {name: stored for name, stored in found.items() if stored is not None}
    if any(name.startswith(CLASS) for name in letter.names):
        for target in provider_class.targets(shelf):
            name = f"{CLASS}{target.name}"
            if target.namespace == letter.namespace and name in letter.names:
                changed[name] = _class(ports, target)
    return changed


def _class(ports: Ports, target: Target) -> Stored:
    """A class as ``due`` reads it: what pods that start now mount, and what some pod mounts still."""
    current, old = set(), set()
    for reference in target.secrets:
        try:
            secret = ports.safe.describe(reference)
        except PermanentError:  # whoever deleted it hears of that elsewhere, and the class may mount what others own
            continue
        pins, mounted = provider_class.mounts_of(target, secret)
        if not pins:
            current.add(secret.current)
            old |= set(mounted) - {secret.current}
    notes = {VERSION: "+".join(sorted(current)), REPLACES: "+".join(sorted(old))}
    return Stored(target.namespace, f"{CLASS}{target.name}", target.resource_version, annotations=notes)


def _held(ports: Ports, letter: Restart) -> str:
    """What the clusters before this one have to finish: restarts of the same names, and rollouts."""
    for cluster in letter.after:
        earlier = msgspec.structs.replace(letter, cluster=cluster, after=())
        try:
            shelf = ports.shelf(cluster)
            rolling = [one for one in consumers(shelf.workloads(letter.namespace), letter.names) if not keeps_pods(one)]
            reasons = [reason for one in rolling if (reason := unfinished(one))]
            late = [name_of(one) for one, _ in _due(ports, shelf, earlier) if not keeps_pods(one)] if rolling else []
        except NotFoundError:
            continue
        reasons += [f"{name} is not restarted yet" for name in late]
        if reasons:
            return f"{cluster}: {reasons[0]}"
    return ""


def _later(ports: Ports, letter: Restart, held: str, left: Sequence[str]) -> Restarted:
    if letter.attempt * AGAIN < ports.environment.secret_sync.patience:
        ports.letters.send([msgspec.structs.replace(letter, attempt=letter.attempt + 1)], after_seconds=AGAIN)
        return Restarted(left=tuple(left), held=held)
    names = ", ".join(letter.names)
    text = (
        f"Pods in {letter.namespace} of {letter.cluster} keep the old {names}, because the restart before them is not "
        f"done in {held}. See what ails it there; then kubectl rollout restart in {letter.cluster}"
    )
    tell(
        ports,
        "secret-restart-held",
        text,
        severity="action",
        cluster=letter.cluster,
        namespace=letter.namespace,
        names=list(letter.names),
        reason=held,
    )
    return Restarted(left=tuple(left), held=held, given_up=True)


def _roll(ports: Ports, shelf: Shelf, letter: Restart, workload: Json, notes: Mapping[str, str]) -> str:
    """A workload's template gets the annotations; when somebody wrote meanwhile, it is read again, once."""
    try:
        shelf.annotate_template(workload, notes)
    except ConflictError:
        again = {name_of(one): (one, found) for one, found in _due(ports, shelf, letter)}
        found = again.get(name_of(workload))
        if found is None or keeps_pods(found[0]):
            return ""
        shelf.annotate_template(*found)
    except NotFoundError:  # it was deleted meanwhile
        return ""
    return name_of(workload)
