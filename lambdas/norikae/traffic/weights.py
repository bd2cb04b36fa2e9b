"""The weights of an application's names: how they are read, and the one batch that changes them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from norikae.errors import ForeignWriteError
from norikae.traffic.records import (
    Change,
    LoadBalancerTarget,
    RecordSet,
    owned_sets,
    weighted_alias,
)

WHOLE = 100
Taking = Callable[[RecordSet], RecordSet]
"""What becomes of a mark (a TXT record set) when norikae takes the name."""


def as_it_is(record: RecordSet) -> RecordSet:
    """Nothing is taken: the names are norikae's own."""
    return record


@dataclass(frozen=True, slots=True)
class Side:
    """One cluster's side of an application.

    Args:
        cluster: the set identifier.
        targets: host name to load balancer.
    """

    cluster: str
    targets: Mapping[str, LoadBalancerTarget]


def weights_of(records: Iterable[RecordSet]) -> dict[str, int]:
    """Set identifier to weight, for all names and types of an application, its marks among them.

    Raises:
        ForeignWriteError: a record is not weighted, or names or types disagree; then nobody knows what is served.
    """
    weights: dict[str, int] = {}
    for record in owned_sets(records):
        if record.weight is None:
            raise ForeignWriteError(
                f"{record.name} {record.type} is not a weighted record; convert it to a weighted set first "
                "(docs/runbook.md, 'is not a weighted record')"
            )
        if weights.setdefault(record.set_identifier, record.weight) != record.weight:
            raise ForeignWriteError(
                f"{record.name} {record.type} of {record.set_identifier} has weight {record.weight}, but another name "
                f"or type of the same application has {weights[record.set_identifier]}; somebody else wrote to them"
            )
    return weights


def green_weight(weights: Mapping[str, int], blue: str, green: str) -> int:
    """Green's share in percent.

    Raises:
        ForeignWriteError: a third set has a weight, or the two do not add up to 100.
    """
    others = {name: weight for name, weight in weights.items() if name not in (blue, green) and weight}
    if others:
        raise ForeignWriteError(f"record sets of others have weight: {others}; remove them or set them to 0")
    total = weights.get(blue, 0) + weights.get(green, 0)
    if total != WHOLE:
        raise ForeignWriteError(f"weights of {blue} and {green} add up to {total} instead of {WHOLE}: {dict(weights)}")
    return weights.get(green, 0)


def batch_to(
    records: Sequence[RecordSet], *, blue: str, green: Side, weight: int, take: Taking = as_it_is
) -> tuple[Change, ...]:
    """The changes that give green a weight and blue the rest; empty when that is what the records already say.

    Every record set that was read is deleted exactly as it was read and then created anew, in one batch: Route 53
    refuses the whole batch when a value has changed meanwhile ("the values provided do not match the current
    values"), so a foreign write is never overwritten.

    Args:
        records: the record sets of all names of the application.
        blue: blue's set identifier.
        green: green's side; a record is created where blue has one.
        weight: green's share in percent; blue gets the rest, so that the sum is never 0.
        take: makes marks norikae's own, in the same batch.
    """
    deleted: list[Change] = []
    created: list[Change] = []
    for name, kind in sorted({(record.name, record.type) for record in owned_sets(records)}):
        mine = {record.set_identifier: record for record in records if (record.name, record.type) == (name, kind)}
        if kind == "TXT":
            shares = {blue: WHOLE - weight, green.cluster: weight}
            wanted = {one: take(with_weight(mine[one], share)) for one, share in shares.items() if one in mine}
        else:
            wanted = {
                blue: with_weight(mine[blue], WHOLE - weight),
                green.cluster: _share_of(green, mine.get(green.cluster), mine[blue], weight),
            }
        if all(cluster in mine and mine[cluster].raw == record.raw for cluster, record in wanted.items()):
            continue
        deleted += [Change("DELETE", mine[cluster]) for cluster in wanted if cluster in mine]
        created += [Change("CREATE", record) for record in wanted.values()]
    return (*deleted, *created)


def batch_down(
    records: Sequence[RecordSet], *, blue: str, green: str, weight: int, take: Taking = as_it_is
) -> tuple[Change, ...]:
    """The changes that give green a lower weight and blue the rest, wherever both already are; empty when they have it.

    Args:
        records: the traffic records of all names of the application.
        blue: blue's set identifier.
        green: green's set identifier.
        weight: green's share in percent.
        take: makes marks norikae's own, in the same batch.
    """
    wanted = {blue: WHOLE - weight, green: weight}
    old = [one for one in owned_sets(records) if one.weight != wanted.get(one.set_identifier, one.weight)]
    new = [with_weight(one, wanted[one.set_identifier]) for one in old]
    taken = [take(record) if record.type == "TXT" else record for record in new]
    return (*(Change("DELETE", record) for record in old), *(Change("CREATE", record) for record in taken))


def batch_back(
    records: Sequence[RecordSet], snapshot: Sequence[RecordSet], take: Taking = as_it_is
) -> tuple[Change, ...]:
    """The changes that restore the original record sets, byte for byte; empty when they are in force.

    A mark that norikae took stays taken: who gives it back has to know first what its external-dns would do then.
    """
    current = {_key(record): record for record in owned_sets(records)}
    original = {_key(record): record for record in snapshot}
    kept = {key for key, record in current.items() if key in original and _restores(record, original[key], take)}
    gone = [record for key, record in current.items() if key not in kept]
    missing = [take(record) if record.type == "TXT" else record for key, record in original.items() if key not in kept]
    return (*(Change("DELETE", record) for record in gone), *(Change("CREATE", record) for record in missing))


def _restores(record: RecordSet, original: RecordSet, take: Taking) -> bool:
    """Whether a record set is the original one; whoever owns it by its mark, its owner or norikae, it is."""
    return record.raw == original.raw or (record.type == "TXT" and take(record).raw == take(original).raw)


def batch_end(
    records: Sequence[RecordSet], snapshot: Sequence[RecordSet], *, blue: str, green: str
) -> tuple[Change, ...]:
    """The changes after which only green is left, with EvaluateTargetHealth as it was before the first weight.

    Args:
        records: the traffic records of all names of the application.
        snapshot: the record sets before the shift.
        blue: the set identifier that goes.
        green: the set identifier that stays.
    """
    health = {
        (one.name, one.type): one.raw["AliasTarget"]["EvaluateTargetHealth"]
        for one in snapshot
        if one.set_identifier == blue and "AliasTarget" in one.raw
    }
    gone = [one for one in owned_sets(records) if one.set_identifier == blue]
    stays = [one for one in owned_sets(records) if one.set_identifier == green]
    restored = {_key(one): _with_health(one, on=health.get((one.name, one.type), False)) for one in stays}
    changed = [one for one in stays if restored[_key(one)].raw != one.raw]
    return (
        *(Change("DELETE", record) for record in (*gone, *changed)),
        *(Change("CREATE", restored[_key(record)]) for record in changed),
    )


def once_more(records: Sequence[RecordSet]) -> tuple[Change, ...]:
    """The changes that write the same records again, for a change id whose state can be asked for."""
    return (*(Change("DELETE", record) for record in records), *(Change("CREATE", record) for record in records))


def _share_of(green: Side, present: RecordSet | None, blue: RecordSet, weight: int) -> RecordSet:
    """Green's share; where its set leads to the right place already, it stays spelled as it is."""
    target = green.targets[blue.name]
    if present is not None and present.target == target.dns_name.lower():
        return with_weight(present, weight)
    return weighted_alias(_raw_name(blue), blue.type, green.cluster, weight, target)


def _raw_name(record: RecordSet) -> str:
    return str(record.raw["Name"]).rstrip(".")


def with_weight(record: RecordSet, weight: int) -> RecordSet:
    """The record set with another weight; health does not decide while weights move (``weighted_alias``)."""
    return RecordSet({**_with_health(record, on=False).raw, "Weight": weight})


def _with_health(record: RecordSet, *, on: bool) -> RecordSet:
    if "AliasTarget" not in record.raw:
        return record
    alias = {**record.raw["AliasTarget"], "EvaluateTargetHealth": on}
    return RecordSet({**record.raw, "AliasTarget": alias})


def _key(record: RecordSet) -> tuple[str, str, str]:
    return record.name, record.type, record.set_identifier
