"""What the live clusters want of secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.errors import NorikaeError, NotFoundError
from norikae.secret_sync.declaration import target_of_sync
from norikae.secret_sync.others import targets_of_others
from norikae.upgrade.ports import read_clusters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.ports import Shelf
    from norikae.secret_sync.target import Target


@dataclass(frozen=True, slots=True)
class Place:
    """A cluster, and what wants secrets there.

    Args:
        cluster: its name.
        shelf: its API.
        targets: all of them, as they were when it was surveyed.
    """

    cluster: str
    shelf: Shelf
    targets: tuple[Target, ...]


def survey(shelf: Shelf, *, account: str = "", region: str = "") -> list[Target]:
    """All targets of a cluster, of every kind.

    Args:
        shelf: the cluster's API.
        account: the account whose secrets other operators have to fetch to count; "" for any.
        region: the region; "" for any.

    Raises:
        NorikaeError: as the shelf does.
    """
    ours = [target_of_sync(obj) for obj in shelf.declared("secretsyncs.norikae.dev")]
    return [*ours, *targets_of_others(shelf, account=account, region=region)]


def live_clusters(ports: Ports) -> tuple[str, ...]:
    """Blue, and green if there is one; one that has no API yet is among them.

    Args:
        ports: the world.
    """
    clusters = read_clusters(ports.table, ports.environment.clusters.adopt)
    return tuple(dict.fromkeys(name for name in (clusters.blue, clusters.green) if name))


def visit(ports: Ports, clusters: Iterable[str]) -> tuple[list[Place], dict[str, NorikaeError]]:
    """Each cluster as it is now, at the same time, or why it could not be seen; one that has no API yet is in neither.

    Args:
        ports: the world.
        clusters: their names.
    """
    shelves: dict[str, Shelf] = {}
    errors: dict[str, NorikaeError] = {}
    for cluster in clusters:
        try:
            shelves[cluster] = ports.shelf(cluster)
        except NotFoundError:
            continue
        except NorikaeError as error:
            errors[cluster] = error
    places = []
    found = at_once(list(shelves.values()), [_surveying(ports, shelf) for shelf in shelves.values()])
    for (cluster, shelf), targets in zip(shelves.items(), found, strict=True):
        if isinstance(targets, NorikaeError):
            errors[cluster] = targets
        elif isinstance(targets, tuple):
            places.append(Place(cluster, shelf, targets))
    return places, errors


def at_once(shelves: Sequence[Shelf], calls: Sequence[Callable[[], object]]) -> list[object | NorikaeError]:
    """Calls to any clusters together; the answers or errors in the order of the calls.

    Args:
        shelves: those that are called; one of them lends its threads.
        calls: to whichever.
    """
    return shelves[0].together(calls) if calls else []


def _surveying(ports: Ports, shelf: Shelf) -> Callable[[], tuple[Target, ...]]:
    environment = ports.environment
    return lambda: tuple(survey(shelf, account=environment.account, region=environment.region))
