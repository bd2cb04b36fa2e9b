"""Targets of other operators: they are made to fetch, and looked at until they have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.home import home_of
from norikae.errors import CredentialsExpiredError, NorikaeError, NotFoundError, PermanentError
from norikae.secret_sync.aws_secret import KIND as AWS_SECRET
from norikae.secret_sync.aws_secret import corrupted_by_operator, fields_of
from norikae.secret_sync.ignored import ignored, owner_of
from norikae.secret_sync.others import nudge, standing_of, targets_of_others
from norikae.secret_sync.outcome import Outcome
from norikae.secret_sync.provider_class import KIND as PROVIDER_CLASS
from norikae.secret_sync.secret import NAMESPACES_TAG
from norikae.secret_sync.survey import at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.secret import Described
    from norikae.secret_sync.shelve import Read
    from norikae.secret_sync.survey import Place
    from norikae.secret_sync.target import Json, Standing, Target

LOOKS, APART = 6, 0.5
"""How often an operator that was told is looked at within the invocation, and seconds before each look."""


def nudge_others(
    ports: Ports, secret: Described, wanting: Sequence[tuple[Place, Target]], read: Read, *, insists: bool = False
) -> list[Outcome]:
    """Every operator that has to fetch the secret has been told so, or it is known why not.

    Args:
        ports: the world.
        secret: what is known of it, read after the targets were.
        wanting: the targets that want it.
        read: the value that is current now; asked for only where an operator would corrupt some values.
        insists: whether those that have been told are told again: an operator that failed waits longer each time.
    """
    outcomes, patches = [], []
    for place, target in wanting:
        standing = standing_of(target, secret)
        body, problem = None, ""
        if standing.state == "behind" or (insists and standing.state == "waiting"):
            try:
                body, problem = _patch(ports, secret, place, target, read)
            except NorikaeError as error:
                outcomes.append(_failed(place.cluster, target, error))
                continue
        if problem:
            outcomes.append(Outcome.refused(place.cluster, target, problem))
        elif body is None:
            outcomes.append(_standing(place.cluster, target, secret, standing))
        else:
            patches.append((place, target, body))
    results = at_once([place.shelf for place, _, _ in patches], [_patching(*one) for one in patches])
    for (place, target, _), result in zip(patches, results, strict=True):
        if isinstance(result, NorikaeError):
            outcomes.append(_failed(place.cluster, target, result))
        else:
            outcomes.append(_patched(place.cluster, target, secret))
    return outcomes


def look_again(ports: Ports, waiting: Sequence[tuple[Place, Outcome, Described]]) -> dict[int, Outcome]:
    """What became, within seconds, of targets whose operators have been told; whoever is still not done stays.

    Args:
        ports: the world.
        waiting: their outcomes, with their places and secrets.

    Returns:
        ``id`` of an outcome to what it is now.
    """
    became = {id(outcome): outcome for _, outcome, _ in waiting}
    for _ in range(LOOKS):
        left = [one for one in waiting if became[id(one[1])].state == "waiting"]
        if not left:
            break
        ports.clock.sleep(APART)
        places = list({place.cluster: place for place, _, _ in left}.values())
        found = at_once([place.shelf for place in places], [_surveying(ports, place) for place in places])
        known = {
            (place.cluster, one.kind, one.namespace, one.name): one
            for place, targets in zip(places, found, strict=True)
            if isinstance(targets, list)
            for one in targets
        }
        for place, outcome, secret in left:
            target = known.get((place.cluster, outcome.target.kind, outcome.target.namespace, outcome.target.name))
            standing = standing_of(target, secret) if target is not None else None
            if target is not None and standing is not None and standing.state in {"current", "refused"}:
                became[id(outcome)] = replace(_standing(place.cluster, target, secret, standing), wrote=True)
    return became


def _patch(ports: Ports, secret: Described, place: Place, target: Target, read: Read) -> tuple[Json | None, str]:
    """What has to be patched, or why it cannot."""
    if target.kind == AWS_SECRET:
        try:
            value = read()
        except PermanentError as error:
            return None, (
                f"the value of {secret.name} is refused: {error}; norikae has to see whether aws-secret-operator would "
                f"corrupt it, so the secret needs its tag {NAMESPACES_TAG} (of any namespace), and its policy and its "
                "KMS key have to allow norikae"
            )
        for field in fields_of(target, secret):
            if problem := corrupted_by_operator(value, field):
                return None, f"{target}: {secret.name}: {problem}"
        if problem := _put_back(ports, place, target):
            return None, problem
        secret = replace(secret, current=value.version)
    return nudge(target, secret, now=ports.now), ""


def _put_back(ports: Ports, place: Place, target: Target) -> str:
    """Why Argo CD would undo the patch; "" also where its application may not be read, which keeps nobody waiting.

    In the cluster of a central Argo CD nobody who carries secrets has an access entry: its API server answers 401.
    """
    name, argocd = owner_of(target), ports.environment.argocd
    if not name:
        return ""
    try:
        kubernetes = ports.kubernetes(home_of(argocd, place.cluster).cluster)
        application = kubernetes.get(APPLICATIONS, name, argocd.namespace)
    except (PermanentError, CredentialsExpiredError):
        return ""
    return ignored(application, target) if application is not None else ""


def _standing(cluster: str, target: Target, secret: Described, standing: Standing) -> Outcome:
    if standing.state == "refused":
        return Outcome.refused(cluster, target, standing.reason)
    if standing.state == "behind":  # nothing makes its operator fetch
        return Outcome(cluster, target, "observed", standing.reason)
    if standing.state == "observed" and target.kind == PROVIDER_CLASS:
        return Outcome(cluster, target, "observed", standing.reason, secret=f"class:{target.name}")
    version = secret.current if standing.state == "current" else ""
    return Outcome(cluster, target, standing.state, standing.reason, version=version)


def _failed(cluster: str, target: Target, error: NorikaeError) -> Outcome:
    if isinstance(error, PermanentError) and not isinstance(error, NotFoundError):
        return Outcome.refused(cluster, target, f"{target}: {error}")
    if isinstance(error, NotFoundError):  # it was deleted since it was read
        return Outcome(cluster, target, "observed", str(error))
    return Outcome.failed(cluster, target, error)


def _patched(cluster: str, target: Target, secret: Described) -> Outcome:
    if target.kind == AWS_SECRET:  # its operator says nothing of what it did
        return Outcome(cluster, target, "current", version=secret.current, wrote=True)
    reason = f"{target}: its operator was told to fetch, and has not done so yet"
    return Outcome(cluster, target, "waiting", reason, wrote=True)


def _patching(place: Place, target: Target, body: Json) -> Callable[[], str]:
    return lambda: place.shelf.patch(
        target.kind, target.namespace, target.name, body, instead_of=target.resource_version
    )


def _surveying(ports: Ports, place: Place) -> Callable[[], list[Target]]:
    environment = ports.environment
    return lambda: targets_of_others(place.shelf, account=environment.account, region=environment.region)
