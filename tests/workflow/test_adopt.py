"""A cluster that serves is adopted and let go of by commands, through the machine and the real handlers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.adopted import Serving, serve
from local.assembly import ROOT, assembly
from local.cluster.git import GitRepositories
from local.demo.scenarios import Scenario
from local.demo.stage import DOMAIN, ENVIRONMENT, repository
from local.deploy import Deployment, deploy
from local.team_secrets import TeamSecrets
from local.world import World
from stacks.environment_file import load

BLUE = "demo-1-33"
HOST = f"files-upload.{DOMAIN}"


class Company:
    """A cluster that serves, and norikae deployed beside it; nobody has let norikae in."""

    def __init__(self, *, admits: bool) -> None:
        environment = load(ROOT / "environments" / f"{ENVIRONMENT}.yaml")
        git = GitRepositories(
            {environment.argocd.repository: repository(("files-upload",), Scenario("story", "", "succeeded"))}
        )
        self.world = World(environment, git)
        TeamSecrets(self.world).create()  # without which their pods do not start
        account, region = environment.account, environment.region
        self.deployment: Deployment = deploy(
            assembly(ENVIRONMENT), self.world.client, runtime=self.world.runtime, account=account, region=region
        )
        serve(self.world, Serving(BLUE, "1.33", DOMAIN, tags={"team": "sre"}, admits=admits))

    def command(self, **fields: Any) -> dict[str, Any]:
        function = self.deployment.functions["operator_command"]
        outcome = self.world.kernel.run(self.world.kernel.process(self.world.runtime.invoke(function, fields)))
        assert not outcome.error_type, outcome.error_message
        answer: dict[str, Any] = outcome.payload
        return answer

    def errand(self, verb: str) -> tuple[str, str]:
        """Give a command and wait for what it started: status and cause."""
        name = self.command(command=verb, by="hanako", reason="story")["started"]
        execution = next(one for one in self.world.step_functions.executions.values() if one.name == name)
        self.world.kernel.run(execution.finished)
        self.world.route53.settle()
        return execution.status, execution.cause or ""

    def admins(self) -> list[str]:
        """The roles of functions that may do everything on blue."""
        found = self.world.eks.clusters[BLUE].entries
        return [role.rpartition("/")[2] for role, entry in found.items() if entry.policies and "norikae" in role]

    def entries(self) -> dict[str, list[str]]:
        found = self.world.eks.clusters[BLUE].entries
        return {role.rpartition("/")[2]: list(entry.groups) for role, entry in found.items() if "norikae" in role}

    def rights(self) -> set[str]:
        roles = self.world.clusters[BLUE].api.list("clusterroles.rbac.authorization.k8s.io")
        return {role["metadata"]["name"] for role in roles if role["metadata"]["name"].startswith("norikae")}


@pytest.fixture
def company(request: pytest.FixtureRequest) -> Iterator[Company]:
    """A company whose network lets the functions in, or does not."""
    made = Company(admits=request.param)
    with made.world:
        yield made
    assert made.world.front.failures == []


@pytest.mark.scenario
@pytest.mark.parametrize("company", [True], indirect=True)
def test_what_is_adopted_can_be_let_go_of_without_a_trace(company: Company) -> None:
    cluster = company.world.eks.clusters[BLUE]
    assert company.errand("adopt") == ("SUCCEEDED", "")
    groups = {group for found in company.entries().values() for group in found}
    assert groups == {
        "norikae:read",
        "norikae:compare",
        "norikae:hand-off",
        "norikae:drain",
        "norikae:drain-delete",
        "norikae:decommission",
        "norikae:scale",
        "norikae:restart",
        "norikae:secrets",
    }
    assert not any(entry.policies for role, entry in cluster.entries.items() if "norikae" in role)
    assert "norikae-read" in company.rights()
    assert company.world.route53.weights_of(HOST) == {BLUE: 100}
    assert cluster.tags == {"team": "sre", "norikae:environment": "demo", "norikae:role": "blue"}
    assert company.command(command="status")["adoption"]["outcome"] == "adopted"

    assert company.errand("unadopt") == ("SUCCEEDED", ""), company.command(command="status")
    assert company.entries() == {}
    assert company.rights() == set()
    assert company.world.route53.weights_of(HOST) == {"serving": 100}
    assert cluster.tags == {"team": "sre"}
    assert company.command(command="status")["adoption"]["outcome"] == "undone"


@pytest.mark.scenario
@pytest.mark.parametrize("company", [False], indirect=True)
def test_a_cluster_that_the_functions_cannot_reach_is_refused_until_the_named_rule_is_there(company: Company) -> None:
    status, cause = company.errand("adopt")
    group = company.world.eks.clusters[BLUE].vpc["clusterSecurityGroupId"]
    (ours,) = company.world.environment.network.security_groups
    assert status == "FAILED"
    assert f"--group-id {group} --protocol tcp --port 443 --source-group {ours}" in cause
    assert not any(
        entry.policies for role, entry in company.world.eks.clusters[BLUE].entries.items() if "Adopt" in role
    )

    company.world.client("ec2").authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": ours}]},
        ],
    )
    assert company.errand("adopt") == ("SUCCEEDED", "")
    assert company.world.route53.weights_of(HOST) == {BLUE: 100}


@pytest.mark.scenario
@pytest.mark.parametrize("company", [True], indirect=True)
def test_an_adoption_that_is_stopped_in_the_console_leaves_nobody_as_admin(company: Company) -> None:
    name = company.command(command="adopt", by="hanako", reason="story")["started"]
    execution = next(one for one in company.world.step_functions.executions.values() if one.name == name)
    while not company.admins():
        company.world.kernel.run(1)
    company.world.step_functions.stop_execution(executionArn=execution.arn, error="Operator", cause="stopped")
    company.world.kernel.run(30)
    assert company.admins() == []
    company.world.kernel.run(240)
    adoption = company.command(command="status")["adoption"]
    assert (adoption["outcome"], adoption["reason"]) == ("refused", "the execution was aborted; ask again")
    assert company.errand("adopt") == ("SUCCEEDED", "")
    assert company.admins() == []
