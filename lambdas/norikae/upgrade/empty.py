"""Blue's pods end in order before its nodes go: some nodes at a time, by the machine that drains any other node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from norikae.drain import waves
from norikae.drain.interruption import FINAL, Interruption
from norikae.drain.merge import merge
from norikae.drain.policy import Verdict
from norikae.errors import NorikaeError
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from norikae.drain.claim import Claim
    from norikae.drain.node import Node
    from norikae.drain.pod import Pod
    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer

SETTLES = 30
"""Seconds after the deadline in which whoever drains still writes down how it ended."""
NOTHING_MOVES = 90
"""Seconds in which no pod went although every node was cordoned: then none will, since its successor finds no room."""
NAMED = 50
"""Pods that the audit trail names."""


class DrainItem(msgspec.Struct, frozen=True, kw_only=True):
    """``DRAIN``: how far the drain of blue is.

    Args:
        since: when it began, in seconds since the epoch.
        claimed: instances whose nodes were claimed, or are about to be.
        ended: those of them whose claim is finished.
        over: nothing is waited for any more.
        left: pods that were there when every node was cordoned, while none of them ended.
        left_since: since when it is the same ones, in seconds since the epoch.
    """

    since: float
    claimed: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    over: bool = False
    left: tuple[str, ...] = ()
    left_since: float = 0.0


def ensure_drained(ports: Ports, writer: Writer, cluster: str) -> Progress:
    """The next move towards nodes without pods; ready at the latest when ``decommission.drain`` has passed.

    Disruption budgets are respected to the end. A pod that is made anew stays Pending, or comes to a node that is next;
    it keeps nobody waiting. When every node is cordoned budgets that want others first allow nothing more, and when
    nothing has moved for a while that is the end. What is left then ends with its node, and the audit trail names it.

    Args:
        ports: the world.
        writer: in whose name.
        cluster: blue, which serves nothing and into which nobody puts anything any more.
    """
    wanted, poll = ports.environment.decommission, ports.environment.clusters.poll
    item = ports.table.read(writer.run, "DRAIN", DrainItem) or DrainItem(since=ports.now)
    if item.over or not wanted.drain:
        return Progress.done()
    deadline = item.since + wanted.drain
    if ports.now > deadline + SETTLES or _nothing_moves(item, ports.now):
        return _give_up(ports, writer, item, cluster)
    try:
        nodes = [node for node in ports.yard(cluster).nodes() if node.instance]
    except NorikaeError as error:
        _write(ports, writer, item)
        return Progress.wait(f"the nodes of {cluster} to be read: {error}", poll)
    if not nodes and not item.claimed:
        return Progress.done()
    claims = {claim.instance: claim for claim in ports.claims.open(cluster)}
    item = _noted(ports, item, cluster, claims, {node.instance for node in nodes})
    room = max(0, wanted.drain_together - len(set(item.claimed) - set(item.ended)))
    fresh = sorted((node for node in nodes if node.instance not in item.claimed), key=lambda node: node.name)[:room]
    if ports.now < deadline:
        item = msgspec.structs.replace(item, claimed=(*item.claimed, *(node.instance for node in fresh)))
    cordoned = all(node.unschedulable for node in nodes)
    item = _still(ports, item, cluster) if cordoned else msgspec.structs.replace(item, left=())
    _write(ports, writer, item)
    going = set(item.claimed) - set(item.ended)
    if going:
        _claim(ports, cluster, [node for node in nodes if node.instance in going and not _goes(claims, node)], deadline)
        return Progress.wait(f"{len(item.ended)} of {len(nodes)} nodes of {cluster} are empty", poll)
    _close(ports, writer, item, cluster, left=())
    return Progress.done()


def _nothing_moves(item: DrainItem, now: float) -> bool:
    return bool(item.left) and now >= item.left_since + NOTHING_MOVES


def _still(ports: Ports, item: DrainItem, cluster: str) -> DrainItem:
    """Which pods are still there, and since when, as long as none of them ends."""
    try:
        pods = ports.yard(cluster).pods()
    except NorikaeError:
        return item
    left = () if any(pod.deleted_at is not None for pod in pods) else _to_move(pods)
    return item if left == item.left else msgspec.structs.replace(item, left=left, left_since=ports.now)


def _noted(ports: Ports, item: DrainItem, cluster: str, claims: dict[str, Claim], there: set[str]) -> DrainItem:
    """Which nodes are done with by now: their claim is finished, or they went before they had one."""
    ended = list(item.ended)
    for instance in item.claimed:
        if instance not in ended and instance not in claims:
            known = ports.claims.of(cluster, instance)
            if instance not in there or (known is not None and set(known.kinds) & FINAL):
                ended.append(instance)
    return msgspec.structs.replace(item, ended=tuple(ended))


def _goes(claims: dict[str, Claim], node: Node) -> bool:
    """Whether a node has an open claim that empties it."""
    return node.instance in claims and bool(set(claims[node.instance].kinds) & FINAL)


def _claim(ports: Ports, cluster: str, nodes: Sequence[Node], deadline: float) -> None:
    """Each node has a claim that is due, unless its machine goes anyhow, and an execution works on them.

    A maintenance of next week or a cordon keeps no node from being drained now: their claims hear of one more reason.
    """
    for node in nodes:
        known = ports.claims.of(cluster, node.instance)
        if known is not None and set(known.kinds) & FINAL:
            continue
        said = Interruption("decommission", node.instance, ports.now, f"decommission/{deadline}")
        wanted = Verdict("drain", "respect", ports.now, deadline)
        claim = merge(known, said, wanted, cluster=cluster, role="blue", now=ports.now)
        if claim is not None:
            ports.claims.write(msgspec.structs.replace(claim, node=node.name), instead_of=known)
    waves.poke(ports, cluster)


def _give_up(ports: Ports, writer: Writer, item: DrainItem, cluster: str) -> Progress:
    """Time is over: claims of ours end here, so that nobody works on nodes that go now."""
    for claim in ports.claims.open(cluster):
        if FINAL.intersection(claim.kinds) == {"decommission"}:
            ended = msgspec.structs.replace(
                claim, state="finished", outcome="deadline-passed", finished_at=ports.now, told="deadline-passed"
            )
            ports.claims.write(ended, instead_of=claim)
    try:
        left = _to_move(ports.yard(cluster).pods())
    except NorikaeError as error:
        left = (f"cannot be read: {error}",)
    _close(ports, writer, item, cluster, left=left)
    return Progress.done()


def _to_move(pods: Iterable[Pod]) -> tuple[str, ...]:
    """Pods that would have had to move: those of DaemonSets and static ones end with their node anyway."""
    return tuple(
        sorted(
            pod.key
            for pod in pods
            if pod.owner != "DaemonSet" and not pod.mirror and pod.phase in {"Pending", "Running"}
        )
    )


def _close(ports: Ports, writer: Writer, item: DrainItem, cluster: str, *, left: tuple[str, ...]) -> None:
    detail = {"cluster": cluster, "nodes": len(item.ended), "left": list(left[:NAMED]), "left_in_all": len(left)}
    ports.table.log(writer.run, Event(at=ports.now, what="blue-drained", detail=detail))
    _write(ports, writer, msgspec.structs.replace(item, over=True))


def _write(ports: Ports, writer: Writer, item: DrainItem) -> None:
    if ports.table.read(writer.run, "DRAIN", DrainItem) != item:
        ports.table.write(writer, "DRAIN", item)
