"""GetItem in front of moto: the same items, the same refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.dynamodb import DynamoDbSimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.kernel import Kernel

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
ITEM = {
    "pk": {"S": "RUN#1"},
    "sk": {"S": "PLAN"},
    "count": {"N": "7"},
    "list": {"L": [{"S": "a"}, {"M": {"deep": {"BOOL": True}}}]},
    "nothing": {"NULL": True},
}


@pytest.fixture
def table() -> Iterator[Any]:
    """A client whose GetItem is ours; everything else is moto's."""
    front = Front(
        Kernel(seed=1), [DynamoDbSimulator(account=ACCOUNT, region=REGION)], Identities(ACCOUNT), ACCOUNT, REGION
    )
    front.start()
    client = front.client("dynamodb")
    client.create_table(
        TableName="runs",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    client.put_item(TableName="runs", Item=ITEM)
    yield client
    front.stop()


def test_an_item_is_read_as_it_was_put(table: Any) -> None:
    key = {name: ITEM[name] for name in ("pk", "sk")}
    assert table.get_item(TableName="runs", Key=key, ConsistentRead=True)["Item"] == ITEM
    (queried,) = table.query(
        TableName="runs", KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": ITEM["pk"]}
    )["Items"]
    assert queried == ITEM, "moto's own words"


def test_an_item_that_is_not_there_is_left_out(table: Any) -> None:
    assert "Item" not in table.get_item(TableName="runs", Key={"pk": {"S": "RUN#2"}, "sk": {"S": "PLAN"}})


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"TableName": "walks"}, "ResourceNotFoundException"),
        ({"Key": {"pk": {"S": "RUN#1"}}}, "ValidationException"),
        ({"ProjectionExpression": "pk"}, "NotImplemented"),
    ],
)
def test_a_wrong_request_is_refused(table: Any, wrong: dict[str, Any], code: str) -> None:
    request = {"TableName": "runs", "Key": {"pk": {"S": "RUN#1"}, "sk": {"S": "PLAN"}}, **wrong}
    with pytest.raises(ClientError) as refused:
        table.get_item(**request)
    assert refused.value.response["Error"]["Code"] == code
