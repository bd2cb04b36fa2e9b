"""What the demo finds out by itself, whatever the product says of the run: failed requests, records, weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from local.demo.brownfield import set_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.aws.route53.simulator import Route53Simulator
    from local.demo.scenarios import Scenario
    from local.edge.clients import Counts

BAD_ANSWER = "5xx (500)"
"""The reason of a request that a pod of the application answered, and answered badly."""
WHOLE = 100
HERITAGE = "heritage=external-dns"
Records = Mapping[tuple[str, str, str], str]
"""Every record set of the hosted zones as text, by name, type and set identifier."""


class Failed(NamedTuple):
    """Failed requests of one kind."""

    application: str
    cluster: str
    reason: str
    requests: int


@dataclass(frozen=True, slots=True)
class Check:
    """Something that has to be so, and whether it is.

    Args:
        name: what has to be so.
        holds: whether it is.
        detail: what was seen.
    """

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What the world looks like when everything is over.

    Args:
        blue: the cluster that served at the beginning.
        states: EKS status by cluster, for those that exist.
        failed: failed requests.
        before: the record sets before the run.
        after: those after it.
        weights: of each application's names, by name and cluster.
        hosts: the public names by application.
        scanned: what scanners got, by status.
        pages: what somebody was woken up for.
        exposed: applications of which blue had to lose requests, whatever anybody did.
    """

    blue: str
    states: Mapping[str, str]
    failed: tuple[Failed, ...]
    before: Records
    after: Records
    weights: Mapping[str, Mapping[str, int]]
    hosts: Mapping[str, tuple[str, ...]]
    scanned: Mapping[int, int]
    pages: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()


def failed_requests(counts: Mapping[str, Counts]) -> tuple[Failed, ...]:
    """Every failed request by application, cluster and reason."""
    return tuple(
        Failed(application, cluster, reason, requests)
        for application, one in sorted(counts.items())
        for (cluster, reason), requests in sorted(one.failures.items())
    )


def record_sets(route53: Route53Simulator) -> dict[tuple[str, str, str], str]:
    """Every record set of every hosted zone, as the API shows it at this instant."""
    found: dict[tuple[str, str, str], str] = {}
    for zone in route53.zones:
        start: dict[str, str] = {}
        while True:
            page = route53.list_resource_record_sets(HostedZoneId=zone, **start)
            for record in page["ResourceRecordSets"]:
                key = (record["Name"], record["Type"], record.get("SetIdentifier", ""))
                found[key] = json.dumps(record, sort_keys=True)
            if not page["IsTruncated"]:
                break
            nexts = ("NextRecordName", "NextRecordType", "NextRecordIdentifier")
            start = {f"Start{name.removeprefix('Next')}": page[name] for name in nexts if page.get(name)}
    return found


def checks_of(scenario: Scenario, ending: Ending) -> list[Check]:
    """What has to be so at the end of a scenario, and whether it is."""
    return checks(
        ending,
        outcome=scenario.outcome,
        bad=scenario.bad,
        leased=scenario.owner == "lease",
        contested=scenario.contested,
    )


def checks(ending: Ending, *, outcome: str, bad: str, leased: bool = False, contested: str = "") -> list[Check]:
    """What has to be so at the end of a scenario.

    Args:
        ending: what the world looks like.
        outcome: how the scenario has to end.
        bad: the application that answers badly on green; empty when none does.
        leased: whether norikae took the names from an external-dns, which has them again.
        contested: the application over whose names an external-dns fought; empty when none did.
    """
    everything, others = sorted(ending.hosts), sorted(ending.hosts.keys() - {bad})
    moved = {"succeeded": everything, "partial": others}.get(outcome, [])
    back = {"partial": [bad], "rolled-back": everything, "refused": everything}.get(outcome, [])
    found = [_requests(ending, bad), _scanners(ending)]
    if bad:
        found.append(_seen(ending, bad))
    if back:
        found += [_kept(ending), _records(ending, back)]
    if moved:
        found.append(_moved(ending, moved))
    if leased:
        found.append(_given_back(ending))
    if contested:
        found.append(_told(ending, contested))
    return found


def _requests(ending: Ending, bad: str) -> Check:
    excused = [one for one in ending.failed if bad and _answered_badly(one, ending.blue, bad)]
    exposed = [one for one in ending.failed if one.application in ending.exposed and one.cluster in ("", ending.blue)]
    others = [one for one in ending.failed if one not in excused and one not in exposed]
    but = [f"those that {bad} answered badly on green"] if bad else []
    but += [f"those of {', '.join(ending.exposed)} on {ending.blue}"] if ending.exposed else []
    name = f"no request failed but {' and '.join(but)}" if but else "no request failed"
    detail = "; ".join(
        f"{one.requests} of {one.application} on {one.cluster or 'none'}: {one.reason}" for one in others
    )
    lost = f", {sum(one.requests for one in exposed)} could not be saved" if ending.exposed else ""
    badly = f"{sum(one.requests for one in excused)} were answered badly"
    return Check(name, not others, detail or f"{badly}{lost}")


def _answered_badly(one: Failed, blue: str, bad: str) -> bool:
    return one.application == bad and one.cluster not in ("", blue) and one.reason == BAD_ANSWER


def _seen(ending: Ending, bad: str) -> Check:
    """Without a single bad answer the scenario would have shown nothing."""
    count = sum(one.requests for one in ending.failed if _answered_badly(one, ending.blue, bad))
    return Check(f"{bad} did answer badly on green", count > 0, f"{count} requests")


def _scanners(ending: Ending) -> Check:
    let_in = {status: count for status, count in ending.scanned.items() if status not in (0, 404)}
    detail = f"{sum(ending.scanned.values())} requests, {sum(let_in.values())} of them let in"
    return Check("scanners reach no application", not let_in, detail)


def _kept(ending: Ending) -> Check:
    state = ending.states.get(ending.blue, "DELETED")
    return Check("blue is kept", state == "ACTIVE", f"{ending.blue} is {state}")


def _records(ending: Ending, applications: list[str]) -> Check:
    """The names of these applications have the record sets that they had, byte for byte, and no others."""
    names = {f"{host}." for application in applications for host in ending.hosts[application]}
    whole = set(applications) == set(ending.hosts)
    seen = {key[0] for key in ending.before}
    before = {key: text for key, text in ending.before.items() if whole or key[0] in names}
    after = {key: text for key, text in ending.after.items() if key[0] in (names | seen if whole else names)}
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    name = "every record set" if whole else f"every record set of {', '.join(applications)}"
    detail = "; ".join(" ".join(key) for key in changed) or f"{len(before)} record sets, byte for byte"
    return Check(f"{name} is as it was", bool(before) and not changed, detail)


def _moved(ending: Ending, applications: list[str]) -> Check:
    """Every name of these applications is answered by green alone."""
    stray = [
        f"{host}: {dict(ending.weights.get(host, {}))}"
        for application in applications
        for host in ending.hosts[application]
        if not _on_green(ending.weights.get(host, {}), ending.blue)
    ]
    return Check("what has to move is on green", not stray, "; ".join(stray) or f"{len(applications)} moved")


def _on_green(weights: Mapping[str, int], blue: str) -> bool:
    left = weights.get(blue, 0) + weights.get(set_identifier(blue), 0)
    return left == 0 and sum(weights.values()) == WHOLE


def _given_back(ending: Ending) -> Check:
    """External-dns owns every public name again, as it did before."""
    marks = {key: text for key, text in ending.after.items() if key[1] == "TXT" and HERITAGE in text}
    kept = sorted({key[0] for key, text in marks.items() if "norikae" in text})
    bare = sorted(
        host
        for hosts in ending.hosts.values()
        for host in hosts
        if not any(name.partition("-")[2] == f"{host}." for name, _, _ in marks)
    )
    detail = "; ".join((*(f"{name} is leased" for name in kept), *(f"{host} is nobody's" for host in bare)))
    return Check("external-dns owns every public name again", not kept and not bare, detail or f"{len(marks)} marks")


def _told(ending: Ending, contested: str) -> Check:
    """Somebody was woken up, once, and knows who wrote and what norikae did."""
    about = [page for page in ending.pages if page.startswith(f"{contested} is contested")]
    holds = len(about) == 1 and "external-dns of" in about[0] and "are restored, once" in about[0]
    return Check(f"the fight over {contested} was told once, with names", holds, "; ".join(about) or "nobody was told")


def difference(before: Records, after: Records) -> dict[str, Any]:
    """What became of the record sets, for the report."""

    def shown(keys: Iterable[tuple[str, str, str]]) -> list[str]:
        return [" ".join(key).strip() for key in sorted(keys)]

    return {
        "before": len(before),
        "after": len(after),
        "changed": shown(key for key in before.keys() & after.keys() if before[key] != after[key]),
        "gone": shown(before.keys() - after.keys()),
        "added": shown(after.keys() - before.keys()),
    }
