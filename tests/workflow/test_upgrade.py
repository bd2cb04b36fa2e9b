"""Whole upgrades through the synthesized machines and the real handlers, in virtual time."""

from __future__ import annotations

import pytest

from tests.workflow.upgrades import Upgrade

pytestmark = pytest.mark.scenario


@pytest.mark.xdist_group("upgrade")
def test_three_applications_move_without_losing_a_request() -> None:
    with Upgrade("chat-api", "files-upload", "notify-push") as upgrade:
        assert upgrade.run_to_end(upgrade.start()) == "SUCCEEDED"
        report = upgrade.report()
        assert report["outcome"] == "succeeded"
        assert [one["weights"][-1][1] for one in report["applications"]] == [100, 100, 100]
        assert upgrade.world.cluster_states() == {"demo-1-35-a": "ACTIVE"}
        assert upgrade.lease().holder == ""
        assert upgrade.serves_everywhere()
        assert pods_of_green_have_their_roles(upgrade)
        assert green_is_wholly_gits_again(upgrade)


def green_is_wholly_gits_again(upgrade: Upgrade) -> bool:
    """Every application follows the branch that blue's followed, and the root's parameters are blue's."""
    apps = upgrade.world.clusters["demo-1-35-a"].api.list("applications.argoproj.io", "argocd")
    root = next(app["spec"]["source"] for app in apps if app["metadata"]["name"] == "root")
    parameters = {one["name"]: one["value"] for one in root["helm"]["parameters"]}
    return (
        {app["spec"]["source"]["targetRevision"] for app in apps} == {"main"}
        and parameters == {"cluster": "demo-1-35-a", "revision": "main"}
        and {app["status"]["sync"]["status"] for app in apps} == {"Synced"}
    )


def pods_of_green_have_their_roles(upgrade: Upgrade) -> bool:
    """Green has a statement beside the one of blue's owners, a token of green was tried, Pod Identity is on."""
    role = upgrade.world.client("iam").get_role(RoleName="demo-chat-api")["Role"]
    sids = [one.get("Sid", "") for one in role["AssumeRolePolicyDocument"]["Statement"]]
    calls = [call for call in upgrade.world.front.calls if call.operation == "AssumeRoleWithWebIdentity"]
    associations = upgrade.world.eks.clusters["demo-1-35-a"].associations.values()
    return (
        [sid[:15] for sid in sids] == ["", "NorikaeDemo135A"]
        and {call.error_code for call in calls} == {None}
        and sorted(one["serviceAccount"] for one in associations)
        == ["aws-secret-operator", "external-secrets", "files-upload"]
    )


@pytest.mark.long
@pytest.mark.xdist_group("crash")
def test_a_run_whose_functions_die_one_time_in_ten_ends_the_same() -> None:
    with Upgrade("chat-api", "files-upload", "notify-push", crash_probability=0.1) as upgrade:
        assert upgrade.run_to_end(upgrade.start()) == "SUCCEEDED"
        died = [one for one in upgrade.world.runtime.invocations if one.fate.name != "LIVES"]
        assert len(died) >= 10
        assert upgrade.world.cluster_states() == {"demo-1-35-a": "ACTIVE"}
        assert upgrade.report()["outcome"] == "succeeded"
        assert upgrade.serves_everywhere()


@pytest.mark.long
@pytest.mark.xdist_group("same-seed")
def test_the_same_seed_gives_the_same_run_to_the_last_event() -> None:
    stories = []
    for _ in range(2):
        with Upgrade("files-upload", crash_probability=0.05, seed=7) as upgrade:
            run = upgrade.start()
            assert upgrade.run_to_end(run) == "SUCCEEDED"
            batches = [(batch.time, batch.comment, batch.changes) for batch in upgrade.world.route53.history]
            stories.append((upgrade.report(), run.history.events, batches, upgrade.stage.clients.total))
    first, second = stories
    assert first == second
