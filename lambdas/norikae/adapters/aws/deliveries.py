"""What became of secrets, in the table: one item for a secret and a cluster, written only over what was read."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.adapters.aws.calls import pages, put_instead_of
from norikae.secret_sync.delivery import Delivery

SECONDS_PER_DAY = 86400
KEPT_DAYS = 90
"""A sweep writes what is still wanted long before."""


class DynamoDeliveries:
    """``Deliveries`` over DynamoDB.

    Args:
        client: boto3's DynamoDB client.
        table: name of the table.
        now: the instant, in seconds since the epoch.
    """

    def __init__(self, client: Any, table: str, now: float) -> None:
        self._client, self._table = client, table
        self._expires = {"N": str(int(now) + KEPT_DAYS * SECONDS_PER_DAY)}

    def of(self, secret: str) -> list[Delivery]:
        """The deliveries of a secret to any cluster, consistently."""
        query = pages(
            self._client.query,
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": f"SECRET#{secret}"}, ":sk": {"S": "CLUSTER#"}},
        )
        return [msgspec.json.decode(item["body"]["S"], type=Delivery) for page in query for item in page["Items"]]

    def write(self, delivery: Delivery, *, instead_of: Delivery | None) -> None:
        """Write one if what is there still is what was read; ConflictError otherwise. It is forgotten after weeks."""
        item = {
            "pk": {"S": f"SECRET#{delivery.secret}"},
            "sk": {"S": f"CLUSTER#{delivery.cluster}"},
            "body": _body(delivery),
            "expires": self._expires,
        }
        body = None if instead_of is None else _body(instead_of)["S"]
        put_instead_of(self._client.put_item, self._table, item, body)


def _body(delivery: Delivery) -> dict[str, str]:
    return {"S": msgspec.json.encode(delivery).decode()}
