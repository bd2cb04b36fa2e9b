"""Does each public name of norikae's own belong to it: weighted records, all of them blue's, with traffic?

Names that an external-dns owns are the check ``external-dns``'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from norikae.preflight.ground import Ground
    from norikae.traffic.records import RecordSet

NAME = "dns-ownership"


def check(ground: Ground) -> Iterator[Finding]:
    """Somebody else's record beside ours would take traffic that no weight of ours controls."""
    hosts = ground.hosts("controller")
    records = ground.names.records(hosts)
    for host in hosts:
        found = [record for record in records if record.name == host]
        yield from _of_host(host, found, ground.blue_name, ground.green_name)


def _of_host(host: str, records: Sequence[RecordSet], blue: str, green: str) -> Iterator[Finding]:
    if not any(record.type == "A" for record in records):
        yield Finding(
            NAME,
            "blocker",
            host,
            "it has no A record in the zone",
            f"create a weighted alias record with set identifier {blue} and weight 100",
        )
    for record in records:
        if record.weight is None:
            yield Finding(
                NAME,
                "blocker",
                host,
                f"its {record.type} record is not weighted, and Route 53 allows no weighted one beside it",
                f"make it a weighted record with set identifier {blue} and weight 100",
            )
        elif record.set_identifier not in {blue, green}:
            yield Finding(
                NAME,
                "blocker",
                host,
                f"its {record.type} record {record.set_identifier!r} (weight {record.weight}) is not {blue}'s",
                "finish or roll back the upgrade that it is of, or delete it and stop whoever writes it",
            )
    for kind in sorted({record.type for record in records}):
        weights = [record.weight for record in records if record.type == kind and record.weight is not None]
        if weights and sum(weights) == 0:
            yield Finding(
                NAME,
                "blocker",
                host,
                f"all its {kind} records have weight 0, so Route 53 answers with any of them",
                f"give the record of {blue} weight 100",
            )
