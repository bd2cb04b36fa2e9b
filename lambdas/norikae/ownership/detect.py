"""Who owns an application's names: what its team says, else what the environment says, else what the names show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from norikae.ownership.registry import EXTERNAL_DNS, mark_of, owner_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from norikae.environment import Owner
    from norikae.ownership.instances import Instance
    from norikae.ownership.registry import Mark
    from norikae.traffic.applications import Application
    from norikae.traffic.records import RecordSet

DETECT = "detect"


def marks_beside(
    hosts: Iterable[str], records: Sequence[RecordSet], instances: Sequence[Instance]
) -> dict[str, list[Mark]]:
    """The owners that are written beside public names, but for norikae itself; names without any are left out.

    Args:
        hosts: the public names.
        records: the TXT records of all names at which their owners may be written.
        instances: every external-dns, for how it spells them.
    """
    spellings = [instance.affixes for instance in instances]
    marks = [mark for record in records if (mark := mark_of(record)) is not None and not mark.is_ours]
    found: dict[str, list[Mark]] = {}
    for host in hosts:
        twins = owner_names(host, spellings)
        # what is encrypted has a name of its own by type as well: encryption came after these (v0.13, v0.12)
        here = [one for one in marks if one.record.name in twins and (one.is_readable or one.record.name != host)]
        if here:
            found[host] = here
    return found


def owners(
    applications: Iterable[Application], wanted: Owner | Literal["detect"], marks: Mapping[str, Sequence[Mark]]
) -> dict[str, Owner]:
    """Application to the owner of its record sets; pure.

    Args:
        applications: with their teams' wishes.
        wanted: ``dns.owner`` of the environment.
        marks: what is written beside the public names.
    """
    return {one.name: one.owner or _owner(one, wanted, marks) for one in applications}


def _owner(application: Application, wanted: Owner | Literal["detect"], marks: Mapping[str, Sequence[Mark]]) -> Owner:
    if wanted != "detect":
        return wanted
    is_owned = any(mark.heritage == EXTERNAL_DNS for host in application.hosts for mark in marks.get(host, ()))
    return "lease" if is_owned else "controller"
