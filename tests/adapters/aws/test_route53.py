"""The public names: read exactly, changed all at once, and never over somebody else's write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from local.aws.front import Fault
from local.aws.simulator import AwsError
from norikae.adapters.aws.route53 import Route53Dns
from norikae.errors import AwsRefusedError, ForeignWriteError, ThrottledError, UnreachableError
from norikae.traffic.records import Change, LoadBalancerTarget, RecordSet, weighted_alias
from norikae.traffic.weights import Side, batch_back, batch_to, weights_of

if TYPE_CHECKING:
    from .conftest import Cloud

MANY = 16
ZONE, ALB_ZONE = "Z0DEMO1EXAMPLE", "Z14GRHDCWA56QT"
HOST = "app.demo.example.com"
BLUE, GREEN = "demo-1-33", "demo-1-35-a"
BALANCER = {name: f"k8s-{name}-1.ap-northeast-1.elb.amazonaws.com" for name in (BLUE, GREEN)}
SIDE = Side(GREEN, {HOST: LoadBalancerTarget(BALANCER[GREEN], ALB_ZONE)})


def alias(host: str = HOST, cluster: str = BLUE, weight: int = 100, kind: str = "A") -> RecordSet:
    return weighted_alias(host, kind, cluster, weight, LoadBalancerTarget(BALANCER[cluster], ALB_ZONE))


def text(host: str) -> RecordSet:
    return RecordSet({"Name": f"{host}.", "Type": "TXT", "TTL": 300, "ResourceRecords": [{"Value": '"owner=blue"'}]})


class Zone:
    """The zone, through the adapter and behind its back."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        cloud.route53.create_hosted_zone(Name="demo.example.com", CallerReference="test", zone_id=ZONE)
        self.client = cloud.client("route53")
        self.dns = Route53Dns(self.client, ZONE)
        cloud.time_passes(60)

    def somebody_writes(self, action: str, *records: RecordSet) -> None:
        changes = [{"Action": action, "ResourceRecordSet": dict(record.raw)} for record in records]
        self.cloud.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": changes})
        self.cloud.time_passes(60)

    def read(self, *hosts: str) -> tuple[RecordSet, ...]:
        self.cloud.time_passes(60)  # five requests a second are allowed, and stories are told faster
        return self.dns.records(hosts or (HOST,))

    def shift(self, weight: int) -> str:
        changes = batch_to(self.read(), blue=BLUE, green=SIDE, weight=weight)
        return self.dns.change(changes, f"norikae run=r1 application=app weight={weight}")

    def pages_of(self, size: int) -> None:
        """Let Route 53 answer with so few record sets at a time."""

        def small(params: dict[str, Any], **_: object) -> None:
            params["MaxItems"] = str(size)

        self.client.meta.events.register("provide-client-params.route-53.ListResourceRecordSets", small)


@pytest.fixture
def zone(cloud: Cloud) -> Zone:
    built = Zone(cloud)
    built.somebody_writes("CREATE", alias(), alias(kind="AAAA"), text(HOST))
    return built


def test_only_the_exact_names_are_read(zone: Zone) -> None:
    neighbours = ("ap.demo.example.com", "app-a.demo.example.com", "a.app.demo.example.com", "zz.demo.example.com")
    zone.somebody_writes("CREATE", *(alias(name) for name in neighbours), text("a.app.demo.example.com"))
    assert [(record.name, record.type) for record in zone.read()] == [(HOST, "A"), (HOST, "AAAA")]
    assert [record.name for record in zone.read("zz.demo.example.com", HOST)] == ["zz.demo.example.com", HOST, HOST]
    assert zone.read("app.demo.example.co") == ()
    assert zone.read("nowhere.demo.example.com") == ()


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_name_is_read_to_its_end_however_small_the_pages_are(zone: Zone, size: int) -> None:
    zone.somebody_writes("CREATE", alias(cluster=GREEN, weight=0), alias("a.app.demo.example.com"))
    zone.pages_of(size)
    assert [(record.type, record.set_identifier) for record in zone.read()] == [
        ("A", BLUE),
        ("A", GREEN),
        ("AAAA", BLUE),
    ]


@pytest.mark.parametrize(("others", "calls"), [(10, 1), (700, 2), (1300, 2)])
def test_names_that_a_page_holds_are_not_asked_for_again(zone: Zone, others: int, calls: int) -> None:
    names = [f"n{number}.demo.example.com" for number in range(MANY)]
    zone.somebody_writes("CREATE", *(alias(name, kind=kind) for name in names[1:] for kind in ("A", "AAAA")))
    for start in range(0, others, 500):
        zone.somebody_writes(
            "CREATE", *(text(f"x{n}.demo.example.com") for n in range(start, min(start + 500, others)))
        )
    wanted = [*names, "x0.demo.example.com", "zz.demo.example.com"]
    one_by_one = [record for name in wanted for record in zone.read(name)]
    counted = Counted(zone)
    assert list(Route53Dns(counted, ZONE).records(wanted)) == one_by_one
    assert len(one_by_one) == 2 * (MANY - 1)
    assert counted.calls == calls


@pytest.mark.parametrize("size", [1, 2, 3, 7, 300])
def test_pages_of_any_size_say_the_same(zone: Zone, size: int) -> None:
    hosts = ["app", "a-app", "aaaa-app", "app-2", "1.app", "a.app", "*.app", "_x.app", "zz"]
    names = [f"{host}.demo.example.com" for host in hosts]
    wanted = [alias(name, cluster, kind=kind) for name in names for kind in ("A", "AAAA") for cluster in (BLUE, GREEN)]
    zone.somebody_writes("CREATE", *(one for one in wanted if (one.name, one.set_identifier) != (HOST, BLUE)))
    zone.pages_of(size)
    found = Route53Dns(Counted(zone), ZONE).records(names)
    assert [(one.name, one.type, one.set_identifier) for one in found] == [
        (name, kind, cluster) for name in names for kind in ("A", "AAAA") for cluster in (BLUE, GREEN)
    ]


class Counted:
    """A client that counts its calls and makes them late enough to be admitted."""

    def __init__(self, zone: Zone) -> None:
        self.zone, self.calls = zone, 0

    def list_resource_record_sets(self, **arguments: Any) -> Any:
        self.calls += 1
        self.zone.cloud.time_passes(1)
        return self.zone.client.list_resource_record_sets(**arguments)


def test_reading_stops_where_the_name_ends(zone: Zone) -> None:
    zone.somebody_writes("CREATE", *(alias(f"n{number}.app.demo.example.com") for number in range(9)))
    zone.pages_of(4)
    zone.read()
    assert len(zone.cloud.called("ListResourceRecordSets")) == 1


def test_a_weight_is_written_read_back_and_then_nothing_is_left_to_do(zone: Zone) -> None:
    change = zone.shift(5)
    assert change.startswith("/change/")
    assert weights_of(zone.read()) == {BLUE: 95, GREEN: 5}
    assert {record.target for record in zone.read()} == set(BALANCER.values())
    assert batch_to(zone.read(), blue=BLUE, green=SIDE, weight=5) == ()
    assert zone.cloud.route53.history[-1].comment == "norikae run=r1 application=app weight=5"


def test_the_original_records_come_back_whole(zone: Zone) -> None:
    before = zone.read()
    zone.shift(50)
    zone.dns.change(batch_back(zone.read(), before), "rollback")
    assert zone.read() == before


def test_a_change_is_in_force_only_when_route_53_says_so(zone: Zone) -> None:
    change = zone.shift(5)
    assert zone.dns.is_in_sync(change) is False
    zone.cloud.time_passes(60)
    assert zone.dns.is_in_sync(change) is True


def test_a_write_between_read_and_write_stops_the_whole_batch(zone: Zone) -> None:
    changes = batch_to(zone.read(), blue=BLUE, green=SIDE, weight=5)
    zone.somebody_writes("UPSERT", alias(kind="AAAA", weight=77))
    with pytest.raises(ForeignWriteError, match="somebody else wrote between our read and our write"):
        zone.dns.change(changes, "weight=5")
    assert [(record.type, record.weight) for record in zone.read()] == [("A", 100), ("AAAA", 77)]


def test_a_record_that_somebody_created_meanwhile_is_not_replaced(zone: Zone) -> None:
    changes = batch_to(zone.read(), blue=BLUE, green=SIDE, weight=5)
    zone.somebody_writes("CREATE", alias(cluster=GREEN, weight=1))
    with pytest.raises(ForeignWriteError, match="already exists"):
        zone.dns.change(changes, "weight=5")
    assert zone.read()[1].weight == 1


def test_the_same_batch_again_after_a_lost_answer_is_refused_and_changes_nothing(zone: Zone) -> None:
    changes = batch_to(zone.read(), blue=BLUE, green=SIDE, weight=5)
    zone.dns.change(changes, "weight=5")
    with pytest.raises(ForeignWriteError):
        zone.dns.change(changes, "weight=5")
    assert weights_of(zone.read()) == {BLUE: 95, GREEN: 5}


def test_a_lost_answer_that_botocore_tries_again_reads_as_nobodys_write(zone: Zone) -> None:
    signer = zone.client._request_signer._credentials  # the same caller with more patience
    client = boto3.client(
        "route53",
        endpoint_url=zone.client.meta.endpoint_url,
        aws_access_key_id=signer.access_key,
        aws_secret_access_key=signer.secret_key,
        region_name="ap-northeast-1",
        config=Config(retries={"mode": "standard", "total_max_attempts": 3}),
    )
    once = iter([Fault.executed_then_lost()])
    zone.cloud.front.faults.append(
        lambda call: next(once, None) if call.operation == "ChangeResourceRecordSets" else None
    )
    changes = batch_to(zone.read(), blue=BLUE, green=SIDE, weight=5)
    with pytest.raises(UnreachableError, match="an attempt whose answer was lost"):
        Route53Dns(client, ZONE).change(changes, "weight=5")
    assert weights_of(zone.read()) == {BLUE: 95, GREEN: 5}, "the machine tries again, and reads first"


def test_what_route_53_refuses_for_another_reason_keeps_its_own_words(zone: Zone) -> None:
    wrong = RecordSet({**alias().raw, "Weight": 256, "SetIdentifier": "other"})
    with pytest.raises(AwsRefusedError, match=r"route53:ChangeResourceRecordSets was refused with InvalidInput"):
        zone.dns.change([Change("CREATE", wrong)], "")
    with pytest.raises(AwsRefusedError, match="NoSuchHostedZone"):
        Route53Dns(zone.client, "Z0ELSEWHERE").records([HOST])


def test_a_change_that_waits_for_another_one_is_worth_another_attempt(zone: Zone) -> None:
    busy = AwsError("PriorRequestNotComplete", "The request was rejected because Route 53 was still processing", 400)
    zone.cloud.front.faults.append(lambda _: Fault(busy))
    with pytest.raises(ThrottledError):
        zone.dns.change([Change("DELETE", alias())], "")


def test_more_than_five_requests_a_second_are_worth_another_attempt(zone: Zone) -> None:
    zone.cloud.time_passes(60)
    with pytest.raises(ThrottledError):
        [zone.dns.records([f"n{number}.demo.example.com"]) for number in range(9)]


def test_a_wildcard_is_found_and_moved_by_the_name_that_its_ingress_has(zone: Zone) -> None:
    host = "*.demo.example.com"
    zone.somebody_writes("CREATE", alias(host))
    side = Side(GREEN, {host: LoadBalancerTarget(BALANCER[GREEN], ALB_ZONE)})
    zone.dns.change(batch_to(zone.read(host), blue=BLUE, green=side, weight=5), "weight=5")
    assert weights_of(zone.read(host)) == {BLUE: 95, GREEN: 5}
    assert batch_to(zone.read(host), blue=BLUE, green=side, weight=5) == ()
