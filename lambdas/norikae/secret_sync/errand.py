"""Which secrets the messages of a batch are about: several messages on one secret are one look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from norikae.errors import NorikaeError, PermanentError
from norikae.secret_sync.heard import Ignored
from norikae.secret_sync.problem import after_the_call, before_the_call, names_of, of_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from norikae.environment import Environment
    from norikae.ports import Ports
    from norikae.secret_sync.batch import Batch, Heard
    from norikae.secret_sync.ports import Safe
    from norikae.secret_sync.secret import Described
    from norikae.secret_sync.survey import Place
    from norikae.secret_sync.target import Target

OURS = "secretsyncs.norikae.dev"


@dataclass(slots=True)
class Errand:
    """One secret, and who asks for a look at it.

    Args:
        reference: the first that somebody wrote.
        secret: what Secrets Manager says of it; None when it says nothing.
        problem: why it cannot be carried at all, with the remedy; "" when it can.
        news: what people hear of that.
        is_held: whether the environment file names it; if not, it is no business of norikae's what others fetch.
        references: everything that means it in a declaration.
        heard: the messages.
    """

    reference: str
    secret: Described | None
    problem: str = ""
    news: Literal["secret-refused", "secret-deleted"] = "secret-refused"
    is_held: bool = True
    references: set[str] = field(default_factory=set)
    heard: list[Heard] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Under which its deliveries are kept."""
        return self.secret.arn if self.secret else self.reference

    @property
    def name(self) -> str:
        """How people call it."""
        return self.secret.name if self.secret else self.reference

    @property
    def attempt(self) -> int:
        """How often somebody else has been waited for."""
        return max((one.attempt for one in self.heard), default=0)

    def covers(self, cluster: str) -> bool:
        """Whether any message is about a cluster."""
        return any(one.covers(cluster) for one in self.heard)

    def messages(self, cluster: str) -> list[str]:
        """The messages that are about a cluster."""
        return [one.message for one in self.heard if one.covers(cluster)]

    def wanting(self, places: Iterable[Place]) -> list[tuple[Place, Target]]:
        """The targets that want the secret in the clusters that somebody asked about."""
        return [
            (place, target)
            for place in places
            if self.covers(place.cluster)
            for target in place.targets
            if self.references.intersection(target.secrets)
        ]


class Known:
    """What is known of secrets in this batch: each is described once.

    Args:
        safe: Secrets Manager.
        environment: the environment file.
    """

    def __init__(self, safe: Safe, environment: Environment) -> None:
        self._safe, self._environment = safe, environment
        self._described: list[Described] = []
        self._errors: dict[str, NorikaeError] = {}

    def describe(self, reference: str) -> Described:
        """What Secrets Manager says of what somebody wrote.

        Args:
            reference: a name or an ARN.

        Raises:
            NorikaeError: as the port does, each time for the same reference.
        """
        found = next((one for one in self._described if one.is_meant_by(reference)), None)
        if found is None:
            if reference in self._errors:
                raise self._errors[reference]
            try:
                found = self._safe.describe(reference)
            except NorikaeError as error:
                self._errors[reference] = error
                raise
            self._described.append(found)
        return found

    def errand(self, reference: str) -> Errand:
        """A look at a secret, or why it would be in vain.

        Args:
            reference: as a declaration has it.

        Raises:
            TransientError: it could not be described now.
        """
        if problem := before_the_call(self._environment, reference):
            return Errand(reference, None, problem, is_held=False)
        try:
            secret = self.describe(reference)
        except PermanentError as error:
            return Errand(reference, None, of_error(reference, error))
        return Errand(
            reference,
            secret,
            after_the_call(self._environment, secret),
            "secret-refused" if secret.deleted_at is None else "secret-deleted",
            is_held=self._environment.secret_sync.holds(secret.name),
        )


def errands(
    ports: Ports, batch: Batch, heard: Sequence[Heard], places: Sequence[Place], unseen: Mapping[str, NorikaeError]
) -> list[Errand]:
    """The secrets to look at: those that a target names, and that a message may mean.

    A message whose secret nobody names costs no call to AWS. Where a cluster could not be seen, it comes again, but
    what can be done for the other one is done.

    Args:
        ports: the world.
        batch: for what becomes of messages.
        heard: the messages.
        places: the clusters that were seen.
        unseen: the others that live, and why.
    """
    known = Known(ports.safe, ports.environment)
    found: dict[str, Errand] = {}
    for one in heard:
        for cluster, error in unseen.items():
            if one.covers(cluster):
                batch.fail([one.message], error)
        wanted = _wanted(ports.environment, one, places)
        if not wanted and one.message not in batch.failed:
            batch.ignore(Ignored("nobody-wants-it"))
        for reference in wanted:
            try:
                errand = known.errand(reference)
            except NorikaeError as error:
                batch.fail([one.message], error)
                continue
            errand = found.setdefault(errand.key, errand)
            errand.references.add(reference)
            if one not in errand.heard:
                errand.heard.append(one)
    return list(found.values())


def _wanted(environment: Environment, heard: Heard, places: Sequence[Place]) -> list[str]:
    """What declarations call the secret that a message may mean, if norikae has to do with it.

    A SecretSync is always answered, if only by why not. Other operators fetch with their own rights, and what the
    environment file does not name is theirs alone.
    """
    names = names_of(heard.secret)
    return sorted(
        {
            reference
            for place in places
            if heard.covers(place.cluster)
            for target in place.targets
            for reference in target.secrets
            if names & names_of(reference) and (target.kind == OURS or not before_the_call(environment, reference))
        }
    )
