"""External-dns is told the weights: what rises first, never through nothing, and only where nobody puts them back."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.errors import RefusedError, StaleWriterError, TransientError
from norikae.traffic.declare import declare, next_wishes
from norikae.traffic.moving import Moving
from norikae.traffic.records import RecordSet
from norikae.upgrade.recovery import recover
from norikae.upgrade.state import PhaseItem
from tests.unit.fakes.owned import BLUE_SET, GREEN_SET, PREFIX, OwnedStory, owned
from tests.unit.fakes.ports import FakeDns
from tests.unit.fakes.story import APP, BLUE, GREEN, SHIFT, WRITER

WEIGHTS = st.fixed_dictionaries({"blue": st.integers(0, 255), "green": st.integers(0, 255)})


class ToldStory(OwnedStory):
    """The same story, whose external-dns write what the Ingresses say."""

    def __init__(self, **more: Any) -> None:
        super().__init__(owner="external-dns", **more)
        self.sums: list[int] = []

    def loops(self) -> None:
        """The external-dns of both clusters run once."""
        for cluster in (BLUE, GREEN):
            (ingress,) = self.ports.apis[cluster].list("ingresses.networking.k8s.io")
            weight = int(ingress["metadata"]["annotations"][f"{PREFIX}aws-weight"])
            for key, record in self.ports.dns.sets.items():
                if record.set_identifier == f"eks-{cluster}":
                    self.ports.dns.sets[key] = RecordSet({**record.raw, "Weight": weight})
            self.sums.append(sum(self.weights().values()))  # type: ignore[arg-type]

    def until_in_force(self, weight: int) -> int:
        """Set a weight and look every 15 s until it is in force; the looks."""
        change = self.set_to(weight)
        for look in range(1, 40):
            self.time_passes(15)
            if look % 4 == 0:
                self.loops()
            if self.in_force(weight, change) == "bake":
                return look
        raise AssertionError("never in force")

    def until_back(self) -> None:
        for look in range(1, 80):
            if self.rolled_back() != "wait":
                return
            self.time_passes(15)
            if look % 4 == 0:
                self.loops()
        raise AssertionError("never back")


@given(current=WEIGHTS, wanted=WEIGHTS.filter(lambda one: sum(one.values()) > 0))
def test_wishes_lead_to_what_is_wanted_and_never_through_nothing(
    current: dict[str, int], wanted: dict[str, int]
) -> None:
    for _ in range(4):
        wishes = next_wishes(current, wanted)
        if not wishes:
            break
        for name in wishes:  # in any order, since two external-dns write them
            others = {one: weight for one, weight in {**current, **wishes}.items() if one != name}
            assert current[name] + sum(others.values()) > 0 or sum(current.values()) == 0
        current = {**current, **wishes}
        assert sum(current.values()) > 0
    assert current == wanted


def test_green_rises_before_blue_falls_and_a_minute_passes_before_the_bake() -> None:
    story = ToldStory()
    assert story.prepared() == {"next": "step", "weight": 5}
    story.set_to(5)
    assert story.weights() == {BLUE_SET: 100, GREEN_SET: 0}, "norikae writes no record"
    story.loops()
    assert story.weights() == {BLUE_SET: 100, GREEN_SET: 5}
    assert story.in_force(5, "declared") == "wait"
    story.loops()
    assert story.weights() == {BLUE_SET: 95, GREEN_SET: 5}
    assert story.in_force(5, "declared") == "wait", "Route 53 has it, its name servers may not"
    story.time_passes(59)
    assert story.in_force(5, "declared") == "wait"
    story.time_passes(1)
    assert story.in_force(5, "declared") == "bake"
    assert story.ports.dns.batches == []


def test_an_application_moves_all_the_way_and_never_through_nothing() -> None:
    story = ToldStory()
    story.prepared()
    for weight in (5, 50, 100):
        story.until_in_force(weight)
        story.time_passes(301)
        answer = story.judged(weight)
    assert answer["next"] == "finish"
    assert story.weights() == {BLUE_SET: 0, GREEN_SET: 100}
    assert min(story.sums) >= 100
    assert story.ports.dns.batches == []


def test_the_way_back_raises_blue_first() -> None:
    story = ToldStory(stops=(50,))
    story.prepared()
    story.until_in_force(100)
    story.until_back()
    assert story.item().outcome == "rolled-back"
    assert story.weights() == {BLUE_SET: 100, GREEN_SET: 0}
    assert min(story.sums) >= 100


def test_a_stopped_shift_is_back_after_the_three_looks_that_lambda_gives() -> None:
    """An asynchronous invocation is tried again after one minute, and once more after two."""
    story = ToldStory()
    story.prepared()
    story.until_in_force(50)
    stopped = {"detail": {"executionArn": SHIFT, "status": "ABORTED"}}
    for pause in (60, 120):
        with pytest.raises(TransientError, match="not in force yet"):
            recover(story.ports, stopped)
        story.time_passes(pause)
        story.loops()
    assert story.weights() == {BLUE_SET: 100, GREEN_SET: 0}
    assert recover(story.ports, stopped)["outcome"] == "rolled-back"
    assert min(story.sums) >= 100


def test_a_shift_that_died_between_two_declarations_goes_on_with_them() -> None:
    story = ToldStory()
    story.prepared()
    story.set_to(50)
    story.loops()
    assert story.weights() == {BLUE_SET: 100, GREEN_SET: 50}
    assert story.prepared() == {"next": "step", "weight": 50}
    story.until_in_force(50)
    assert story.weights() == {BLUE_SET: 50, GREEN_SET: 50}


def test_an_external_dns_that_does_not_write_holds() -> None:
    story = ToldStory()
    story.prepared()
    change = story.set_to(5)
    story.time_passes(story.ports.environment.dns.propagation_deadline + 1)
    with pytest.raises(RefusedError, match="PENDING for more than"):
        story.in_force(5, change)


def test_a_weight_that_nobody_declared_is_a_foreign_one() -> None:
    story = ToldStory()
    story.prepared()
    story.until_in_force(5)
    for key, record in story.ports.dns.sets.items():
        if record.set_identifier == GREEN_SET:
            story.ports.dns.sets[key] = RecordSet({**record.raw, "Weight": 77})
    story.time_passes(301)
    assert story.judged(5)["next"] == "contested"


def test_records_that_evaluate_target_health_are_refused() -> None:
    story = ToldStory()
    healthy = [
        RecordSet({**one.raw, "AliasTarget": {**one.raw["AliasTarget"], "EvaluateTargetHealth": True}})
        if "AliasTarget" in one.raw
        else one
        for one in owned(BLUE, 100)
    ]
    story.ports.dns = FakeDns(*healthy, *owned(GREEN, 0))
    with pytest.raises(RefusedError, match="annotate aws-evaluate-target-health: false"):
        story.prepared()


def argo_application(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"namespace": "argocd", "name": APP},
        "spec": {"source": {}, "destination": {}, **spec},
    }


def test_an_argo_cd_that_would_put_the_weight_back_is_refused_with_what_to_write() -> None:
    story = ToldStory()
    for cluster in (BLUE, GREEN):
        api = story.ports.apis[cluster]
        (ingress,) = api.list("ingresses.networking.k8s.io")
        ingress["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"] = f"{APP}:networking.k8s.io/Ingress:shop/x"
        api.put(ingress)
        api.put(argo_application())
    with pytest.raises(RefusedError, match=r"Argo CD would put .*/aws-weight of Ingress shop/billing back") as refusal:
        story.prepared()
    assert '"/metadata/annotations/external-dns.kubernetes.io~1aws-weight"' in str(refusal.value)
    pointer = "/metadata/annotations/external-dns.kubernetes.io~1aws-weight"
    rule = {"group": "networking.k8s.io", "kind": "Ingress", "jsonPointers": [pointer]}
    for cluster in (BLUE, GREEN):
        options = {"syncOptions": ["RespectIgnoreDifferences=true"]}
        story.ports.apis[cluster].put(argo_application(ignoreDifferences=[rule], syncPolicy=options))
    assert story.prepared() == {"next": "step", "weight": 5}


def test_nothing_raises_blue_once_it_is_being_taken_apart() -> None:
    story = ToldStory()
    story.prepared()
    story.until_in_force(100)
    story.ports.table.write(WRITER, "PHASE", PhaseItem(phase="decommission-blue", point_of_no_return=True))
    moving = Moving.read(story.ports, WRITER, APP)
    with pytest.raises(RefusedError, match="decommission has begun"):
        declare(moving, {BLUE_SET: 0, GREEN_SET: 100}, {BLUE_SET: 100, GREEN_SET: 0})


def test_green_begins_only_beside_a_blue_that_has_its_weight() -> None:
    assert next_wishes({"blue": 1, "green": 0}, {"blue": 95, "green": 5}) == {"blue": 95}
    assert next_wishes({"blue": 95, "green": 0}, {"blue": 95, "green": 5}) == {"green": 5}


def test_whoever_lost_the_lease_tells_external_dns_nothing() -> None:
    story = ToldStory()
    story.prepared()
    change = story.set_to(5)
    story.loops()
    story.ports.table.write = Mock(side_effect=StaleWriterError("lost"))  # type: ignore[method-assign]
    with pytest.raises(StaleWriterError):
        story.in_force(5, change)
    story.loops()
    assert story.weights() == {BLUE_SET: 100, GREEN_SET: 5}


@pytest.mark.parametrize("what", ["gone", "elsewhere"])
def test_a_way_back_ends_whatever_external_dns_made_of_greens_records(what: str) -> None:
    story = ToldStory(stops=(50,))
    story.prepared()
    for weight in (5, 50):
        story.until_in_force(weight)
        story.time_passes(301)
        story.judged(weight)
    for key, record in list(story.ports.dns.sets.items()):
        if record.set_identifier == GREEN_SET:
            if what == "gone":
                del story.ports.dns.sets[key]
            elif "AliasTarget" in record.raw:
                alias = {**record.raw["AliasTarget"], "DNSName": "anew.elb.example."}
                story.ports.dns.sets[key] = RecordSet({**record.raw, "AliasTarget": alias})
    story.until_back()
    assert story.weights()[BLUE_SET] == 100
    assert story.weights().get(GREEN_SET, 0) == 0
    assert story.item().outcome == "rolled-back"
