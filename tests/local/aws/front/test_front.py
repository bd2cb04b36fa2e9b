from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from local.aws.front import LATENCY, Fault
from local.aws.simulator import Simulator

from .conftest import ACCOUNT, FUNCTION, REGION, World

if TYPE_CHECKING:
    from local.aws.front import Call

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def refused(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    answer = error.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def table(world: World) -> Any:
    dynamodb = world.front.client("dynamodb")
    dynamodb.create_table(
        TableName="runs",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return dynamodb


def test_a_simulator_answers_its_service_and_knows_who_asks(world: World) -> None:
    function = world.front.client("route53", world.role(ALLOW_ALL))

    answer = function.get_change(Id="C01")

    assert answer["ChangeInfo"]["Status"] == "INSYNC"
    assert world.zones.callers == ["set-weights"]


def test_a_refusal_of_a_simulator_arrives_as_the_typed_error_with_the_status_of_the_model(world: World) -> None:
    client = world.front.client("route53")

    with pytest.raises(client.exceptions.NoSuchChange) as error:
        client.get_change(Id="C0BAD")

    assert refused(error) == ("NoSuchChange", 404)


def test_what_a_simulator_does_not_do_is_a_loud_501(world: World) -> None:
    with pytest.raises(ClientError) as error:
        world.front.client("route53").list_hosted_zones()

    assert refused(error) == ("NotImplemented", 501)


def test_a_defect_of_a_simulator_reaches_the_caller_and_the_list_of_failures(world: World) -> None:
    with pytest.raises(ClientError) as error:
        world.front.client("route53").get_change(Id="C0DEFECT")

    assert refused(error) == ("NotImplemented", 501)
    assert "ZeroDivisionError" in world.front.failures[0]


def test_a_defect_outside_of_any_simulator_is_an_answer_too(world: World) -> None:
    def break_down(_call: Any, _when: str) -> None:
        raise ZeroDivisionError("a defect")

    world.front.on_call.append(break_down)
    with pytest.raises(ClientError, match="the front failed in the embedded world"):
        world.front.client("route53").get_change(Id="C1")

    assert "ZeroDivisionError" in world.front.failures[0]


def test_a_symmetric_key_encrypts_and_has_no_key_pair_and_an_asymmetric_one_signs(world: World) -> None:
    kms = world.front.client("kms")
    symmetric = kms.create_key()["KeyMetadata"]
    asymmetric = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=symmetric["KeyId"], Plaintext=b"evidence")["CiphertextBlob"]
    signed = kms.sign(KeyId=asymmetric, Message=b"evidence", SigningAlgorithm="ECDSA_SHA_256")

    assert symmetric["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"evidence"
    assert signed["Signature"]


def test_what_moto_does_to_its_own_model_of_s3_does_not_reach_the_clients() -> None:
    for _ in range(2):
        again = World()
        s3 = again.front.client("s3")
        s3.create_bucket(Bucket="evidence", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="evidence", Key="runs/1.json", Body=b"{}")
        assert s3.get_object(Bucket="evidence", Key="runs/1.json")["Body"].read() == b"{}"
        again.front.stop()


def test_what_moto_does_not_do_is_a_loud_501(world: World) -> None:
    with pytest.raises(ClientError) as error:
        world.front.client("autoscaling").start_instance_refresh(AutoScalingGroupName="workers")

    assert refused(error) == ("NotImplemented", 501)


def test_moto_serves_the_other_services_at_the_time_of_the_world(world: World) -> None:
    s3 = world.front.client("s3")
    s3.create_bucket(Bucket="evidence", CreateBucketConfiguration={"LocationConstraint": REGION})

    s3.put_object(Bucket="evidence", Key="runs/1/plan.json", Body=b"{}")
    stored = s3.get_object(Bucket="evidence", Key="runs/1/plan.json")

    assert stored["Body"].read() == b"{}"
    assert stored["LastModified"] == world.kernel.utcnow()


def test_the_same_seed_gives_moto_the_same_identifiers() -> None:
    def key_of(seed: int) -> str:
        world = World(seed)
        try:
            return str(world.front.client("kms").create_key()["KeyMetadata"]["KeyId"])
        finally:
            world.front.stop()

    assert key_of(7) == key_of(7)
    assert key_of(7) != key_of(8)


def test_a_new_world_finds_nothing_of_the_last_one() -> None:
    first = World()
    table(first)
    first.front.stop()
    second = World()

    assert second.front.client("dynamodb").list_tables()["TableNames"] == []
    second.front.stop()


def test_caller_identity_is_the_session_of_the_role(world: World) -> None:
    identity = world.front.client("sts", FUNCTION).get_caller_identity()

    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/set-weights/set-weights"
    assert identity["Account"] == ACCOUNT


def test_a_call_costs_a_function_virtual_time_and_the_operator_none(world: World) -> None:
    role = world.role(ALLOW_ALL)
    before = world.kernel.seconds()
    world.front.client("route53").get_change(Id="C01")
    assert world.kernel.seconds() == before

    world.front.client("route53", role).get_change(Id="C01")

    assert world.kernel.seconds() == pytest.approx(before + LATENCY)


def test_every_call_is_recorded_with_its_caller_and_its_error(world: World) -> None:
    client = world.front.client("route53")
    client.get_change(Id="C01")
    with pytest.raises(ClientError):
        client.get_change(Id="C0BAD")

    recorded = [(c.principal.name, c.service, c.operation, c.params, c.error_code) for c in world.front.calls]

    assert recorded == [
        ("operator", "route53", "GetChange", {"Id": "C01"}, None),
        ("operator", "route53", "GetChange", {"Id": "C0BAD"}, "NoSuchChange"),
    ]


def test_an_error_of_moto_is_recorded_too(world: World) -> None:
    with pytest.raises(ClientError):
        world.front.client("dynamodb").describe_table(TableName="missing")

    assert world.front.calls[-1].error_code == "ResourceNotFoundException"


def test_a_throttle_comes_before_the_effect(world: World) -> None:
    dynamodb = table(world)
    world.front.faults.append(lambda call: Fault.throttled() if call.operation == "PutItem" else None)

    with pytest.raises(ClientError) as error:
        dynamodb.put_item(TableName="runs", Item={"pk": {"S": "a"}})

    assert refused(error) == ("ThrottlingException", 400)
    assert dynamodb.scan(TableName="runs")["Count"] == 0


def test_an_executed_call_whose_answer_is_lost_has_its_effect(world: World) -> None:
    dynamodb = table(world)
    world.front.faults.append(lambda call: Fault.executed_then_lost() if call.operation == "PutItem" else None)

    with pytest.raises(ConnectionClosedError):
        dynamodb.put_item(TableName="runs", Item={"pk": {"S": "a"}})

    assert dynamodb.scan(TableName="runs")["Count"] == 1
    assert [c.lost for c in world.front.calls if c.operation == "PutItem"] == [True]


def test_the_runtime_sees_each_call_before_and_after_its_effect(world: World) -> None:
    seen: list[tuple[str, str, str]] = []

    def watch(call: Call, phase: str) -> None:
        seen.append((call.operation, phase, call.principal.access_key))

    world.front.on_call.append(watch)
    world.front.client("route53", world.role(ALLOW_ALL)).get_change(Id="C01")

    key = world.identities.access_key_for(FUNCTION)
    assert [s for s in seen if s[0] == "GetChange"] == [("GetChange", "before", key), ("GetChange", "after", key)]


def test_an_unknown_access_key_is_refused(world: World) -> None:
    stranger = boto3.client(
        "route53",
        endpoint_url=world.front.url,
        region_name=REGION,
        aws_access_key_id="ASIASTRANGERSTRANGER",
        aws_secret_access_key="x",
    )

    with pytest.raises(ClientError) as error:
        stranger.get_change(Id="C01")

    assert refused(error) == ("UnrecognizedClientException", 403)
    stranger.close()


def test_an_unsigned_request_is_refused(world: World) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403") as error:
        urllib.request.urlopen(f"{world.front.url}/2013-04-01/change/C01")  # noqa: S310 - loopback

    assert b"MissingAuthenticationToken" in error.value.read()


def test_an_operation_that_the_service_does_not_have_is_unknown(world: World) -> None:
    key = world.identities.admin.access_key
    scope = f"{key}/20261124/{REGION}/dynamodb/aws4_request"
    request = urllib.request.Request(  # noqa: S310 - loopback
        world.front.url,
        data=b"{}",
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "DynamoDB_20120810.DropTable",
        },
    )

    with pytest.raises(urllib.error.HTTPError, match="404") as error:
        urllib.request.urlopen(request)  # noqa: S310 - loopback

    assert b"UnknownOperationException" in error.value.read()


def test_moto_creates_in_the_account_of_the_world() -> None:
    world = World(account="210987654321")
    try:
        arn = world.front.client("sns").create_topic(Name="runs")["TopicArn"]
    finally:
        world.front.stop()

    assert arn == f"arn:aws:sns:{REGION}:210987654321:runs"


def test_another_region_is_a_loud_501(world: World) -> None:
    key = world.identities.admin.access_key
    abroad = boto3.client(
        "dynamodb",
        endpoint_url=world.front.url,
        region_name="eu-west-1",
        aws_access_key_id=key,
        aws_secret_access_key=world.identities.secret_key_for(key),
    )

    with pytest.raises(ClientError) as error:
        abroad.list_tables()

    assert refused(error) == ("NotImplemented", 501)
    abroad.close()


@pytest.mark.parametrize(
    ("service", "operation", "request_", "code", "part"),
    [
        ("logs", "create_log_group", {"logGroupName": "a b"}, "InvalidParameterException", "regular expression"),
        ("sns", "create_topic", {"Name": "t", "Tags": [{"Key": "k" * 129, "Value": ""}]}, "InvalidParameter", "128"),
        (
            "dynamodb",
            "create_table",
            {"TableName": "t", "KeySchema": [{"AttributeName": "pk", "KeyType": "FIRST"}], "AttributeDefinitions": []},
            "ValidationException",
            "enum value set: [HASH, RANGE]",
        ),
    ],
)
def test_parameters_that_the_model_does_not_admit_are_refused_as_the_service_spells_it(
    world: World, service: str, operation: str, request_: dict[str, Any], code: str, part: str
) -> None:
    with pytest.raises(ClientError) as error:
        getattr(world.front.client(service), operation)(**request_)

    assert refused(error) == (code, 400)
    assert part in error.value.response["Error"]["Message"]


class Echo(Simulator):
    """One operation for each wire protocol that a simulator of the world speaks."""

    service: ClassVar[str] = "elbv2"

    def describe_target_groups(self, **request: Any) -> dict[str, Any]:
        return {"TargetGroups": [{"TargetGroupName": name, "Port": 80} for name in request.get("Names", [])]}


class Machines(Simulator):
    service: ClassVar[str] = "stepfunctions"

    def describe_execution(self, **request: Any) -> dict[str, Any]:
        return {"executionArn": request["executionArn"], "status": "RUNNING", "startDate": 1764000000}


class Metrics(Simulator):
    service: ClassVar[str] = "cloudwatch"

    def get_metric_data(self, **request: Any) -> dict[str, Any]:
        ids = [query["Id"] for query in request["MetricDataQueries"]]
        return {"MetricDataResults": [{"Id": i, "Values": [1.5], "Timestamps": [request["StartTime"]]} for i in ids]}


class Functions(Simulator):
    service: ClassVar[str] = "lambda"

    def invoke(self, **request: Any) -> dict[str, Any]:
        return {"StatusCode": 200, "Payload": request["Payload"], "ExecutedVersion": "$LATEST"}


def test_simulators_speak_query_json_and_rest() -> None:
    world = World(1, Echo(), Machines(), Metrics(), Functions())
    try:
        groups = world.front.client("elbv2").describe_target_groups(Names=["app", "api"])["TargetGroups"]
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:shift:run-1"
        execution = world.front.client("stepfunctions").describe_execution(executionArn=arn)
        query = {"Id": "m1", "Expression": "SUM(METRICS())"}
        now = world.kernel.utcnow()
        data = world.front.client("cloudwatch").get_metric_data(MetricDataQueries=[query], StartTime=now, EndTime=now)[
            "MetricDataResults"
        ][0]
        invoked = world.front.client("lambda").invoke(FunctionName="plan", Payload=b'{"run": "1"}')
        payload = invoked["Payload"].read()
    finally:
        world.front.stop()

    assert [(g["TargetGroupName"], g["Port"]) for g in groups] == [("app", 80), ("api", 80)]
    assert (execution["status"], execution["executionArn"]) == ("RUNNING", arn)
    assert (data["Values"], data["Timestamps"][0]) == ([1.5], now)
    assert payload == b'{"run": "1"}'


def test_an_operator_gets_without_a_socket_what_the_wire_would_have_brought(world: World) -> None:
    directly, over_the_wire = world.front.client("s3", directly=True), world.front.client("s3")
    directly.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    over_the_wire.put_object(Bucket="bucket", Key="wire", Body=b"the same")
    directly.put_object(Bucket="bucket", Key="direct", Body=b"the same")

    got = [
        client.get_object(Bucket="bucket", Key=key)
        for client in (directly, over_the_wire)
        for key in ("wire", "direct")
    ]
    assert {one["Body"].read() for one in got} == {b"the same"}
    assert len({(one["ETag"], one["ContentLength"], one["ContentType"]) for one in got}) == 1
    for client in (directly, over_the_wire):
        with pytest.raises(ClientError) as error:
            client.get_object(Bucket="bucket", Key="nothing")
        assert refused(error) == ("NoSuchKey", 404)


def test_a_lost_answer_closes_the_connection_with_a_socket_and_without(world: World) -> None:
    world.front.faults.append(lambda call: Fault(lose_answer=True) if call.operation == "ListRoles" else None)
    for directly in (True, False):
        with pytest.raises(ConnectionClosedError):
            world.front.client("iam", directly=directly).list_roles()
