"""The nodes of a batch get or lose their marks together: a look, a write, and once more both after a conflict."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from norikae.drain.marks import mark, unmark
from norikae.drain.node import Node
from norikae.errors import ConflictError, NorikaeError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from norikae.drain.claim import Claim
    from norikae.drain.marks import Patch
    from norikae.drain.ports import Machine, Yard
    from norikae.ports import Ports

    Of = Sequence[tuple[Claim, Machine]]
    Make = Callable[[Node, Claim], Patch | None]


@dataclass(slots=True)
class Seen:
    """What became of the nodes, by instance; a machine that is in neither has no node.

    Args:
        nodes: those that were found.
        errors: why one could not be read or written.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    errors: dict[str, NorikaeError] = field(default_factory=dict)


def wants_mark(claim: Claim, now: float) -> bool:
    """Whether a claim's node must not take new pods: its drain or its cordon has begun, and it does not just come.

    Args:
        claim: an open one.
        now: the instant, in seconds since the epoch.
    """
    return not claim.outcome and claim.do in {"cordon", "drain"} and claim.kind != "launch" and claim.due <= now


def mark_nodes(ports: Ports, cluster: str, claims: Of) -> Seen:
    """Each claim's node carries its mark, or an error says why not.

    Args:
        ports: the world.
        cluster: whose nodes.
        claims: with their machines.
    """
    return _patched(ports, cluster, claims, mark)


def unmark_nodes(ports: Ports, cluster: str, claims: Of) -> Seen:
    """No node carries the mark of one of the claims, or an error says why it still may.

    Args:
        ports: the world.
        cluster: whose nodes.
        claims: with their machines.
    """
    return _patched(ports, cluster, claims, unmark)


def _patched(ports: Ports, cluster: str, claims: Of, make: Make) -> Seen:
    if not claims:
        return Seen()
    try:
        yard = ports.yard(cluster)
    except NotFoundError:  # a cluster that is gone has no nodes
        return Seen()
    except NorikaeError as error:
        return Seen(errors={claim.instance: error for claim, _ in claims})
    seen = _found(yard, claims)
    wanted = {claim.instance: claim for claim, _ in claims}
    bodies = {
        instance: body for instance, node in seen.nodes.items() if (body := make(node, wanted[instance])) is not None
    }
    calls = [partial(yard.patch_node, seen.nodes[instance].name, body) for instance, body in bodies.items()]
    refused = _errors(bodies, yard.together(calls) if calls else [])
    again = [instance for instance, error in refused.items() if isinstance(error, ConflictError)]
    looks = [partial(_once_more, yard, seen.nodes[instance].name, wanted[instance], make) for instance in again]
    second = _errors(again, yard.together(looks) if looks else [])
    kept = {instance: error for instance, error in refused.items() if instance not in again}
    seen.errors |= {key: error for key, error in {**kept, **second}.items() if not isinstance(error, NotFoundError)}
    return seen


def _once_more(yard: Yard, name: str, claim: Claim, make: Make) -> None:
    """Somebody wrote the node between the look and the write."""
    node = yard.node(name)
    body = make(node, claim) if node is not None and node.instance == claim.instance else None
    if body is not None:
        yard.patch_node(name, body)


def _found(yard: Yard, claims: Of) -> Seen:
    """The claims' nodes: by the name that EC2 gives most, confirmed by their instance, and the rest by one list.

    A name alone proves nothing: names are used again, and some images name their nodes otherwise (EKS guide, "Node name
    for an EKS cluster").
    """
    names = {claim.instance: claim.node or machine.dns_name for claim, machine in claims}
    asked = {instance: name for instance, name in names.items() if name}
    answers = yard.together([partial(yard.node, name) for name in asked.values()]) if asked else []
    seen = Seen(errors=_errors(asked, answers))
    for instance, answer in zip(asked, answers, strict=True):
        if isinstance(answer, Node) and answer.instance == instance:
            seen.nodes[instance] = answer
    missing = {instance for instance in names if instance not in seen.nodes and instance not in seen.errors}
    if missing:
        try:
            seen.nodes |= {node.instance: node for node in yard.nodes() if node.instance in missing}
        except NorikaeError as error:
            seen.errors |= dict.fromkeys(missing, error)
    return seen


def _errors(keys: Iterable[str], answers: Sequence[object]) -> dict[str, NorikaeError]:
    return {key: answer for key, answer in zip(keys, answers, strict=True) if isinstance(answer, NorikaeError)}
