"""Who may do what, in the synthesized template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

import pytest

from norikae.settings import Settings
from stacks.boundary import ROOM_FOR_SECRETS
from stacks.cluster_grants import Group
from stacks.permissions import FUNCTIONS
from stacks.row import Row
from tests.stacks.template import Template, allowed, length, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

TAKES_NO_RESOURCE = {
    "autoscaling:DescribeScalingActivities": "takes no resource",
    "autoscaling:DescribeAutoScalingGroups": "takes no resource",
    "autoscaling:DescribeLifecycleHooks": "takes no resource",
    "cloudtrail:LookupEvents": "takes no resource",
    "cloudwatch:DescribeAlarms": "composite alarms are returned only to whoever may describe all (API reference)",
    "cloudwatch:GetMetricData": "metrics are not resources of IAM",
    "ec2:AssignPrivateIpAddresses": "for the Lambda service in a VPC; the boundary keeps the code from it",
    "ec2:CreateNetworkInterface": "for the Lambda service in a VPC; the boundary keeps the code from it",
    "ec2:DeleteNetworkInterface": "for the Lambda service in a VPC; the boundary keeps the code from it",
    "ec2:DescribeNetworkInterfaces": "takes no resource",
    "ec2:DescribeSecurityGroupRules": "takes no resource",
    "ec2:DescribeSubnets": "takes no resource",
    "ec2:DescribeInstanceStatus": "takes no resource",
    "ec2:DescribeInstances": "takes no resource",
    "ec2:DescribeLaunchTemplates": "takes no resource",
    "ec2:DescribeTags": "takes no resource",
    "ec2:UnassignPrivateIpAddresses": "for the Lambda service in a VPC; the boundary keeps the code from it",
    "eks:CreateCluster": "the cluster does not exist yet; limited by tag and by the creator's rights",
    "eks:DescribeAddonVersions": "EKS's own catalogue",
    "eks:DescribeClusterVersions": "EKS's own catalogue",
    "eks:ListClusters": "takes no resource",
    "elasticloadbalancing:DescribeListeners": "takes no resource",
    "elasticloadbalancing:DescribeLoadBalancerAttributes": "takes no resource",
    "elasticloadbalancing:DescribeLoadBalancers": "takes no resource",
    "elasticloadbalancing:DescribeRules": "takes no resource",
    "elasticloadbalancing:DescribeTags": "takes no resource",
    "elasticloadbalancing:DescribeTargetGroups": "takes no resource",
    "elasticloadbalancing:DescribeTargetHealth": "takes no resource",
    "iam:GetAccountSummary": "takes no resource",
    "iam:ListOpenIDConnectProviders": "takes no resource",
    "logs:CreateLogDelivery": "log delivery of state machines takes no resource",
    "logs:DeleteLogDelivery": "log delivery of state machines takes no resource",
    "logs:DescribeLogGroups": "log delivery of state machines takes no resource",
    "logs:DescribeResourcePolicies": "log delivery of state machines takes no resource",
    "logs:GetLogDelivery": "log delivery of state machines takes no resource",
    "logs:ListLogDeliveries": "log delivery of state machines takes no resource",
    "logs:PutResourcePolicy": "log delivery of state machines takes no resource",
    "logs:UpdateLogDelivery": "log delivery of state machines takes no resource",
    "health:DescribeEvents": "takes no resource",
    "states:SendTaskFailure": "a task token is not a resource; exactly one role has it",
    "states:SendTaskSuccess": "a task token is not a resource; exactly one role has it",
    "xray:GetSamplingRules": "X-Ray takes no resource",
    "xray:GetSamplingTargets": "X-Ray takes no resource",
    "xray:PutTelemetryRecords": "X-Ray takes no resource",
    "xray:PutTraceSegments": "X-Ray takes no resource",
}
ROWS = pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)


def test_every_function_has_a_role_of_its_own_under_the_boundary(template: Template) -> None:
    roles = {template.role_of(row.identifier): row for row in FUNCTIONS}
    assert len(roles) == len(FUNCTIONS) == len(template.of("AWS::Lambda::Function"))
    for role, row in roles.items():
        assert template.boundary_of(role) == _boundary(row)
        assert "ManagedPolicyArns" not in template.of("AWS::IAM::Role")[role]


def _boundary(row: Row) -> str:
    """The construct of a row's boundary."""
    return "DoorBoundary" if row.door else "Boundary"


def test_exactly_one_role_can_answer_a_waiting_state(template: Template) -> None:
    answering = {
        role
        for role in template.of("AWS::IAM::Role")
        if any(action.startswith("states:SendTask") for action in allowed(template.rights(role)))
    }
    assert answering == {template.role_of("OperatorCommand")}


def test_the_boundary_keeps_every_other_role_from_answering(template: Template) -> None:
    (denied,) = [s for s in template.boundary() if s["Effect"] == "Deny" and s["Action"] == "states:SendTask*"]
    name = template.of("AWS::IAM::Role")[template.role_of("OperatorCommand")]["RoleName"]
    arn = denied["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert json.dumps(arn).count(f":role/{name}") == 1


def test_no_right_names_an_action_by_wildcard(template: Template) -> None:
    roles = template.of("AWS::IAM::Role")
    statements = [s for role in roles for s in template.rights(role)]
    statements += [*template.boundary(), *template.boundary("DoorBoundary")]
    assert [action for action in allowed(statements) if "*" in action] == []


def test_a_right_on_every_resource_is_one_that_takes_none(template: Template) -> None:
    unlimited = {
        action
        for role in template.of("AWS::IAM::Role")
        for statement in template.rights(role)
        if "*" in listed(statement["Resource"])
        for action in listed(statement["Action"])
    }
    assert unlimited == set(TAKES_NO_RESOURCE)


@ROWS
def test_the_boundary_allows_what_the_role_allows(template: Template, row: Row) -> None:
    assert allowed(template.rights(template.role_of(row.identifier))) <= allowed(template.boundary(_boundary(row)))


@pytest.mark.parametrize("row", [row for row in FUNCTIONS if row.asynchronous], ids=lambda row: row.name)
def test_what_events_could_not_do_becomes_a_dead_letter_under_the_boundary(template: Template, row: Row) -> None:
    """Lambda sends it with the function's own role, and makes no function whose role may not."""
    (sends,) = template.allowing(row.identifier, "sqs:SendMessage")[:1]
    assert sends["Resource"] == template.function(row.identifier)["DeadLetterConfig"]["TargetArn"]
    within = [one for one in template.boundary(_boundary(row)) if "sqs:SendMessage" in listed(one["Action"])]
    everywhere = {"*", "arn:aws:sqs:ap-northeast-1:123456789012:norikae-demo-*"}
    assert any(arn in everywhere for one in within for arn in listed(one["Resource"]) if isinstance(arn, str))


@pytest.mark.parametrize("kind", ["Boundary", "DoorBoundary"])
def test_a_boundary_is_no_wider_than_all_of_its_roles_together(template: Template, kind: str) -> None:
    rows = [row for row in FUNCTIONS if _boundary(row) == kind]
    wanted = {action for row in rows for action in allowed(template.rights(template.role_of(row.identifier)))}
    assert allowed(template.boundary(kind)) == wanted


def test_a_door_touches_no_cluster_no_record_and_no_waiting_state(template: Template) -> None:
    kinds = {action.partition(":")[0] for action in allowed(template.boundary("DoorBoundary"))}
    assert kinds == {
        *("logs", "xray", "dynamodb", "kms", "sns", "sqs", "lambda", "secretsmanager"),
        *("eks", "health"),
    }
    assert {one for one in allowed(template.boundary("DoorBoundary")) if one.startswith("eks:")} == {
        "eks:DescribeCluster",
        "eks:DescribeClusterVersions",
    }


def test_a_door_invokes_the_one_function_that_carries_commands_out(template: Template) -> None:
    invoking = {
        row.name: statement["Resource"]
        for row in FUNCTIONS
        for statement in template.allowing(row.identifier, "lambda:InvokeFunction")
    }
    assert set(invoking) == {"answer_chat", "start_on_schedule", "watch_support"}
    assert all(arn.endswith(":function:norikae-demo-operator-command") for arn in invoking.values())


def test_an_ear_can_do_nothing_but_read_its_key_and_put_letters_into_the_queue(template: Template) -> None:
    for chat in ("slack", "chatwork"):
        role = template.role_of(f"Hear{chat.capitalize()}")
        assert {one for one in allowed(template.rights(role)) if not one.startswith(("logs:", "xray:"))} == {
            *("secretsmanager:GetSecretValue", "sqs:SendMessage"),
            *("kms:Decrypt", "kms:GenerateDataKey"),
        }
        (read,) = template.allowing(f"Hear{chat.capitalize()}", "secretsmanager:GetSecretValue")
        assert read["Resource"].endswith(f":secret:norikae/demo/{chat}-??????")


def test_the_boundary_fits_into_a_managed_policy(template: Template) -> None:
    assert length({"Version": "2012-10-17", "Statement": template.boundary()}) + _room_left_for_secrets(template) < 6144
    assert length({"Version": "2012-10-17", "Statement": template.boundary("DoorBoundary")}) < 6144


def _room_left_for_secrets(template: Template) -> int:
    """Characters by which the boundary may still grow before it names secrets no more one by one."""
    named = [
        one for s in template.boundary() if "secretsmanager:GetSecretValue" in s["Action"] for one in s["Resource"]
    ]
    return ROOM_FOR_SECRETS - sum(map(len, named))


@ROWS
def test_the_rights_of_a_role_fit_into_its_own_policies(template: Template, row: Row) -> None:
    role = template.role_of(row.identifier)
    policies = [one for one in template.of("AWS::IAM::Policy").values() if {"Ref": role} in one["Roles"]]
    assert sum(length(one["PolicyDocument"]) for one in policies) < 10240


def test_only_the_build_passes_roles_and_each_to_its_own_service(template: Template) -> None:
    passing = [
        (row.name, statement)
        for row in FUNCTIONS
        for statement in template.rights(template.role_of(row.identifier))
        if "iam:PassRole" in listed(statement["Action"])
    ]
    assert {name for name, _ in passing} == {"ensure_green_cluster"}
    roles = template.of("AWS::IAM::Role")

    def trusted(resource: str | dict[str, list[str]]) -> str:
        if isinstance(resource, str):
            return resource.rpartition("/")[2]
        document = roles[resource["Fn::GetAtt"][0]]["AssumeRolePolicyDocument"]
        return str(document["Statement"][0]["Principal"]["Service"])

    passed = {
        statement["Condition"]["StringEquals"]["iam:PassedToService"]: [trusted(one) for one in listed(resources)]
        for _, statement in passing
        for resources in [statement["Resource"]]
    }
    assert passed == {
        "eks.amazonaws.com": ["eks.amazonaws.com", "ec2.amazonaws.com"],
        "ec2.amazonaws.com": ["ec2.amazonaws.com"],
        "pods.eks.amazonaws.com": ["demo-files-upload", "demo-secret-operators"],
    }


def test_the_hand_over_lets_our_own_admins_out_of_built_clusters_and_nobody_else(template: Template) -> None:
    (leaving,) = template.allowing("HandOverGreen", "eks:DeleteAccessEntry")
    assert template.allowing("HandOverGreen", "eks:DisassociateAccessPolicy") == [leaving]
    assert leaving["Resource"].endswith(":access-entry/demo-*/*")
    admins = [row for row in FUNCTIONS if "norikae:admin" in row.groups]
    roles = [{"Fn::GetAtt": [template.role_of(row.identifier), "Arn"]} for row in admins]
    assert leaving["Condition"] == {"ArnEquals": {"eks:principalArn": roles}}


def test_recover_lets_the_adopting_role_out_of_the_adopted_cluster_and_nobody_else(template: Template) -> None:
    (leaving,) = template.allowing("Recover", "eks:DeleteAccessEntry")
    assert leaving["Resource"].endswith(":access-entry/demo-1-33/*")
    adopter = {"Fn::GetAtt": [template.role_of("AdoptCluster"), "Arn"]}
    assert leaving["Condition"] == {"ArnEquals": {"eks:principalArn": adopter}}


def test_only_listed_roles_can_be_extended_and_only_where_clusters_come_and_go(template: Template) -> None:
    extending = {
        row.name: statement["Resource"]
        for row in FUNCTIONS
        for statement in template.rights(template.role_of(row.identifier))
        if "iam:UpdateAssumeRolePolicy" in listed(statement["Action"])
    }
    assert extending
    coming, going = {"ensure_green_cluster"}, {"decommission_blue", "clean_green", "report_failure", "recover"}
    assert set(extending) == coming | going
    assert set(extending.values()) == {"arn:aws:iam::123456789012:role/demo-chat-api"}


@pytest.mark.parametrize(
    ("action", "tag"),
    [("iam:CreateOpenIDConnectProvider", "aws:RequestTag"), ("iam:DeleteOpenIDConnectProvider", "aws:ResourceTag")],
)
def test_issuers_come_and_go_only_with_the_tag_of_the_environment(template: Template, action: str, tag: str) -> None:
    found = [
        statement
        for row in FUNCTIONS
        for statement in template.rights(template.role_of(row.identifier))
        if action in listed(statement["Action"])
    ]
    assert found
    for statement in found:
        assert statement["Condition"] == {"StringEquals": {f"{tag}/norikae:environment": "demo"}}
        assert statement["Resource"].endswith(":oidc-provider/oidc.eks.ap-northeast-1.amazonaws.com/id/*")


def test_records_are_written_only_in_the_zone_and_only_of_our_types(template: Template) -> None:
    writing = [
        statement
        for row in FUNCTIONS
        for statement in template.rights(template.role_of(row.identifier))
        if "route53:ChangeResourceRecordSets" in listed(statement["Action"])
    ]
    assert writing
    for statement in writing:
        types = statement["Condition"]["ForAllValues:StringEquals"]["route53:ChangeResourceRecordSetsRecordTypes"]
        assert types == ["A", "AAAA", "CNAME", "TXT"]
        assert statement["Condition"]["Null"]["route53:ChangeResourceRecordSetsRecordTypes"] == "false"
        assert statement["Resource"] == "arn:aws:route53:::hostedzone/Z0DEMO1EXAMPLE"


def test_a_step_of_a_shift_cannot_change_records_and_whoever_can_is_listed(template: Template) -> None:
    writing = {row.name for row in FUNCTIONS if template.allowing(row.identifier, "route53:ChangeResourceRecordSets")}
    synchronous = {"adopt_cluster", "clean_green", "decommission_blue", "recover"}
    back = {"roll_back_application", "roll_back_applications", "restore_safe_weights"}
    assert writing == {"write_zone"} | synchronous | back


def _bell(template: Template) -> str:
    """The logical id of the bell's queue."""
    return template.queue("ZoneBellQueue")[0]


def test_only_the_writer_hears_the_bell_and_who_wants_something_written_rings(template: Template) -> None:
    arn = {"Fn::GetAtt": [_bell(template), "Arn"]}
    hearing = {
        row.name
        for row in FUNCTIONS
        for statement in template.allowing(row.identifier, "sqs:ReceiveMessage")
        if statement["Resource"] == arn
    }
    assert hearing == {"write_zone"}
    ringing = {
        row.name: [statement["Resource"] for statement in found]
        for row in FUNCTIONS
        if (found := [one for one in template.allowing(row.identifier, "sqs:SendMessage") if one["Resource"] == arn])
    }
    assert ringing == {
        key: [arn]
        for key in (
            *("soak", "roll_back_applications", "set_weights", "restore_safe_weights", "roll_back_application"),
            "write_zone",
        )
    }


def test_the_bell_starts_the_writer_in_order_and_its_dead_letters_alarm(template: Template) -> None:
    queue = template.of("AWS::SQS::Queue")[_bell(template)]
    mapping = template.reader_of(_bell(template))
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (10, ["ReportBatchItemFailures"])
    writer = next(row for row in FUNCTIONS if row.name == "write_zone")
    assert queue["FifoQueue"] is True
    assert queue["VisibilityTimeout"] == 2 * writer.timeout
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    dead = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert "ApproximateNumberOfMessagesVisible" in template.alarms_on(dead)


def test_only_two_functions_delete_clusters_and_only_the_decommission_the_adopted_one(template: Template) -> None:
    deleting = {
        row.name: {statement["Resource"].rpartition("/")[2]: statement.get("Condition") for statement in found}
        for row in FUNCTIONS
        if (found := template.allowing(row.identifier, "eks:DeleteCluster"))
    }
    tagged = {"StringEquals": {"aws:ResourceTag/norikae:environment": "demo"}}
    assert deleting == {
        "decommission_blue": {"demo-*": tagged, "demo-1-33": None},
        "clean_green": {"demo-*": tagged},
    }


def test_groups_of_nodes_are_made_and_deleted_by_their_tags_only(template: Template) -> None:
    ours = {"StringEquals": {"aws:ResourceTag/norikae:environment": "demo"}}
    adopted = {"StringEquals": {"aws:ResourceTag/kubernetes.io/cluster/demo-1-33": "owned"}}
    groups = "autoScalingGroup:*:autoScalingGroupName"
    deleting = {
        row.name: {s["Resource"].partition(":123456789012:")[2]: s["Condition"] for s in found}
        for row in FUNCTIONS
        if (found := template.allowing(row.identifier, "autoscaling:DeleteAutoScalingGroup"))
    }
    assert deleting == {
        "decommission_blue": {f"{groups}/demo-*": ours, f"{groups}/*": adopted},
        "clean_green": {f"{groups}/demo-*": ours},
    }
    (making,) = template.allowing("EnsureGreenCluster", "autoscaling:CreateAutoScalingGroup")
    assert making["Condition"] == {"StringEquals": {"aws:RequestTag/norikae:environment": "demo"}}


@pytest.mark.parametrize(
    "action",
    [
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "ec2:DeleteSecurityGroup",
    ],
)
def test_orphans_are_deleted_by_their_clusters_tag_only(template: Template, action: str) -> None:
    deleting = {
        row.name: [statement["Condition"] for statement in found]
        for row in FUNCTIONS
        if (found := template.allowing(row.identifier, action))
    }
    of_ours = {"StringLike": {"aws:ResourceTag/elbv2.k8s.aws/cluster": ["demo-*", "demo-1-33"]}}
    assert deleting == {"decommission_blue": [of_ours], "clean_green": [of_ours]}


MODIFY = "elasticloadbalancing:ModifyLoadBalancerAttributes"


def test_attributes_of_load_balancers_are_changed_by_nobody_unless_the_environment_says_so(template: Template) -> None:
    assert [row.name for row in FUNCTIONS if template.allowing(row.identifier, MODIFY)] == []
    assert MODIFY not in allowed(template.boundary())


@pytest.mark.long
def test_attributes_are_changed_where_a_run_lowers_and_restores_them_and_by_the_clusters_tag_only(
    sticky_template: Template,
) -> None:
    changing = {
        row.name: statement for row in FUNCTIONS for statement in sticky_template.allowing(row.identifier, MODIFY)
    }
    assert changing.keys() == {"sync_platform", "finish_upgrade", "report_failure", "recover"}
    of_ours = {"StringLike": {"aws:ResourceTag/elbv2.k8s.aws/cluster": ["demo-*", "demo-1-33"]}}
    assert [one["Condition"] for one in changing.values()] == [of_ours] * 4
    assert all("loadbalancer/app/*" in str(one["Resource"]) for one in changing.values())
    assert MODIFY in allowed(sticky_template.boundary())


@pytest.mark.long
@pytest.mark.parametrize(("action", "what"), [("s3:GetObject", "/*"), ("s3:ListBucket", "")])
def test_access_logs_are_read_by_the_decommission_only_and_in_named_buckets_only(
    template: Template, sticky_template: Template, action: str, what: str
) -> None:
    def reading(one: Template) -> dict[str, list[str]]:
        found = {row.name: one.allowing(row.identifier, action) for row in FUNCTIONS}
        return {name: [str(s["Resource"]) for s in statements] for name, statements in found.items() if statements}

    assert reading(template) == {}
    assert reading(sticky_template) == {"decommission_blue": [f"arn:aws:s3:::demo-access-logs{what}"]}
    assert allowed(sticky_template.boundary()) >= {action}
    assert action not in allowed(template.boundary())


def test_instances_come_from_launch_templates_only(template: Template) -> None:
    (launching,) = template.allowing("EnsureGreenCluster", "ec2:RunInstances")
    templates = launching["Condition"]["ArnLike"]["ec2:LaunchTemplate"]
    assert templates == "arn:aws:ec2:ap-northeast-1:123456789012:launch-template/*"
    tagging = template.allowing("EnsureGreenCluster", "ec2:CreateTags")
    assert {tuple(s["Condition"]["StringEquals"]["ec2:CreateAction"]) for s in tagging} == {
        ("CreateLaunchTemplate", "RunInstances")
    }


def test_the_build_lets_roles_in_only_as_members_of_our_groups(template: Template) -> None:
    rights = template.rights(template.role_of("EnsureGreenCluster"))
    (let_in,) = [s for s in rights if "eks:CreateAccessEntry" in listed(s["Action"])]
    (adding,) = template.allowing("EnsureGreenCluster", "eks:UpdateAccessEntry")
    assert adding == let_in
    entries = [arn for arn in adding["Resource"] if ":access-entry/" in arn]
    assert [arn.rpartition(":")[2] for arn in entries] == ["access-entry/demo-*/*"]
    assert adding["Condition"] == {"ForAllValues:StringLike": {"eks:kubernetesGroups": ["norikae:*"]}}
    assert {group for row in FUNCTIONS for group in row.groups} == set(get_args(Group))


def test_the_adoption_reaches_the_adopted_cluster_only_and_gives_no_group_but_ours(template: Template) -> None:
    rights = template.rights(template.role_of("AdoptCluster"))
    writing = {"eks:CreateAccessEntry", "eks:UpdateAccessEntry", "eks:DeleteAccessEntry", "eks:AssociateAccessPolicy"}
    touched = {arn for s in rights if writing & set(listed(s["Action"])) for arn in listed(s["Resource"])}
    assert {arn.partition(":123456789012:")[2] for arn in touched} == {
        "cluster/demo-1-33",
        "access-entry/demo-1-33/*",
    }
    (let_in,) = [s for s in rights if "eks:CreateAccessEntry" in listed(s["Action"])]
    assert let_in["Condition"] == {"ForAllValues:StringLike": {"eks:kubernetesGroups": ["norikae:*"]}}


def test_a_command_starts_upgrades_errands_and_shifts(template: Template) -> None:
    rights = template.rights(template.role_of("OperatorCommand"))
    (starting,) = [s for s in rights if "states:StartExecution" in listed(s["Action"])]
    assert {arn.rpartition(":")[2] for arn in listed(starting["Resource"])} == {
        "norikae-demo-adopt",
        "norikae-demo-clean-green",
        "norikae-demo-shift",
        "norikae-demo-upgrade",
    }


def test_a_command_may_ask_for_a_node_to_be_emptied_and_sees_whether_a_run_lives(template: Template) -> None:
    queue = {"Fn::GetAtt": [template.queue("InterruptionsQueue")[0], "Arn"]}
    assert queue in [one["Resource"] for one in template.allowing("OperatorCommand", "sqs:SendMessage")]
    assert template.allowing("OperatorCommand", "states:DescribeExecution")
    variables = template.function("OperatorCommand")["Environment"]["Variables"]
    assert variables["NORIKAE_UPGRADE_MACHINE"].endswith("stateMachine:norikae-demo-upgrade")
    assert "NORIKAE_INTERRUPTIONS_QUEUE" in variables


def test_lifecycle_actions_are_answered_in_the_environments_own_groups_only(template: Template) -> None:
    answering = template.allowing("ReconcileInterruptions", "autoscaling:CompleteLifecycleAction")
    assert [statement["Condition"] for statement in answering] == [
        {"StringEquals": {"aws:ResourceTag/norikae:environment": "demo"}},
        {"StringLike": {"aws:ResourceTag/eks:cluster-name": ["demo-*", "demo-1-33"]}},
        {"StringEquals": {"aws:ResourceTag/kubernetes.io/cluster/demo-1-33": "owned"}},
    ]
    assert not template.allowing("ReconcileInterruptions", "autoscaling:RecordLifecycleActionHeartbeat")


def test_the_reconciler_starts_drains_and_nothing_else(template: Template) -> None:
    (starting,) = template.allowing("ReconcileInterruptions", "states:StartExecution")
    assert starting["Resource"].rpartition(":")[2] == "norikae-demo-drain"


def test_the_upgrade_machine_may_start_and_follow_shifts(template: Template) -> None:
    (role,) = [name for name in template.of("AWS::IAM::Role") if name.startswith("MachinesUpgradeRole")]
    needed = {
        "states:StartExecution": "arn:aws:states:ap-northeast-1:123456789012:stateMachine:norikae-demo-shift",
        "states:DescribeExecution": "arn:aws:states:ap-northeast-1:123456789012:execution:norikae-demo-shift:*",
        "states:StopExecution": "arn:aws:states:ap-northeast-1:123456789012:execution:norikae-demo-shift:*",
        **dict.fromkeys(
            ("events:PutTargets", "events:PutRule", "events:DescribeRule"),
            "arn:aws:events:ap-northeast-1:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule",
        ),
    }
    for action, resource in needed.items():
        (statement,) = [s for s in template.rights(role) if action in listed(s["Action"])]
        assert statement["Resource"] == resource


def test_the_bootstrap_of_argo_cd_reads_only_the_secrets_that_the_environment_file_names_for_it(
    template: Template,
) -> None:
    secret = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:norikae/demo/gitops-??????"
    (reading,) = template.allowing("EnsureArgoCD", "secretsmanager:GetSecretValue")
    assert reading["Resource"] == secret
    (key,) = [
        statement
        for statement in template.rights(template.role_of("EnsureArgoCD"))
        if "secretsmanager.ap-northeast-1.amazonaws.com" in json.dumps(statement.get("Condition", {}))
    ]
    assert key["Condition"]["StringLike"] == {"kms:EncryptionContext:SecretARN": [secret]}


@pytest.mark.long
def test_nobody_may_patch_an_ingress_unless_the_environment_lets_external_dns_be_told(
    template: Template, told_template: Template
) -> None:
    weighing = {row.identifier for row in FUNCTIONS if "norikae:weigh" in row.groups}
    assert weighing
    assert "norikae:weigh" not in access(template)
    told = json.dumps(access(told_template)["norikae:weigh"])
    assert {identifier for identifier in weighing if f"Functions{identifier}Role" in told} == weighing


def access(template: Template) -> Mapping[str, tuple[str, ...]]:
    """Kubernetes group to roles, as the function that builds green is told."""
    function = template.function("EnsureGreenCluster")
    value = function["Environment"]["Variables"]["NORIKAE_ACCESS"]
    parts = value["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else part["Fn::GetAtt"][0] for part in parts)
    return Settings.from_variables({"NORIKAE_ACCESS": text}).access


def test_a_drain_answers_lifecycle_actions_of_the_environments_groups_only(template: Template) -> None:
    answering = template.allowing("DrainSlice", "autoscaling:CompleteLifecycleAction")
    assert answering == template.allowing("DrainSlice", "autoscaling:RecordLifecycleActionHeartbeat")
    assert [statement["Condition"] for statement in answering] == [
        {"StringEquals": {"aws:ResourceTag/norikae:environment": "demo"}},
        {"StringLike": {"aws:ResourceTag/eks:cluster-name": ["demo-*", "demo-1-33"]}},
        {"StringEquals": {"aws:ResourceTag/kubernetes.io/cluster/demo-1-33": "owned"}},
    ]


def test_a_drain_starts_its_own_machine_and_no_other(template: Template) -> None:
    (starting,) = template.allowing("DrainSlice", "states:StartExecution")
    assert starting["Resource"].rpartition(":")[2] == "norikae-demo-drain"


@pytest.mark.long
def test_pods_are_deleted_only_where_a_policy_says_so(template: Template, told_template: Template) -> None:
    assert "FunctionsDrainSliceRole" in json.dumps(access(template)["norikae:drain-delete"])
    assert "norikae:drain" in access(told_template)
    assert "norikae:drain-delete" not in access(told_template)
