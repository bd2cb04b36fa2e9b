"""What people are told about secrets: problems and their ends, once each, and clusters that are alike together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from norikae.notify.tell import Severity, tell
from norikae.secret_sync.delivery import Delivery
from norikae.secret_sync.problem import names_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.heard import RotationEnded
    from norikae.secret_sync.verdict import News, Verdict

Told = Literal["refused", "late", "edited", "current-again", "deleted", "restored", "rotation-failed"]
QUIET = frozenset({"current-again", "restored"})


def tell_verdicts(ports: Ports, name: str, verdicts: Sequence[Verdict]) -> int:
    """People know, at least once, what is new about a secret; how many messages that took.

    Whoever asks has to write the deliveries down after this. A message is sent twice only when its sender died in
    between, or two looked at the same moment.

    Args:
        ports: the world.
        name: how people call the secret.
        verdicts: one for each cluster.
    """
    alike: dict[tuple[News, str], list[Verdict]] = {}
    for one in verdicts:
        if one.news:
            alike.setdefault((one.news, one.reason), []).append(one)
    for (news, reason), those in alike.items():
        clusters = [one.delivery.cluster for one in those]
        is_over = news in QUIET or (news == "edited" and all(one.delivery.state == "current" for one in those))
        _tell(
            ports,
            news or "refused",
            _sentence(name, news, ", ".join(clusters), reason),
            severity="info" if is_over else "action",
            secret=name,
            clusters=clusters,
            reason=reason,
        )
    return len(alike)


def tell_rotation(ports: Ports, said: RotationEnded) -> bool:
    """People know, at least once, that a rotation came to nothing; whether they had to be told.

    A copy of the event is found told. What the environment file does not name is no business of norikae's.

    Args:
        ports: the world.
        said: the event.
    """
    names = sorted((name for name in names_of(said.secret) if ports.environment.secret_sync.holds(name)), key=len)
    if not names:
        return False
    before = next((one for one in ports.deliveries.of(said.secret) if not one.cluster), None)
    if before is not None and before.told == said.event:
        return False
    name = names[0]
    why = (
        "the version that was current stays so; the log of its rotation function says why"
        if said.how == "failed"
        else "somebody stored a version by hand while it was rotated"
    )
    _tell(
        ports,
        "rotation-failed",
        f"The rotation of {name} {'failed' if said.how == 'failed' else 'was abandoned'}: {why}",
        severity="action",
        secret=name,
        clusters=[],
        reason=said.how,
    )
    delivery = Delivery(secret=said.secret, cluster="", version="", state="refused", at=ports.now, told=said.event)
    ports.deliveries.write(delivery, instead_of=before)
    return True


def _tell(
    ports: Ports,
    what: Told,
    text: str,
    *,
    severity: Severity,
    secret: str,
    clusters: Sequence[str],
    reason: str,
) -> None:
    named = list(clusters)
    tell(ports, f"secret-{what}", text, severity=severity, secret=secret, clusters=named, reason=reason)


def _sentence(name: str, news: News, clusters: str, reason: str) -> str:
    said: dict[News, str] = {
        "refused": f"{name} cannot be carried to {clusters}: {reason}",
        "late": f"{name} is still not current in {clusters}: {reason}",
        "edited": f"{name} in {clusters}: {reason}",
        "current-again": f"{name} is current in {clusters} again",
        "deleted": f"{name} is deleted and still wanted in {clusters}: {reason}",
        "restored": f"{name} is restored, and current in {clusters}",
    }
    return said.get(news, reason)
