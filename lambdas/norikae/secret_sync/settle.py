"""After a look: who is late is looked at again, people hear the news, and the table knows it all."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from norikae.errors import ConflictError
from norikae.secret_sync.letter import Check
from norikae.secret_sync.news import tell_verdicts
from norikae.secret_sync.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.delivery import Delivery
    from norikae.secret_sync.errand import Errand
    from norikae.secret_sync.look import Looked
    from norikae.secret_sync.outcome import Outcome
    from norikae.secret_sync.verdict import Verdict

AFTER = (5, 5, 5, 10, 20, 40, 80, 160, 300)
"""Seconds until an operator that was told is looked at again, by how often that was done before."""
LONGEST = 6 * 3600
"""Seconds after which the sweep alone looks."""
SOON = 5
"""Seconds until Secrets Manager is asked again when it does not know yet what its own event said."""


def settle(ports: Ports, looked: Looked, known: Mapping[str, Delivery]) -> None:
    """What became of a secret is known to whoever has to know it; a retry says nothing twice.

    Letters go first, messages next and the table last, so a death in between loses none of them.

    Args:
        ports: the world.
        looked: what became of the secret.
        known: the deliveries before, by cluster.
    """
    errand, told = looked.errand, _told_elsewhere(ports, looked.errand)
    verdicts, versions = [], set()
    for cluster in sorted({one.cluster for one in looked.outcomes}):
        outcomes = [one for one in looked.outcomes if one.cluster == cluster]
        version = _version(errand, outcomes)
        versions.add(version)
        before = known.get(cluster)
        verdict = judge(
            errand.key,
            cluster,
            version,
            outcomes,
            before,
            told=told.get(cluster, ""),
            patience=ports.environment.secret_sync.patience,
            now=ports.now,
        )
        if verdict.delivery.state != "failed" or before is None or not before.told:
            verdicts.append(verdict)
    verdicts = [_with_another_look(ports, errand, one) for one in verdicts]
    _ask_again(ports, errand, versions.union(one.version for one in known.values()))
    tell_verdicts(ports, errand.name, verdicts)
    _write(ports, verdicts)
    _forget(ports, errand, {one.delivery.cluster for one in verdicts if one.delivery.state == "current"}, told)


def _with_another_look(ports: Ports, errand: Errand, verdict: Verdict) -> Verdict:
    """A letter asks for a look at whoever is waited for, unless one is on its way: there is one chain of them."""
    delivery = verdict.delivery
    if delivery.state != "waiting" or ports.now - delivery.at > LONGEST or delivery.again > ports.now:
        return verdict
    after = AFTER[min(errand.attempt, len(AFTER) - 1)]
    letter = Check(errand.key, "late", cluster=delivery.cluster, attempt=errand.attempt + 1)
    ports.letters.send([letter], after_seconds=after)
    again = msgspec.structs.replace(delivery, again=ports.now + after)
    return replace(verdict, delivery=again)


def _version(errand: Errand, outcomes: Sequence[Outcome]) -> str:
    """The version that is current, as a cluster's targets have it: a newer one than was described after a rotation."""
    found = {one.version for one in outcomes if one.version}
    return found.pop() if len(found) == 1 else errand.secret.current if errand.secret else ""


def _ask_again(ports: Ports, errand: Errand, carried: Collection[str]) -> None:
    """An event that names another version is late, or Secrets Manager does not know yet what it said itself.

    Source: Secrets Manager API reference, ListSecrets ("All Secrets Manager operations are eventually consistent").
    """
    if errand.secret and any(one.version and one.version not in carried for one in errand.heard):
        ports.letters.send([Check(errand.key, "late", attempt=1)], after_seconds=SOON)


def _told_elsewhere(ports: Ports, errand: Errand) -> dict[str, str]:
    """What people were told of the secret while nobody knew its ARN, by cluster."""
    names = sorted(errand.references - {errand.key})
    return {one.cluster: one.told for name in names for one in ports.deliveries.of(name) if one.told}


def _write(ports: Ports, verdicts: Sequence[Verdict]) -> None:
    for one in verdicts:
        if one.is_new:
            with suppress(ConflictError):  # whoever wrote meanwhile has told it
                ports.deliveries.write(one.delivery, instead_of=one.before)


def _forget(ports: Ports, errand: Errand, current: set[str], told: Mapping[str, str]) -> None:
    for name in sorted(errand.references - {errand.key}) if told else ():
        for one in ports.deliveries.of(name):
            if one.told and one.cluster in current:
                with suppress(ConflictError):
                    ports.deliveries.write(msgspec.structs.replace(one, told="", state="current"), instead_of=one)
