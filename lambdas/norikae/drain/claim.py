"""The claim on one node: what was announced, by when it must be empty, and how far that is."""

from __future__ import annotations

from typing import Literal

import msgspec

from norikae.drain.interruption import Hook, Kind

State = Literal["waiting", "marked", "draining", "blocked", "empty", "finished"]
"""``waiting``: not due yet. ``marked``: the node takes no new pods. ``blocked``: only budgets keep its pods.

``empty``: no pod that has to move is left, but a volume, a target or a lifecycle action is. ``finished``: see outcome.
"""
Outcome = Literal[
    "",
    "drained",  # every pod that had to move has gone by itself
    "deadline-passed",  # the machine goes with pods on it
    "gone",  # there was no node (any more)
    "cancelled",  # what was announced does not happen; our mark is taken off
    "kept",  # a cordon past its time; our mark is taken off
    "told",  # the policy wants no more than a message
    "dry-run",  # what would have happened was asked of the API server, and nothing else
    "joined",  # a launched node is Ready
]
Do = Literal["off", "notify", "cordon", "drain", "dry-run"]
Budgets = Literal["respect", "bypass-at-deadline"]


UNTOUCHED: frozenset[Outcome] = frozenset({"told", "dry-run"})
"""Outcomes after which nothing was done, so that a lifecycle action is somebody else's to answer."""
STAYS_MARKED: frozenset[Outcome] = frozenset({"drained", "deadline-passed"})
"""Outcomes after which a node that was not taken away keeps its mark until the announced time is over."""
SOON = 60.0
"""Seconds: what is due earlier keeps an execution running; for the rest the reconciler starts one, once a minute."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One node that has to be emptied; in the table under ``CLUSTER#<cluster>``, ``NODE#<instance>``.

    Args:
        cluster: where the node is.
        instance: its EC2 instance.
        node: its name in the cluster; "" before it is known, and as long as its mark could not be put on.
        role: ``blue``, ``green`` or "" when the cluster is neither, at the time of the first event.
        episode: names everything that is said about it: the same for all events until it is finished.
        kind: the gravest reason so far.
        kinds: all of them.
        events: ids of the events that were merged; the newest sixteen.
        detail: the gravest one's own word.
        began: when the first was said, in seconds since the epoch.
        due: when the drain begins.
        deadline: by when the node must be empty; ours, before the machine goes. The earliest of all events.
        ends_at: when the machine goes, as far as anybody said.
        hook: the lifecycle action that waits for us.
        hook_done: it was answered.
        beat_at: when its time was last prolonged, 0.0 for never.
        do: what the policy wants.
        budgets: whether disruption budgets count until the end.
        state: how far it is.
        outcome: how it ended.
        pods: pods that had to move when it began.
        left: those that are still there.
        blocked_by: budgets (``namespace/name``) that keep them, or other reasons in words.
        pdb_bypassed: pods (``namespace/name``) that were deleted against a budget at the deadline.
        lost: pods that went down with the machine.
        finished_at: when.
        told: what people were told last: the state or outcome; "" for nothing yet.
        heard_at: when the newest of its events was said, in seconds since the epoch.
    """

    cluster: str
    instance: str
    node: str = ""
    role: str = ""
    episode: str
    kind: Kind
    kinds: tuple[Kind, ...]
    events: tuple[str, ...] = ()
    detail: str = ""
    began: float
    due: float
    deadline: float
    ends_at: float | None = None
    hook: Hook | None = None
    hook_done: bool = False
    beat_at: float = 0.0
    do: Do
    budgets: Budgets
    state: State = "marked"
    outcome: Outcome = ""
    pods: int = 0
    left: int = 0
    blocked_by: tuple[str, ...] = ()
    pdb_bypassed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    finished_at: float = 0.0
    told: str = ""
    heard_at: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether there is something left to do."""
        return self.state != "finished"

    @property
    def rests(self) -> bool:
        """Whether it only waits for what becomes of a node that is cordoned already; nobody has to look at that.

        A claim learns its node's name when that is marked.
        """
        is_cordoned = self.do == "cordon" and self.state == "marked" and bool(self.node)
        return is_cordoned and (self.hook is None or self.hook_done)

    def needs_an_execution(self, now: float) -> bool:
        """Whether somebody has to work on it before the reconciler looks again.

        Args:
            now: the instant, in seconds since the epoch.
        """
        return self.is_open and not self.rests and self.due <= now + SOON


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """``WAVE`` of a cluster: which execution may drain it. A slice of any other wave ends without a write.

    Args:
        number: grows by one whenever a wave is closed; an execution is named after it.
    """

    number: int = 1
