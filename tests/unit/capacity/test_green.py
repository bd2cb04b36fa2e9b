"""Green is as large as blue before its first weight, or the application holds and says what would help."""

from __future__ import annotations

import msgspec
import pytest

from norikae.capacity.ledger import Override
from norikae.capacity.looks import LAST_LOOK, most_looks, next_look
from norikae.capacity.workloads import AUTOSCALERS
from norikae.errors import UnreachableError
from norikae.upgrade.state import PlanItem
from tests.unit.drain.claims import claim
from tests.unit.fakes.scaling import DEPLOYMENTS, Scaling, autoscaler, deployment
from tests.unit.fakes.story import APP, BLUE, GREEN, RUN, WRITER, plan_of


def test_green_gets_the_pods_that_blue_has_and_they_are_waited_for_until_they_are_registered() -> None:
    story = Scaling()
    answer = story.scaled(25)
    assert (answer["next"], answer["weight"], answer["retry_after_seconds"]) == ("wait", 25, 10)
    assert answer["waiting_for"] == f"Deployment shop/{APP} on {GREEN} has 2 ready pods of 8 that blue has"
    assert (story.lowest(story.green), story.lowest(story.blue)) == (8, 2)
    story.pods(GREEN, 8, registered=5)
    assert "has 5 healthy targets, 8 are needed" in story.scaled()["waiting_for"]
    story.pods(GREEN, 8)
    assert story.scaled(25) == {"next": "go-on", "weight": 25, "waiting_for": ""}
    writes = list(story.green.writes)
    assert story.scaled(25)["next"] == "go-on", "and nobody looks again"
    assert story.green.writes == writes == [f"patch {AUTOSCALERS} {APP}-load"]


def test_pods_that_an_interruption_moves_on_blue_still_count() -> None:
    story = Scaling()
    story.blue.put(deployment(5, replicas=8))
    story.ports.claims.write(claim(cluster=BLUE, state="draining", due=0.0), instead_of=None)
    assert story.scaled()["waiting_for"] == f"Deployment shop/{APP} on {GREEN} has 2 ready pods of 8 that blue has"


def test_what_it_was_is_in_the_table_before_anything_changes() -> None:
    story = Scaling()
    story.cannot_be_patched(story.green, UnreachableError("connection refused"))
    with pytest.raises(UnreachableError):
        story.scaled()
    assert story.known().overrides == (
        Override(GREEN, AUTOSCALERS, "shop", f"{APP}-load", "minReplicas", was=2, now=8),
    )
    assert story.lowest(story.green) == 2


def test_a_look_that_is_done_twice_forgets_nothing() -> None:
    story = Scaling()
    for _ in range(3):
        assert story.scaled()["next"] == "wait"
    assert [one.was for one in story.known().overrides] == [2]
    assert story.green.writes == [f"patch {AUTOSCALERS} {APP}-load"]


def test_an_autoscaler_that_stops_short_of_blue_holds() -> None:
    story = Scaling(highest=6)
    answer = story.scaled()
    assert answer["next"] == "hold"
    assert "allows 6; raise maxReplicas in Git" in answer["waiting_for"]
    assert not story.green.writes


def test_a_green_that_does_not_grow_holds_and_whoever_resumes_gets_a_shorter_wait() -> None:
    story = Scaling()
    assert story.scaled()["next"] == "wait"
    story.time_passes(601)
    answer = story.scaled()
    assert answer["next"] == "hold"
    assert answer["waiting_for"].startswith("green is not as large as blue after 600 s: Deployment")
    story.time_passes(7200)
    assert (story.scaled()["next"], story.scaled()["retry_after_seconds"]) == ("wait", LAST_LOOK)
    story.time_passes(301)
    assert story.scaled()["next"] == "hold"


@pytest.mark.parametrize(
    ("heals", "owned", "text"),
    [
        (True, False, "Application shop heals itself and Git sets it; let shop ignore /spec/minReplicas"),
        (False, False, "find out who (kubectl get --show-managed-fields)"),
        (False, True, "ScaledObject load owns the autoscaler; raise the minimum there (KEDA: minReplicaCount)"),
    ],
)
def test_a_minimum_that_somebody_sets_back_holds_and_says_who(*, heals: bool, owned: bool, text: str) -> None:
    story = Scaling()
    mine = autoscaler(2)
    manifest = '{"spec":{"minReplicas":2}}'
    mine["metadata"]["annotations"] = {
        "argocd.argoproj.io/tracking-id": "shop:autoscaling/HorizontalPodAutoscaler:shop/load",
        "kubectl.kubernetes.io/last-applied-configuration": manifest,
    }
    if owned:
        mine["metadata"]["ownerReferences"] = [{"kind": "ScaledObject", "name": "load", "controller": True}]
    story.green.put(mine)
    policy = {"syncPolicy": {"automated": {"selfHeal": heals}}}
    story.green.put({"kind": "Application", "metadata": {"name": "shop", "namespace": "argocd"}, "spec": policy})
    assert story.scaled()["next"] == "wait"
    story.sets_lowest(story.green, 2)
    answer = story.scaled()
    assert answer["next"] == "hold"
    assert text in answer["waiting_for"]
    assert 'norikae.dev/scale: "false" on its Ingress' in answer["waiting_for"]
    assert not story.known().overrides, "there is nothing to take back"
    assert story.scaled()["next"] == "wait", "whoever resumes has repaired it"


def test_a_workload_without_an_autoscaler_is_scaled_by_itself() -> None:
    story = Scaling(blue=5)
    for api in (story.blue, story.green):
        api.delete(AUTOSCALERS, f"{APP}-load", "shop")
    assert story.scaled()["next"] == "wait"
    assert story.green.writes[-1] == f"patch {DEPLOYMENTS} {APP} scale"
    assert story.known().overrides[0].was == 2


def test_what_is_suspended_on_green_stays_so() -> None:
    story = Scaling()
    story.green.put(deployment(0, replicas=0))
    assert story.scaled()["next"] == "go-on"
    assert not story.green.writes


def test_a_green_that_is_large_enough_is_left_alone() -> None:
    story = Scaling(blue=2)
    assert story.scaled()["next"] == "go-on"
    assert not story.green.writes


def test_pods_that_an_autoscaler_may_take_away_again_do_not_count() -> None:
    story = Scaling()
    story.pods(GREEN, 8)
    assert story.scaled()["next"] == "wait"
    assert story.lowest(story.green) == 8


def test_an_application_can_say_no_and_so_can_the_environment() -> None:
    story = Scaling()
    stored = plan_of(story.ports)
    planned = msgspec.structs.replace(stored.plan.groups[0][0], scale=False)
    story.ports.table.write(
        WRITER, "PLAN", PlanItem(msgspec.structs.replace(stored.plan, groups=((planned,),)), stored.hash)
    )
    assert story.scaled()["next"] == "go-on"
    other = Scaling()
    other.sets(scale=False)
    assert other.scaled()["next"] == "go-on"
    assert not story.green.writes + other.green.writes


def test_an_operator_is_heard_first() -> None:
    story = Scaling()
    story.operators_say(aborted=True, by="mio")
    assert (story.scaled()["next"], story.scaled()["waiting_for"]) == ("roll-back", "aborted by mio")
    story.operators_say(paused=True, by="mio")
    assert story.scaled()["next"] == "hold"
    assert not story.green.writes


def test_a_shift_that_goes_on_at_a_weight_wants_what_blue_had_before_it() -> None:
    story = Scaling()
    story.grown()
    story.prepared()
    story.moved_to(50)
    story.pods(BLUE, 4)
    item = msgspec.structs.replace(story.known(), overrides=(), since=None, large_enough=False)
    story.ports.table.write(WRITER, f"SCALE#{APP}", item)
    story.sets_lowest(story.green, 2)
    assert story.scaled(50)["next"] == "wait"
    assert story.lowest(story.green) == 8
    assert story.ports.table.read(RUN, f"SCALE#{APP}", type(item)) == story.known()


def test_looks_get_rarer_and_their_number_is_known() -> None:
    spent, looks = 0, 1
    while spent <= 600:
        spent, looks = spent + next_look(spent), looks + 1
    assert most_looks(600, holds=0) == looks
    assert most_looks(600, holds=3) > looks
