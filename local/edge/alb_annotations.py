"""The annotations of the AWS Load Balancer Controller: which are understood, and how a group of Ingresses shares them.

Source: github.com/kubernetes-sigs/aws-load-balancer-controller, ``docs/guide/ingress/annotations.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Json = dict[str, Any]

PREFIX = "alb.ingress.kubernetes.io/"
UNDERSTOOD = frozenset(
    {
        "backend-protocol",
        "certificate-arn",
        "group.name",
        "group.order",
        "healthcheck-interval-seconds",
        "healthcheck-path",
        "healthcheck-timeout-seconds",
        "healthy-threshold-count",
        "ip-address-type",
        "listen-ports",
        "load-balancer-attributes",
        "load-balancer-name",
        "scheme",
        "security-groups",
        "ssl-policy",
        "ssl-redirect",
        "subnets",
        "success-codes",
        "tags",
        "target-group-attributes",
        "target-type",
        "unhealthy-threshold-count",
    }
)


class ModelError(Exception):
    """The Ingresses of a group cannot be turned into a load balancer; the text goes into the controller's event."""


def annotation(ingress: Json, name: str) -> str:
    """The value of one of the controller's annotations, or empty."""
    value: str = (ingress["metadata"].get("annotations") or {}).get(PREFIX + name, "")
    return value


def refuse_unknown(ingress: Json) -> None:
    """Refuse whatever this world does not have.

    Raises:
        ModelError: an annotation or a value that the real controller understands and this one does not.
    """
    given = {key.removeprefix(PREFIX) for key in ingress["metadata"].get("annotations") or () if key.startswith(PREFIX)}
    if given - UNDERSTOOD:
        raise ModelError(f"the embedded world does not have {PREFIX}{min(given - UNDERSTOOD)}")
    if annotation(ingress, "target-type") != "ip":
        raise ModelError(f"the embedded world has no instance targets; set {PREFIX}target-type: ip")
    if annotation(ingress, "backend-protocol") not in ("", "HTTP"):
        raise ModelError(f"the embedded world has no {PREFIX}backend-protocol but HTTP")


def one(members: Iterable[Json], name: str, default: str, *, merge: bool = False) -> str:
    """The one value of an annotation that a whole group shares; the first of several when they may differ."""
    given = list(dict.fromkeys(value for member in members if (value := annotation(member, name))))
    if len(given) > 1 and not merge:
        raise ModelError(f"conflicting {name}: {{{', '.join(sorted(given))}}}")
    return given[0] if given else default


def first(sources: Sequence[Json], name: str) -> str:
    """The value on the last of several objects that has one, or empty."""
    return next((value for source in reversed(sources) if (value := annotation(source, name))), "")


def words(text: str) -> list[str]:
    """The words of a list with commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def pairs(text: str) -> dict[str, str]:
    """The pairs of a list such as ``a=1,b=2``."""
    return {key: value for key, _, value in (word.partition("=") for word in words(text))}
