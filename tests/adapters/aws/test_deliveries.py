"""What became of secrets, over the wire: written only over what was read, found by secret, forgotten in the end."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.adapters.aws.deliveries import DynamoDeliveries
from norikae.errors import ConflictError
from norikae.secret_sync.delivery import Delivery

NOW, BLUE, GREEN = 1_795_834_800.0, "demo-1-33", "demo-1-35-a"
ARN = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:shop/db-AbCdEf"


@pytest.fixture
def deliveries(dynamodb: Any) -> DynamoDeliveries:
    return DynamoDeliveries(dynamodb, "runs", NOW)


def delivery(cluster: str = BLUE, **more: Any) -> Delivery:
    return msgspec.convert({"secret": ARN, "cluster": cluster, "version": "v1", "state": "current", **more}, Delivery)


def test_deliveries_are_found_by_secret(deliveries: DynamoDeliveries, dynamodb: Any) -> None:
    assert deliveries.of(ARN) == []
    blue, green = delivery(), delivery(GREEN, state="refused", reason="no tag", told="secret-refused")
    for one in (green, blue, delivery(secret="other")):
        deliveries.write(one, instead_of=None)
    assert deliveries.of(ARN) == [blue, green]
    keys = {(item["pk"]["S"], item["sk"]["S"]) for item in dynamodb.scan(TableName="runs")["Items"]}
    assert (f"SECRET#{ARN}", f"CLUSTER#{BLUE}") in keys


def test_of_two_that_saw_the_same_one_writes(deliveries: DynamoDeliveries) -> None:
    first, second = delivery(), delivery(version="v2")
    deliveries.write(first, instead_of=None)
    with pytest.raises(ConflictError):
        deliveries.write(second, instead_of=None)
    deliveries.write(second, instead_of=first)
    with pytest.raises(ConflictError):
        deliveries.write(delivery(version="v3"), instead_of=first)
    assert deliveries.of(ARN) == [second]


def test_a_delivery_is_forgotten_after_a_quarter(deliveries: DynamoDeliveries, dynamodb: Any) -> None:
    deliveries.write(delivery(), instead_of=None)
    (item,) = dynamodb.scan(TableName="runs")["Items"]
    assert item["expires"] == {"N": str(int(NOW) + 90 * 86400)}
