"""How long clients may keep a connection to blue's load balancers: lowered before a shift, restored when a run ends.

A kept connection stays with the load balancer to which it was opened, whatever DNS says, for
``client_keep_alive.seconds`` (Application Load Balancer guide, "HTTP client keepalive duration"; 3600 s unless set). No
source says what a lower value does to connections that are open, so one old period has to pass before the first weight.
The AWS Load Balancer Controller writes an attribute that an Ingress names back, and leaves others alone (its
``pkg/deploy/elbv2/load_balancer_attributes_reconciler.go``).
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.errors import NorikaeError, RefusedError
from norikae.traffic.applications import annotations as annotations_of
from norikae.traffic.applications import find_applications, reference
from norikae.upgrade.state import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer
    from norikae.upgrade.plan import Plan

ATTRIBUTE = "client_keep_alive.seconds"
ANNOTATION = "alb.ingress.kubernetes.io/load-balancer-attributes"
INGRESSES = "ingresses.networking.k8s.io"
ITEM = "KEEP-ALIVE"
LOOKS = 12
"""Looks at a wait for one old period, so that it fits into the history of an execution (decision 007)."""

REMEDY = (
    f"in its annotation {ANNOTATION}, which the load balancer controller writes back: set the seconds there, in Git, "
    "an hour or more before the upgrade, and take shift.client_keep_alive out, or take the attribute out of the "
    "annotation"
)


class Lowered(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to one load balancer; instants in seconds since the epoch.

    Args:
        was: its seconds before, which come back.
        to: what was written.
        at: when it was seen to be so; None while it is only intended.
        restored_at: when the old value was back, or the load balancer gone.
    """

    was: int
    to: int
    at: float | None = None
    restored_at: float | None = None

    @property
    def stands(self) -> bool:
        """Whether the old value has yet to come back."""
        return self.restored_at is None


class KeepAliveItem(msgspec.Struct, frozen=True, kw_only=True):
    """``KEEP-ALIVE``: what was lowered, by the DNS name of the load balancer.

    A run has what it did itself; the environment has what stands of any run, so that the next one knows the old value.
    """

    balancers: dict[str, Lowered] = {}


def lower(ports: Ports, writer: Writer, plan: Plan) -> None:
    """Blue's load balancers of the plan's applications let go of clients sooner, if the environment wants it so.

    The old value is in the table before the new one is written, so a run that dies between the two restores it. Where
    an earlier run could not, what that one found is the old value.

    Raises:
        RefusedError: an Ingress names the attribute, so the load balancer controller would write it back.
    """
    wanted = ports.environment.shift.client_keep_alive
    if not wanted:
        return
    ingresses = ports.kubernetes(plan.blue.name).list(INGRESSES)
    planned = {one.name for one in plan.applications()}
    balancers = {
        ingress.load_balancer
        for one in find_applications(ingresses)
        if one.name in planned
        for ingress in one.ingresses
        if ingress.load_balancer
    }
    named = named_by(ingresses)
    if conflict := sorted(balancers & named.keys()):
        raise RefusedError(f"{named[conflict[0]]} names {ATTRIBUTE}, {REMEDY}")
    known, left = read_lowered(ports, writer.run), _standing(ports)
    for balancer in sorted(balancers):
        one = known.get(balancer)
        if one is not None and one.stands and one.at is not None:
            continue
        if one is None or not one.stands:
            was = ports.load_balancers.client_keep_alive(balancer)
            if balancer in left and was == left[balancer].to:
                was = left[balancer].was
            if was is None or was <= wanted:
                continue
            one = Lowered(was=was, to=wanted)
        _keep(ports, writer, known, balancer, one)  # also where an earlier look did: it fences what follows
        if ports.load_balancers.set_client_keep_alive(balancer, one.to):
            _keep(ports, writer, known, balancer, msgspec.structs.replace(one, at=ports.now))
            _note(ports, writer, "keep-alive-lowered", balancer, was=one.was, to=one.to)


def named_by(ingresses: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The Ingresses that name the attribute in their annotation, by load balancer."""
    found = {}
    for ingress in ingresses:
        pairs = [pair.partition("=")[0].strip() for pair in annotations_of(ingress).get(ANNOTATION, "").split(",")]
        if ATTRIBUTE in pairs:
            one = reference(ingress)
            found[one.load_balancer] = f"Ingress {one.namespace}/{one.name}"
    return found


def waiting(ports: Ports, run: str) -> tuple[str, int]:
    """What the first weight still waits for, "" for nothing, and in how many seconds to look again.

    Whoever writes the old value back meanwhile is waited for, too: clients that connect then stay as long as before.
    """
    standing = {name: one for name, one in read_lowered(ports, run).items() if one.stands and one.at is not None}
    texts, pauses = [], []
    for balancer, one in sorted(standing.items()):
        now = ports.load_balancers.client_keep_alive(balancer)
        if now is not None and now > one.to:
            texts.append(
                f"{balancer} to have {ATTRIBUTE} {one.to} again; somebody has set {now}: set it back, and see whether "
                f"an IngressClassParams or an annotation {ANNOTATION} names it"
            )
            pauses.append(ceil(one.was / LOOKS))
        left = (one.at or 0) + one.was - ports.now
        if left > 0:
            texts.append(f"clients that connected to {balancer} before {ATTRIBUTE} was {one.to} to leave, {left:.0f} s")
            pauses.append(min(ceil(left), max(60, ceil(one.was / LOOKS))))
    return "; ".join(texts), max(pauses, default=0)


def waited_until(ports: Ports, run: str) -> float:
    """When one old period of every load balancer is over, in seconds since the epoch; 0 when nothing was lowered."""
    standing = (one for one in read_lowered(ports, run).values() if one.stands and one.at is not None)
    return max(((one.at or 0) + one.was for one in standing), default=0.0)


def restore(ports: Ports, writer: Writer) -> None:
    """Every load balancer has its old value again, is gone, or has a value that somebody else gave it meanwhile.

    That includes what an earlier run has left. What AWS refuses keeps no run from ending: it is in the audit trail and
    the report, and whichever run or attempt comes next still knows the old value.
    """
    known = read_lowered(ports, writer.run)
    for balancer, one in sorted({**_standing(ports), **known}.items()):
        if not one.stands:
            continue
        _keep(ports, writer, known, balancer, one)  # whoever lost the lease is refused here
        try:
            what = _restored(ports, balancer, one)
        except NorikaeError as error:
            _note(ports, writer, "keep-alive-left", balancer, was=one.was, to=one.to, reason=str(error))
            continue
        _keep(ports, writer, known, balancer, msgspec.structs.replace(one, restored_at=ports.now))
        _note(ports, writer, what, balancer, was=one.was)


def _restored(ports: Ports, balancer: str, one: Lowered) -> str:
    now = ports.load_balancers.client_keep_alive(balancer)
    if now is None:
        return "keep-alive-gone"
    if now not in (one.to, one.was):
        return "keep-alive-foreign"
    if now == one.to and not ports.load_balancers.set_client_keep_alive(balancer, one.was):
        return "keep-alive-gone"
    return "keep-alive-restored"


def read_lowered(ports: Ports, run: str) -> dict[str, Lowered]:
    """What the run has lowered, by load balancer."""
    item = ports.table.read(run, ITEM, KeepAliveItem)
    return dict(item.balancers) if item else {}


def _standing(ports: Ports) -> dict[str, Lowered]:
    """What any run has lowered and none has restored, by load balancer."""
    item = ports.table.environment(ITEM, KeepAliveItem)
    return dict(item.balancers) if item else {}


def _keep(ports: Ports, writer: Writer, known: dict[str, Lowered], balancer: str, one: Lowered) -> None:
    before = _standing(ports)
    standing = {name: other for name, other in before.items() if name != balancer}
    if one.stands:
        standing[balancer] = one
    if standing != before:
        ports.table.write_environment(writer, ITEM, KeepAliveItem(balancers=standing))
    known[balancer] = one
    ports.table.write(writer, ITEM, KeepAliveItem(balancers=known))


def _note(ports: Ports, writer: Writer, what: str, balancer: str, **detail: object) -> None:
    event = Event(at=ports.now, what=what, detail={"load_balancer": balancer, **detail})
    ports.table.log(writer.run, event)
