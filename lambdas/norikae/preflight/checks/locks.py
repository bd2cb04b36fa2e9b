"""Can the public names be written at all: nobody else has them protected in Route 53?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import AwsRefusedError
from norikae.ownership.registry import owner_names
from norikae.preflight.finding import Finding
from norikae.traffic.locks import is_ours, on, strangers
from norikae.traffic.records import TRAFFIC_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from norikae.preflight.ground import Ground

NAME = "locks"
WISH = "aws route53 delete-resource-record-set-protections"


def check(ground: Ground) -> Iterator[Finding]:
    """Route 53 refuses every change of a name that is protected, whoever asks."""
    environment, told = ground.environment.environment, ground.hosts("external-dns")
    try:
        found = ground.locks.all()
    except AwsRefusedError as refusal:
        if ground.environment.dns.protect:
            text = f"dns.protect is on, but names cannot be locked here: {refusal}"
            yield Finding(NAME, "warning", "dns.protect", text, "the run goes on without; or set it to false")
        return
    for lock in on(found, _names(ground, ground.hosts("controller", "lease", "external-dns"))):
        for said in strangers((lock,), environment):
            yield Finding(NAME, "blocker", lock.name, said, f"have its owner lift it ({WISH}), then start again")
        if is_ours(lock, environment):
            text = f"its {lock.type} record sets are still locked by norikae ({lock.comment})"
            yield Finding(NAME, "note", lock.name, text, "nothing: it is lifted before norikae writes")
    for lock in on(found, _names(ground, told)):
        if is_ours(lock, environment):
            text = f"its {lock.type} record sets are locked by norikae, and its external-dns has to write them"
            yield Finding(NAME, "blocker", lock.name, text, f"lift it ({WISH}), then start again")


def _names(ground: Ground, hosts: Iterable[str]) -> frozenset[tuple[str, str]]:
    spellings = [instance.affixes for instance in ground.external_dns]
    wanted = tuple(hosts)
    marks = {(name.lower(), "TXT") for host in wanted for name in owner_names(host, spellings)}
    return frozenset({(host.lower(), kind) for host in wanted for kind in TRAFFIC_TYPES} | marks)
