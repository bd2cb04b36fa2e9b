"""A hotfix during a shift: green is synced while a step bakes, so what was judged is not what runs any more."""

from norikae.argocd.home import counterpart, home_of
from norikae.argocd.synced import synced_revisions
from norikae.traffic.moving import Moving


def synced_on_green(moving: Moving) -> dict[str, str]:
    """What each Argo CD application of the application on green was synced to last, by its name there.

    Raises:
        TransientError: the API of the applications' home could not be asked just now.
    """
    if not moving.planned.sources:
        return {}
    argocd = moving.ports.environment.argocd
    home = home_of(argocd, moving.green)
    names = tuple(counterpart(argocd, name, moving.blue, moving.green) for name in moving.planned.sources)
    return synced_revisions(moving.ports.kubernetes(home.cluster), argocd, names)


def hotfix(before: dict[str, str], now: dict[str, str]) -> str:
    """What was synced between two looks, in words; empty when nothing was, or when there is nothing to compare with."""
    changed = [name for name in sorted(before.keys() & now.keys()) if before[name] != now[name]]
    return ", ".join(f"{name} from {before[name]} to {now[name]}" for name in changed)
