"""Is an external-dns set up so that it leaves alone what it does not own, and green's copy leaves blue's alone?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from norikae.ownership.instances import Instance

DEFAULT_OWNER = "default"
DELETING = "sync"


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be said about a setting; severities are those of the preflight."""

    severity: Literal["blocker", "unknown", "warning", "note"]
    text: str
    remedy: str = ""


def judge(instance: Instance, cluster: str, touched: Sequence[str]) -> Iterator[Judged]:
    """Everything that is to be said about the settings of an external-dns.

    Args:
        instance: the external-dns.
        cluster: the one that it runs in.
        touched: the public names that lie in its zones and domains.
    """
    if instance.registry != "noop" and instance.owner:
        yield from _owner(instance, cluster)
    if instance.migrates_from:
        yield Judged(
            "blocker",
            f"--migrate-from-txt-owner={instance.migrates_from} takes the records of every copy with that owner,"
            " and with --policy=sync deletes those that it does not want",
            "take the flag away once its own records have the new owner",
        )
    if touched:
        yield from _registry(instance, touched)
        if instance.cache:
            yield Judged(
                "note",
                f"it does not see a foreign change for up to {instance.cache:g} s and undoes one of its own records as"
                f" late as {instance.cache + instance.interval:g} s after it, which may be after a step was judged",
                "take --provider-cache-time and --txt-cache-interval away while applications move",
            )


def _owner(instance: Instance, cluster: str) -> Iterator[Judged]:
    remedy = (
        f"start it with the cluster's own name, here --txt-owner-id={cluster}; records of the old owner stay behind"
    )
    if instance.owner == DEFAULT_OWNER:
        text = f"its --txt-owner-id is {DEFAULT_OWNER}, and so would green's be: each deletes the other's records"
        yield Judged("blocker", text, remedy)
    elif cluster not in instance.owner:
        text = (
            f"its --txt-owner-id {instance.owner} does not name {cluster}; if green's is the same,"
            " each deletes the other's records, and green's cannot be seen yet"
        )
        yield Judged("warning", text, remedy)


def _registry(instance: Instance, touched: Sequence[str]) -> Iterator[Judged]:
    """Ownership elsewhere than in TXT records is not seen; only what deletes has to be known (``plan/plan.go``)."""
    if instance.registry == "txt" or instance.zone_type == "private":
        return
    if instance.policy != DELETING:
        text = f"--registry={instance.registry} shows no owners in Route 53"
        yield Judged("note", f"{text}; by --policy={instance.policy} it deletes nothing")
    elif instance.registry == "noop":
        text = "--registry=noop knows no owners: by --policy=sync it deletes every record that no object asks for"
        yield Judged("blocker", text, f"start it with --registry=txt, or {instance.domains.exclusion(touched)}")
    else:
        text = (
            f"--registry={instance.registry} shows no owners in Route 53, so nobody sees whether it owns public names"
        )
        yield Judged("unknown", text, instance.domains.exclusion(touched))
