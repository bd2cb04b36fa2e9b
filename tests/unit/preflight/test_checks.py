"""Every check finds what it is for, says what would help, and passes in silence when all is well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from norikae.cluster.eks_port import Addon, Cluster, ClusterVersion
from norikae.errors import UnreachableError
from norikae.preflight.ground import Ground
from norikae.preflight.run import may_start, run_checks
from norikae.traffic.records import TRAFFIC_TYPES, RecordSet
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import NOW, application, demo_environment, ingress, unsynced
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.grounds import FakeInsights
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.ports import FakeBalancers, FakeLocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from norikae.preflight.finding import Finding

BLUE = "demo-1-33"
HOST = "web.demo.example.com"


class FakeNames:
    """The zone in memory."""

    def __init__(self, *records: RecordSet) -> None:
        self.found = list(records)

    def records(self, hosts: Sequence[str], types: Sequence[str] = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
        return tuple(record for record in self.found if record.name in hosts and record.type in types)


def record(host: str = HOST, *, owner: str = BLUE, weight: int | None = 100, kind: str = "A") -> RecordSet:
    raw: dict[str, Any] = {"Name": f"{host}.", "Type": kind, "AliasTarget": {"DNSName": "x.elb.amazonaws.com."}}
    if weight is not None:
        raw |= {"SetIdentifier": owner, "Weight": weight}
    return RecordSet(raw)


@pytest.fixture
def eks() -> FakeEks:
    return FakeEks(Cluster(BLUE, "1.33", "ACTIVE"))


@pytest.fixture
def api() -> FakeKubernetes:
    return FakeKubernetes(application("root", children=("web",)), application("web"), ingress("web", HOST))


@pytest.fixture
def names() -> FakeNames:
    return FakeNames(record(), record(kind="AAAA"))


@pytest.fixture
def ground(eks: FakeEks, api: FakeKubernetes, names: FakeNames) -> Ground:
    return Ground(
        environment=demo_environment(),
        blue_name=BLUE,
        version="1.35",
        eks=eks,
        kubernetes=api,
        names=names,
        locks=FakeLocks(),
        insights=FakeInsights(),
        subnets=FakeCompute(),
        trust=FakeIdentity(),
        balancers=FakeBalancers(),
        now=NOW,
    )


def only(ground: Ground, check: str) -> Finding:
    (finding,) = run_checks(ground)
    assert finding.check == check
    return finding


def test_a_sound_blue_has_no_findings(ground: Ground) -> None:
    assert run_checks(ground) == ()
    assert may_start(())


def test_the_target_must_be_newer(ground: Ground) -> None:
    finding = only(replace(ground, version="1.33"), "versions")
    assert finding.severity == "blocker"
    assert finding.text == "Kubernetes 1.33 is what serves today already; possible are 1.34, 1.35"


def test_the_target_must_be_offered(ground: Ground) -> None:
    finding = only(replace(ground, version="1.36"), "versions")
    assert finding.severity == "blocker"
    assert finding.text == "Kubernetes 1.36 is not offered by EKS; possible are 1.34, 1.35"


def test_a_target_in_extended_support_is_a_warning(ground: Ground, eks: FakeEks) -> None:
    eks.versions = (ClusterVersion("1.35", "EXTENDED_SUPPORT"), ClusterVersion("1.36", "STANDARD_SUPPORT"))
    finding = only(ground, "versions")
    assert (finding.severity, finding.remedy) == ("warning", "consider 1.36")
    assert may_start((finding,))


def test_an_addon_needs_a_version_for_the_target(ground: Ground, eks: FakeEks) -> None:
    eks.newest = {name: version for name, version in eks.newest.items() if name != "coredns"}
    assert only(ground, "addons").subject == "add-on coredns"


def test_an_addon_that_green_would_lack_is_a_warning(ground: Ground, eks: FakeEks) -> None:
    eks.added[BLUE] = {"snapshots": Addon("snapshots", "v1", "ACTIVE")}
    assert only(ground, "addons").severity == "warning"


def test_a_blue_that_does_not_run_what_git_says_blocks(ground: Ground, api: FakeKubernetes) -> None:
    api.put(unsynced("web"))
    findings = run_checks(ground)
    assert {finding.check for finding in findings} == {"applications-ready"}
    assert "on blue, it was never synced" in {finding.text for finding in findings}


def test_pods_that_an_interruption_moves_on_blue_keep_no_run_from_starting(ground: Ground, api: FakeKubernetes) -> None:
    api.put(application("web", health={"status": "Progressing"}))
    assert only(ground, "applications-ready").severity == "blocker"
    finding = only(replace(ground, disturbed=True), "applications-ready")
    assert (finding.severity, finding.text) == ("warning", "on blue, it is Progressing")
    api.put(application("web", health={"status": "Degraded"}))
    assert only(replace(ground, disturbed=True), "applications-ready").severity == "blocker"


def test_a_blue_without_its_applications_blocks(ground: Ground, api: FakeKubernetes) -> None:
    del api.objects["applications.argoproj.io", "argocd", "web"]
    assert only(ground, "applications-ready").text == "it does not exist on blue"


def test_a_resource_with_two_owners_blocks(ground: Ground, api: FakeKubernetes) -> None:
    shared = {"type": "SharedResourceWarning", "message": "Service shop/web is part of web and shop"}
    api.put(application("web", conditions=[shared]))
    assert "Service shop/web is part of web and shop" in only(ground, "applications-ready").text


def test_a_name_with_two_owners_blocks(ground: Ground, api: FakeKubernetes) -> None:
    api.put(ingress("shop", HOST))
    finding = only(ground, "host-names")
    assert (finding.subject, finding.text) == (HOST, "the applications shop, web all claim it")


def test_a_blue_with_nothing_to_shift_blocks(ground: Ground, api: FakeKubernetes) -> None:
    del api.objects["ingresses.networking.k8s.io", "shop", "web"]
    assert only(ground, "host-names").text == "no Ingress wants to be shifted"


@pytest.mark.parametrize(
    ("records", "text"),
    [
        ([], "it has no A record in the zone"),
        ([record(weight=None)], "its A record is not weighted"),
        ([record(), record(owner="demo-1-32", weight=0)], "its A record 'demo-1-32' (weight 0) is not demo-1-33's"),
        ([record(weight=0)], "all its A records have weight 0"),
    ],
)
def test_a_name_that_is_not_ours_blocks(ground: Ground, names: FakeNames, records: list[RecordSet], text: str) -> None:
    names.found = records
    finding = only(ground, "dns-ownership")
    assert finding.severity == "blocker"
    assert finding.text.startswith(text)


def test_the_records_of_an_earlier_attempt_are_expected(ground: Ground, names: FakeNames) -> None:
    names.found.append(record(owner="demo-1-35-a", weight=25))
    assert only(ground, "dns-ownership").blocks
    assert run_checks(replace(ground, green_name="demo-1-35-a")) == ()


def test_a_blue_that_only_knows_the_config_map_blocks_with_the_very_command(ground: Ground, eks: FakeEks) -> None:
    eks.clusters[BLUE] = replace(eks.clusters[BLUE], authentication_mode="CONFIG_MAP")
    finding = only(ground, "authentication-mode")
    assert finding.remedy == (
        "aws eks update-cluster-config --region ap-northeast-1 --name demo-1-33"
        " --access-config authenticationMode=API_AND_CONFIG_MAP"
    )


def test_a_check_that_breaks_is_an_unknown_and_an_unknown_blocks(ground: Ground) -> None:
    def broken(_: Ground) -> Iterator[Finding]:
        raise KeyError("spec")

    (finding,) = run_checks(ground, {"broken": broken})
    assert (finding.severity, finding.check) == ("unknown", "broken")
    assert "KeyError" in finding.text
    assert not may_start((finding,))


def test_a_check_that_breaks_late_keeps_what_it_found(ground: Ground) -> None:
    def breaks_late(_: Ground) -> Iterator[Finding]:
        yield from run_checks(replace(ground, version="1.36"))
        raise RuntimeError("later")

    findings = run_checks(ground, {"breaks-late": breaks_late})
    assert [finding.severity for finding in findings] == ["blocker", "unknown"]


def test_a_world_that_cannot_be_read_just_now_is_read_again(ground: Ground, api: FakeKubernetes) -> None:
    api.gone = True
    with pytest.raises(UnreachableError):
        run_checks(ground)


def test_a_blue_that_eks_does_not_know_is_unknown_to_the_checks_that_need_it(ground: Ground, eks: FakeEks) -> None:
    eks.clusters.clear()
    assert {finding.check for finding in run_checks(ground)} == {"versions", "authentication-mode", "removed-apis"}
