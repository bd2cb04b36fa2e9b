"""Whether every secret of some namespaces has reached both clusters: nobody gets more traffic before.

A rotation that has reached one cluster only breaks whoever is sent to the other one. So this reads the declarations of
each cluster, never a Secret, and compares the version that they say with the one that Secrets Manager calls current.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from norikae.errors import NorikaeError, PermanentError, TransientError
from norikae.secret_sync.decide import standing_of_sync
from norikae.secret_sync.errand import OURS, Known
from norikae.secret_sync.letter import Check
from norikae.secret_sync.others import standing_of
from norikae.secret_sync.problem import after_the_call, before_the_call, of_error
from norikae.secret_sync.provider_class import KIND as OBSERVED
from norikae.secret_sync.survey import visit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.secret import Described
    from norikae.secret_sync.target import Target

SHOWN = 3
"""How many reasons are shown before the rest is only counted."""
PASSES = frozenset({"current", "observed"})


def behind(ports: Ports, clusters: Sequence[str], namespaces: Collection[str]) -> str:
    """Why a step has to wait for secrets, in words; "" when all that the namespaces want is current in each cluster.

    For each secret that is behind a ``Check`` is sent, so that an event that got lost is made up for at once. What
    cannot be read is no proof. Without secrets in the environment file nothing is asked.

    Args:
        ports: the world.
        clusters: in which of them.
        namespaces: whose declarations count.
    """
    if not ports.environment.secret_sync.secrets:
        return ""
    places, unseen = visit(ports, clusters)
    look = _Look(ports, Known(ports.safe, ports.environment))
    for cluster in sorted(set(clusters) - {place.cluster for place in places}):
        why = unseen.get(cluster, "there is no such cluster, or it has no API yet")
        look.said.append(f"what secrets {cluster} wants cannot be read: {why}")
    for place in places:
        for target in place.targets:
            if target.namespace in namespaces:
                look.judge(target, place.cluster)
    look.ask()
    return look.summary()


@dataclass(slots=True)
class _Look:
    """One look at all targets; each secret is described once."""

    ports: Ports
    known: Known
    said: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    late: dict[str, Check] = field(default_factory=dict)

    def judge(self, target: Target, cluster: str) -> None:
        """A SecretSync counts whatever it names, another declaration if the environment file names its secret.

        What the CSI driver mounts is moved by the driver alone, so nobody waits for it.
        """
        if target.kind == OBSERVED:
            return
        where, environment = f"{target} on {cluster}", self.ports.environment
        problems = {one: before_the_call(environment, one) for one in target.secrets}
        held = [one for one, problem in problems.items() if not problem]
        if target.kind != OURS and not held:
            return
        refused = target.problem or ("".join(problems.values()) if target.kind == OURS else "")  # it names one secret
        if refused:
            self.said.append(f"{where} is refused: {refused}")
            return
        for secret in filter(None, (self._described(reference, where) for reference in held)):
            self._compare(target, secret, where, cluster)

    def ask(self) -> None:
        """Whoever carries looks at what is behind; a queue that does not answer changes nothing about this answer."""
        if self.late:
            try:
                self.ports.letters.send(tuple(self.late.values()))
            except TransientError:
                return

    def summary(self) -> str:
        more = f" | and {len(self.said) - SHOWN} more" if len(self.said) > SHOWN else ""
        return f"secrets lag: {' | '.join(self.said[:SHOWN])}{more}" if self.said else ""

    def _compare(self, target: Target, secret: Described, where: str, cluster: str) -> None:
        standing = standing_of_sync(target, secret) if target.kind == OURS else standing_of(target, secret)
        if standing.state in PASSES:
            return
        if refused := after_the_call(self.ports.environment, secret):
            self.said.append(f"{where} is refused: {refused}")
            return
        # Who was refused is looked at as well: a tag or a right that somebody has corrected makes no event.
        self.late[secret.arn] = Check(secret.arn, why="gate")
        if standing.state == "refused" or (refused := self._refused(target, secret, cluster)):
            self.said.append(f"{where} is refused: {refused or standing.reason}")
            return
        rest = standing.reason.removeprefix(f"{target} ")
        self.said.append(f"{where}: {rest}" if rest == standing.reason else f"{where} {rest}")

    def _refused(self, target: Target, secret: Described, cluster: str) -> str:
        """Why the version was not carried to what another operator writes, whose own status does not say it."""
        if target.kind == OURS:
            return ""
        known = (one for one in self.ports.deliveries.of(secret.arn) if one.cluster == cluster)
        return next((one.reason for one in known if (one.version, one.state) == (secret.current, "refused")), "")

    def _described(self, reference: str, where: str) -> Described | None:
        """What is known of a secret; None when it cannot be described, which is said once."""
        try:
            return self.known.describe(reference)
        except NorikaeError as error:
            if reference not in self.failed:
                self.failed.add(reference)
                why = of_error(reference, error) if isinstance(error, PermanentError) else f"{reference}: {error}"
                self.said.append(f"{where} cannot be judged: {why}")
            return None
