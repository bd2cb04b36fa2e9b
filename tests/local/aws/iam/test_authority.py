from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.eks import EksSimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/function"
CLUSTER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/cluster"
Statement = dict[str, Any]


class Account:
    """An account with one function role, a table, a zone and a cluster."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.identities = Identities(ACCOUNT)
        self.eks = EksSimulator(
            self.kernel,
            account=ACCOUNT,
            region=REGION,
            identities=self.identities,
            on_active=lambda cluster: (f"https://{cluster.name}", "PEM"),
            trusts=lambda role, _: role == CLUSTER_ROLE,
        )
        self.eks.adopt("demo-1-33", "1.33", role_arn=CLUSTER_ROLE, subnets=["a", "c"], tags={"norikae": "managed"})
        self.front = Front(self.kernel, [self.eks], self.identities, ACCOUNT, REGION)
        self.front.start()
        self.iam = self.front.client("iam")
        self.iam.create_role(RoleName="function", AssumeRolePolicyDocument="{}")

    def grant(self, *statements: Statement) -> None:
        self.iam.put_role_policy(RoleName="function", PolicyName="inline", PolicyDocument=policy(*statements))

    def function(self, service: str) -> Any:
        return self.front.client(service, ROLE)


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str = "*", **condition: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **condition}


def deny(action: str, resource: str = "*") -> Statement:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


@pytest.fixture
def account() -> Iterator[Account]:
    built = Account()
    yield built
    built.front.stop()


def denied(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**request)
    found = error.value.response["Error"]
    assert found["Code"] in {"AccessDenied", "AccessDeniedException", "AuthorizationError"}, found
    return f"{found['Code']}: {found['Message']}"


def test_a_role_without_a_policy_may_do_nothing_and_the_text_is_that_of_aws(account: Account) -> None:
    text = denied(account.function("eks").describe_cluster, name="demo-1-33")

    assert text == (
        "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/function/function is not authorized to "
        "perform: eks:DescribeCluster on resource: arn:aws:eks:ap-northeast-1:123456789012:cluster/demo-1-33 "
        "because no identity-based policy allows the eks:DescribeCluster action"
    )


def test_an_allow_is_limited_to_its_resources(account: Account) -> None:
    account.grant(allow("eks:Describe*", f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/demo-1-33"))
    eks = account.function("eks")

    assert eks.describe_cluster(name="demo-1-33")["cluster"]["status"] == "ACTIVE"
    assert "cluster/prod" in denied(eks.describe_cluster, name="prod")


def test_an_explicit_deny_wins(account: Account) -> None:
    account.grant(allow("*"), deny("eks:DeleteCluster"))

    assert "explicit deny" in denied(account.function("eks").delete_cluster, name="demo-1-33")


def test_a_permissions_boundary_intersects(account: Account) -> None:
    account.grant(allow("*"))
    boundary = account.iam.create_policy(PolicyName="boundary", PolicyDocument=policy(allow("eks:Describe*")))
    account.iam.put_role_permissions_boundary(RoleName="function", PermissionsBoundary=boundary["Policy"]["Arn"])
    eks = account.function("eks")

    assert eks.describe_cluster(name="demo-1-33")
    assert "no permissions boundary allows" in denied(eks.delete_cluster, name="demo-1-33")


def test_an_attached_managed_policy_counts_like_an_inline_one(account: Account) -> None:
    attached = account.iam.create_policy(PolicyName="reader", PolicyDocument=policy(allow("eks:DescribeCluster")))
    account.iam.attach_role_policy(RoleName="function", PolicyArn=attached["Policy"]["Arn"])

    assert account.function("eks").describe_cluster(name="demo-1-33")


def test_a_changed_policy_counts_at_once(account: Account) -> None:
    eks = account.function("eks")
    denied(eks.describe_cluster, name="demo-1-33")

    account.grant(allow("eks:*"))

    assert eks.describe_cluster(name="demo-1-33")


def test_creating_a_cluster_passes_its_role(account: Account) -> None:
    account.grant(
        allow("eks:CreateCluster"),
        allow("iam:PassRole", CLUSTER_ROLE, Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
    )
    request = {
        "name": "demo-1-35-a",
        "version": "1.35",
        "roleArn": CLUSTER_ROLE,
        "resourcesVpcConfig": {"subnetIds": ["a", "c"]},
    }

    assert "perform: iam:PassRole" in denied(account.function("eks").create_cluster, **request)

    account.grant(
        allow("eks:CreateCluster"),
        allow("iam:PassRole", CLUSTER_ROLE, Condition={"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}}),
    )
    assert account.function("eks").create_cluster(**request)["cluster"]["status"] == "CREATING"


def test_tags_of_the_request_and_of_the_resource_can_be_conditions(account: Account) -> None:
    account.grant(
        allow("eks:DeleteCluster", Condition={"StringEquals": {"aws:ResourceTag/norikae": "other"}}),
        allow("eks:TagResource", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}),
    )
    eks, arn = account.function("eks"), account.eks.clusters["demo-1-33"].arn

    denied(eks.delete_cluster, name="demo-1-33")
    denied(eks.tag_resource, resourceArn=arn, tags={"team": "a", "owner": "b"})
    eks.tag_resource(resourceArn=arn, tags={"team": "a"})
    account.grant(allow("eks:DeleteCluster", Condition={"StringEquals": {"aws:ResourceTag/norikae": "managed"}}))
    assert eks.delete_cluster(name="demo-1-33")["cluster"]["status"] == "DELETING"


def test_an_access_entry_is_a_resource_of_its_own(account: Account) -> None:
    account.eks.create_access_entry(clusterName="demo-1-33", principalArn=ROLE)
    arn = account.eks.arn_of("access-entry", "demo-1-33", ROLE)
    account.grant(
        allow(
            "eks:AssociateAccessPolicy",
            f"arn:aws:eks:{REGION}:{ACCOUNT}:access-entry/demo-1-33/role/{ACCOUNT}/function/*",
            Condition={"ArnLike": {"eks:policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"}},
        )
    )
    request = {"clusterName": "demo-1-33", "principalArn": ROLE, "accessScope": {"type": "cluster"}}
    start = "arn:aws:eks::aws:cluster-access-policy/"

    text = denied(
        account.function("eks").associate_access_policy, policyArn=f"{start}AmazonEKSClusterAdminPolicy", **request
    )

    assert str(arn) in text
    assert account.function("eks").associate_access_policy(policyArn=f"{start}AmazonEKSViewPolicy", **request)


def change(name: str, kind: str = "A", action: str = "UPSERT") -> dict[str, Any]:
    record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    return {"Changes": [{"Action": action, "ResourceRecordSet": record}]}


def test_route_53_writes_can_be_limited_by_zone_name_type_and_action(account: Account) -> None:
    zone = account.front.client("route53").create_hosted_zone(Name="demo.example.com", CallerReference="1")
    zone_id = zone["HostedZone"]["Id"].rsplit("/", 1)[-1]
    prefix = "route53:ChangeResourceRecordSets"
    account.grant(
        allow(
            "route53:ChangeResourceRecordSets",
            f"arn:aws:route53:::hostedzone/{zone_id}",
            Condition={
                "ForAllValues:StringLike": {f"{prefix}NormalizedRecordNames": ["*.demo.example.com"]},
                "ForAllValues:StringEquals": {f"{prefix}RecordTypes": ["A"], f"{prefix}Actions": ["UPSERT"]},
            },
        )
    )
    write = account.function("route53").change_resource_record_sets

    assert write(HostedZoneId=zone_id, ChangeBatch=change("App.demo.example.com."))
    assert denied(write, HostedZoneId=zone_id, ChangeBatch=change("demo.example.com.")).startswith("AccessDenied:")
    denied(write, HostedZoneId=zone_id, ChangeBatch=change("app.demo.example.com", "NS"))
    denied(write, HostedZoneId=zone_id, ChangeBatch=change("app.demo.example.com", action="DELETE"))
    denied(write, HostedZoneId="ZOTHER", ChangeBatch=change("app.demo.example.com"))


def test_a_transaction_needs_the_permission_of_each_of_its_parts(account: Account) -> None:
    dynamodb = account.front.client("dynamodb")
    dynamodb.create_table(
        TableName="runs",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/runs"
    account.grant(
        allow("dynamodb:PutItem", table, Condition={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "RUN#*"}})
    )
    function = account.function("dynamodb")

    def parts(key: str, *verbs: str) -> list[dict[str, Any]]:
        made: dict[str, Any] = {
            "Put": {"TableName": "runs", "Item": {"pk": {"S": key}}},
            "Delete": {"TableName": "runs", "Key": {"pk": {"S": f"{key}-old"}}},
        }
        return [{verb: made[verb]} for verb in verbs]

    assert function.transact_write_items(TransactItems=parts("RUN#1", "Put"))
    assert "dynamodb:DeleteItem" in denied(function.transact_write_items, TransactItems=parts("RUN#1", "Put", "Delete"))
    denied(function.put_item, TableName="runs", Item={"pk": {"S": "ENV#demo"}})


def test_queries_and_batches_are_limited_by_their_partition_keys(account: Account) -> None:
    dynamodb = account.front.client("dynamodb")
    dynamodb.create_table(
        TableName="runs",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    runs_only = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "RUN#*"}}
    account.grant(allow(["dynamodb:Query", "dynamodb:BatchGetItem"], Condition=runs_only))
    function = account.function("dynamodb")

    def query(key: str) -> dict[str, Any]:
        return {
            "TableName": "runs",
            "KeyConditionExpression": "#p = :p AND begins_with(sk, :s)",
            "ExpressionAttributeNames": {"#p": "pk"},
            "ExpressionAttributeValues": {":p": {"S": key}, ":s": {"S": "APP#"}},
        }

    def batch(*keys: str) -> dict[str, Any]:
        return {"RequestItems": {"runs": {"Keys": [{"pk": {"S": key}, "sk": {"S": "PLAN"}} for key in keys]}}}

    assert function.query(**query("RUN#1"))["Count"] == 0
    denied(function.query, **query("ENV#demo"))
    assert function.batch_get_item(**batch("RUN#1", "RUN#2"))["Responses"] == {"runs": []}
    denied(function.batch_get_item, **batch("RUN#1", "ENV#demo"))


def test_tags_that_the_world_does_not_know_are_not_judged(account: Account) -> None:
    account.grant(allow("dynamodb:*", Condition={"StringEquals": {"aws:ResourceTag/team": "sre"}}))

    with pytest.raises(ClientError) as error:
        account.function("dynamodb").describe_table(TableName="runs")

    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize(
    ("service", "operation", "request_", "action", "resource", "code"),
    [
        ("s3", "head_object", {"Bucket": "b", "Key": "k/1"}, "s3:GetObject", "arn:aws:s3:::b/k/1", "403"),
        ("s3", "list_objects_v2", {"Bucket": "b"}, "s3:ListBucket", "arn:aws:s3:::b", "AccessDenied"),
        (
            "sns",
            "publish",
            {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t", "Message": "m"},
            "sns:Publish",
            f"arn:aws:sns:{REGION}:{ACCOUNT}:t",
            "AuthorizationError",
        ),
        (
            "stepfunctions",
            "start_execution",
            {"stateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:shift"},
            "states:StartExecution",
            f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:shift",
            "AccessDeniedException",
        ),
        (
            "stepfunctions",
            "send_task_success",
            {"taskToken": "t", "output": "{}"},
            "states:SendTaskSuccess",
            "*",
            "AccessDeniedException",
        ),
        (
            "lambda",
            "invoke",
            {"FunctionName": "plan"},
            "lambda:InvokeFunction",
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:plan",
            "AccessDeniedException",
        ),
        (
            "elbv2",
            "describe_target_health",
            {"TargetGroupArn": "t"},
            "elasticloadbalancing:DescribeTargetHealth",
            "*",
            "AccessDenied",
        ),
        ("cloudwatch", "list_metrics", {}, "cloudwatch:ListMetrics", "*", "AccessDenied"),
        (
            "kms",
            "describe_key",
            {"KeyId": "k1"},
            "kms:DescribeKey",
            f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k1",
            "AccessDeniedException",
        ),
    ],
)
def test_each_service_names_the_action_and_the_resource_and_spells_its_own_error(
    account: Account, service: str, operation: str, request_: dict[str, Any], action: str, resource: str, code: str
) -> None:
    with pytest.raises(ClientError) as error:
        getattr(account.function(service), operation)(**request_)

    found = error.value.response["Error"]
    assert found["Code"] == code
    if code != "403":  # a HEAD request has no body
        assert f"perform: {action} on resource: {resource} because" in found["Message"]
    account.grant(allow(action, resource))
    assert outcome(account.function(service), operation, request_) != code


def outcome(client: Any, operation: str, request_: dict[str, Any]) -> str:
    try:
        getattr(client, operation)(**request_)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "permitted"


def test_a_right_of_the_lambda_service_can_be_kept_from_the_code_of_the_function(account: Account) -> None:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:plan"
    from_code = {"ArnLike": {"lambda:SourceFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"}}
    account.grant(allow("ec2:*"), {"Effect": "Deny", "Action": "ec2:*", "Resource": "*", "Condition": from_code})
    assert outcome(account.function("ec2"), "describe_subnets", {}) == "NotImplemented"

    account.identities.belongs_to(ROLE, function)

    assert outcome(account.function("ec2"), "describe_subnets", {}) == "UnauthorizedOperation"
    assert account.front.permits(ROLE, "ec2:CreateNetworkInterface", "*"), "Lambda itself calls, not the code"


def test_a_part_of_a_cluster_that_does_not_exist_is_judged_by_its_place(account: Account) -> None:
    start = f"arn:aws:eks:{REGION}:{ACCOUNT}"
    account.grant(allow("eks:Describe*", f"{start}:*/demo-1-33/*"))
    eks = account.function("eks")

    assert outcome(eks, "describe_nodegroup", {"clusterName": "demo-1-33", "nodegroupName": "a"}) == (
        "ResourceNotFoundException"
    )
    text = denied(eks.describe_access_entry, clusterName="prod", principalArn=f"arn:aws:iam::{ACCOUNT}:role/p/sync")
    assert f"{start}:access-entry/prod/role/{ACCOUNT}/sync/none" in text


def test_a_condition_that_is_not_evaluated_is_neither_an_allow_nor_a_deny(account: Account) -> None:
    account.grant(allow("eks:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))

    with pytest.raises(ClientError) as error:
        account.function("eks").describe_cluster(name="demo-1-33")

    assert error.value.response["Error"]["Code"] == "NotImplemented"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_call_whose_resource_cannot_be_derived_is_not_judged(account: Account) -> None:
    account.grant(allow("*"))

    with pytest.raises(ClientError) as error:
        account.function("scheduler").list_schedules()

    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_role_that_does_not_exist_may_do_nothing(account: Account) -> None:
    ghost = account.front.client("eks", f"arn:aws:iam::{ACCOUNT}:role/ghost")

    assert "does not exist" in denied(ghost.list_clusters)


def test_a_batch_of_messages_needs_the_permission_of_a_single_one(account: Account) -> None:
    url = account.front.client("sqs").create_queue(QueueName="letters")["QueueUrl"]
    account.grant(allow("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"))

    sent = account.function("sqs").send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "check"}])

    assert [one["Id"] for one in sent["Successful"]] == ["1"]
    denied(account.function("sqs").delete_message_batch, QueueUrl=url, Entries=[{"Id": "1", "ReceiptHandle": "handle"}])


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_whoever_sends_to_something_encrypted_needs_its_key_by_way_of_the_service(
    service: str, account: Account
) -> None:
    key = account.front.client("kms").create_key()["KeyMetadata"]["Arn"]
    attributes = {"KmsMasterKeyId": key}
    fifo = attributes | {"FifoQueue": "true"}
    url = account.front.client("sqs").create_queue(QueueName="letters.fifo", Attributes=fifo)["QueueUrl"]
    topic = account.front.client("sns").create_topic(Name="news", Attributes=attributes)["TopicArn"]
    said = {"MessageBody": "hello", "MessageGroupId": "a", "MessageDeduplicationId": "b"}
    send = {
        "sqs": (account.function("sqs").send_message, {"QueueUrl": url} | said),
        "sns": (account.function("sns").publish, {"TopicArn": topic, "Message": "hello"}),
    }
    call, members = send[service]

    may = allow(["sqs:SendMessage", "sns:Publish"])
    account.grant(may)
    assert "kms:GenerateDataKey" in denied(call, **members)
    for via in ("sns", "sqs"):
        condition = {"StringEquals": {"kms:ViaService": [f"{via}.{REGION}.amazonaws.com"]}}
        account.grant(may, allow(["kms:GenerateDataKey", "kms:Decrypt"], key, Condition=condition))
        if via == service:
            assert call(**members)["MessageId"]
        else:
            assert "kms:GenerateDataKey" in denied(call, **members)


def test_a_secret_is_read_by_whoever_may_read_just_that_one(account: Account) -> None:
    arn = account.front.client("secretsmanager").create_secret(Name="chat", SecretString="x")["ARN"]
    account.grant(allow("secretsmanager:GetSecretValue", arn))
    assert account.function("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "x"
    other = account.front.client("secretsmanager").create_secret(Name="other", SecretString="y")["ARN"]
    assert "secretsmanager:GetSecretValue" in denied(
        account.function("secretsmanager").get_secret_value, SecretId=other
    )


def test_everybody_may_ask_who_it_is(account: Account) -> None:
    assert account.function("sts").get_caller_identity()["Arn"].endswith(":assumed-role/function/function")


def test_what_aws_sends_or_takes_with_a_role_needs_the_key_of_the_queue(account: Account) -> None:
    key = account.front.client("kms").create_key()["KeyMetadata"]["Arn"]
    attributes = {"KmsMasterKeyId": key}
    url = account.front.client("sqs").create_queue(QueueName="dead", Attributes=attributes)["QueueUrl"]
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"
    through = {"StringEquals": {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}}
    may = allow(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"], queue)
    account.grant(may)
    allowed = {one: account.front.permits(ROLE, f"sqs:{one}Message", queue) for one in ("Send", "Receive", "Delete")}
    assert allowed == {"Send": False, "Receive": False, "Delete": True}
    assert "kms:Decrypt" in denied(account.function("sqs").receive_message, QueueUrl=url)
    account.grant(may, allow("kms:Decrypt", key, Condition=through))
    assert not account.front.permits(ROLE, "sqs:SendMessage", queue)
    assert account.front.permits(ROLE, "sqs:ReceiveMessage", queue)
    assert "Messages" not in account.function("sqs").receive_message(QueueUrl=url)
    account.grant(may, allow(["kms:Decrypt", "kms:GenerateDataKey"], key, Condition=through))
    assert account.front.permits(ROLE, "sqs:SendMessage", queue)
    assert not account.front.permits(f"{ROLE}-2", "sqs:SendMessage", queue)
