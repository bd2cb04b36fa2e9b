"""May the names that an external-dns of blue owns be leased, and would it leave them alone until they go back?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.cluster.eks_port import Cluster
from norikae.preflight.checks import dns_ownership, external_dns, leased_names
from norikae.preflight.finding import Finding
from norikae.preflight.ground import Ground
from norikae.traffic.records import RecordSet
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import NOW, demo_environment
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.grounds import FakeInsights
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.owned import PREFIX, mark, owned, wish
from tests.unit.fakes.owned import external_dns as copy_of
from tests.unit.fakes.ports import FakeBalancers, FakeDns, FakeLocks
from tests.unit.fakes.story import APP, BLUE, HOST


def ground(*records: RecordSet, owner: str = "lease", **notes: str) -> Ground:
    environment = demo_environment()
    dns = msgspec.structs.replace(environment.dns, owner=owner)
    return Ground(
        environment=msgspec.structs.replace(environment, dns=dns),
        blue_name=BLUE,
        version="1.35",
        eks=FakeEks(Cluster(BLUE, "1.33", "ACTIVE")),
        kubernetes=FakeKubernetes(copy_of(BLUE), wish(BLUE, 100, **notes)),
        names=FakeDns(*(records or owned(BLUE, 100))),
        locks=FakeLocks(),
        insights=FakeInsights(),
        subnets=FakeCompute(),
        trust=FakeIdentity(),
        balancers=FakeBalancers(),
        now=NOW,
    )


def found(here: Ground) -> list[Finding]:
    return [*leased_names.check(here), *external_dns.check(here), *dns_ownership.check(here)]


def blocking(here: Ground) -> list[str]:
    return [f"{one.subject}: {one.text}" for one in found(here) if one.blocks]


@pytest.mark.parametrize("owner", ["lease", "external-dns", "detect"])
def test_names_that_external_dns_owns_may_be_moved_and_the_note_says_how(owner: str) -> None:
    here = ground(owner=owner)
    assert blocking(here) == []
    (note,) = leased_names.check(here)
    how = "lease" if owner == "detect" else owner
    assert note.text == f"external-dns owns its names (set identifier eks-{BLUE}); it moves as {how}"
    assert ("commit aws-weight 100 for green" in note.remedy) is (how == "lease")


def test_detect_takes_a_name_without_a_mark_as_norikaes_own() -> None:
    here = ground(*owned(BLUE, 100)[:2], owner="detect", hostname=f"billing.{BLUE}.example.com")
    assert list(leased_names.check(here)) == []
    assert here.owners == {APP: "controller"}


def test_norikaes_own_names_are_refused_with_the_lease_as_a_way_out() -> None:
    here = ground(owner="controller")
    assert list(leased_names.check(here)) == []
    remedies = [one.remedy for one in external_dns.check(here) if "it has an owner" in one.text]
    assert remedies
    assert all("let norikae lease it (norikae.dev/owner: lease; docs/ownership.md)" in one for one in remedies)


def test_a_team_chooses_for_its_own_application() -> None:
    here = ground(owner="controller")
    (ingress,) = here.kubernetes.list("ingresses.networking.k8s.io")
    ingress["metadata"]["annotations"]["norikae.dev/owner"] = "lease"
    api = here.kubernetes
    assert isinstance(api, FakeKubernetes)
    api.put(ingress)
    assert blocking(here) == []


@pytest.mark.parametrize(
    ("notes", "why"),
    [
        ({"set-identifier": "eks-other"}, "asks for the record set eks-other, while Route 53 has the record set"),
        ({"set-identifier": ""}, "asks for a simple record, while Route 53 has the record set"),
        ({"controller": "another"}, "but no object of blue asks for it"),
    ],
)
def test_what_external_dns_would_write_once_it_owns_the_names_again_has_to_be_what_is_there(
    notes: dict[str, str], why: str
) -> None:
    (text,) = blocking(ground(**notes))
    assert why in text
    assert text.startswith(f"{HOST}: ")


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([], "has no A record in the zone"),
        ([*owned(BLUE, 100, owner="nobody")], "is not of an external-dns of demo-1-33"),
        ([*owned(BLUE, 100)[:3]], "AAAA eks-demo-1-33 has no TXT record, so no external-dns owns it"),
        ([*owned(BLUE, 100)[:1], *owned(BLUE, 100)[2:]], "but there is no such record"),
        ([*owned(BLUE, 100)[:3], mark(f"aaaa-{HOST}", BLUE, 7)], "does not have one weight"),
    ],
)
def test_every_obstacle_blocks_with_its_remedy(records: list[RecordSet], why: str) -> None:
    changed = ground(*(records or [mark("other.example.com", BLUE, 1)]))
    texts = blocking(changed)
    assert any(why in text for text in texts), texts
    assert all(one.remedy for one in leased_names.check(changed) if one.blocks)


def simple(kind: str) -> RecordSet:
    raw: dict[str, Any] = dict(next(one for one in owned(BLUE, 100) if one.type == kind).raw)
    return RecordSet({key: value for key, value in raw.items() if key not in {"SetIdentifier", "Weight"}})


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (simple("A"), "A is a simple record"),
        (
            RecordSet(
                {"Name": f"{HOST}.", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "x.example.com"}]}
            ),
            "CNAME is no alias of a load balancer",
        ),
        (
            RecordSet({**simple("A").raw, "SetIdentifier": "tokyo", "Region": "ap-northeast-1"}),
            "another routing policy",
        ),
    ],
)
def test_records_of_other_kinds_are_not_leased(record: RecordSet, why: str) -> None:
    texts = blocking(ground(record, simple("A")) if record.type == "CNAME" else ground(record))
    assert any(why in text for text in texts), texts


def test_the_prefix_of_the_annotations_is_that_of_the_version() -> None:
    here = ground()
    assert all(one.prefix == PREFIX for one in here.asked.by_any(here.external_dns[0], [HOST]))
