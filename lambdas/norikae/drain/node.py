"""A node as a drain sees it, and the mark that tells everybody that it goes."""

from __future__ import annotations

import msgspec

TAINT = "norikae.dev/draining"
"""Effect NoSchedule; its value is the kind of interruption."""
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
"""Keeps a node out of the target groups that have instances as targets (Kubernetes docs, "Well-Known Labels")."""
DEADLINE = "norikae.dev/drain-deadline"
"""Annotation: the instant in RFC 3339 by which the node is to be empty."""
EPISODE = "norikae.dev/drain-episode"
"""Annotation: whose mark it is; what carries another or none is never taken off by norikae."""
CORDONED = "norikae.dev/cordoned-before"
"""Annotation: somebody had cordoned the node before it got our mark, so it stays cordoned when the mark goes."""
OURS = "norikae"
"""Value of the label ``EXCLUDED`` that norikae puts on; one with another value is somebody else's."""


class Taint(msgspec.Struct, frozen=True, omit_defaults=True):
    """A node's taint, as in its spec."""

    key: str
    effect: str
    value: str = ""
    timeAdded: str = ""  # noqa: N815 - Kubernetes' own name: a merge patch sends the whole list back


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A node.

    Args:
        name: its name.
        instance: the EC2 instance in ``spec.providerID`` (``aws:///<zone>/<instance>``); "" for another form.
        version: its resourceVersion.
        unschedulable: cordoned, by whomever.
        ready: whether its condition Ready is True.
        taints: of its spec.
        labels: its labels.
        annotations: its annotations.
    """

    name: str
    instance: str
    version: str
    unschedulable: bool = False
    ready: bool = True
    taints: tuple[Taint, ...] = ()
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
