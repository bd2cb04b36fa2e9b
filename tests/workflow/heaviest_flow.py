"""The heaviest flow of one unit through a graph with limits: positive cycles are taken until none is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Node = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Arc:
    """A way from one node to another.

    Args:
        tail: where it begins.
        head: where it leads.
        limit: how often it can be taken; without one as often as the rest of the graph lets.
        weight: what taking it once counts.
    """

    tail: Node
    head: Node
    limit: int | None = None
    weight: int = 0


Graph = list[Arc]
Step = tuple[Arc, int]
"""An arc that is taken once more (1) or once less (-1)."""


class UnlimitedError(Exception):
    """A loop can be taken for ever."""


def heaviest_flow(graph: Graph, start: Node, end: Node) -> dict[Arc, int]:
    """How often each arc is taken by the heaviest flow that leads one unit from start to end.

    A flow is heaviest when no cycle of the residual graph has a positive weight (Klein's cycle cancelling; the way
    back from end to start makes a circulation of it, and weighs more than all else, so that it is taken).

    Raises:
        UnlimitedError: no limit is on some loop that has a weight.
    """
    back = Arc(end, start, 1, 1 + sum(arc.weight * (arc.limit or 1) for arc in graph))
    arcs = [*graph, back]
    flows = dict.fromkeys(arcs, 0)
    while found := _positive_cycle(arcs, flows):
        rooms = [room for arc, way in found if (room := _room(arc, way, flows)) is not None]
        if not rooms:
            raise UnlimitedError(" → ".join(arc.head[0] for arc, _ in found))
        for arc, way in found:
            flows[arc] += way * min(rooms)
    return flows


def _room(arc: Arc, way: int, flows: Mapping[Arc, int]) -> int | None:
    if way < 0:
        return flows[arc]
    return None if arc.limit is None else arc.limit - flows[arc]


def _positive_cycle(arcs: Graph, flows: Mapping[Arc, int]) -> list[Step]:
    """Bellman-Ford for longest ways over arcs that have room; a way that still grows after |V| rounds is a cycle."""
    steps: list[Step] = [(arc, way) for arc in arcs for way in (1, -1) if _room(arc, way, flows) != 0]
    nodes = {node for arc in arcs for node in (arc.tail, arc.head)}
    best, last = dict.fromkeys(nodes, 0), dict[Node, Step]()
    grown: Node | None = None
    for _ in nodes:
        grown = None
        for arc, way in steps:
            tail, head = (arc.tail, arc.head) if way > 0 else (arc.head, arc.tail)
            if best[tail] + way * arc.weight > best[head]:
                best[head], last[head], grown = best[tail] + way * arc.weight, (arc, way), head
        if grown is None:
            return []
    return _walk_back(grown, last, len(nodes)) if grown else []


def _walk_back(node: Node, last: Mapping[Node, Step], nodes: int) -> list[Step]:
    for _ in range(nodes):
        node = _before(last[node])
    first, found = node, [last[node]]
    while (node := _before(found[-1])) != first:
        found.append(last[node])
    return found[::-1]


def _before(step: Step) -> Node:
    arc, way = step
    return arc.tail if way > 0 else arc.head


def cycle(follows: Mapping[str, set[str]]) -> list[str]:
    """The names of one cycle of a graph, empty when it has none."""
    rest = {name: set(following) & follows.keys() for name, following in follows.items()}
    while leaves := [name for name, following in rest.items() if not following]:
        rest = {name: following - set(leaves) for name, following in rest.items() if following}
    if not rest:
        return []
    way = [min(rest)]
    while (name := min(rest[way[-1]])) not in way:
        way.append(name)
    return way[way.index(name) :]
