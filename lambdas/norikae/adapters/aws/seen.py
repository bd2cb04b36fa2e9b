"""Requests and messages that were taken already, in the table: whoever writes first has it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from norikae.adapters.aws.calls import CONDITION, call
from norikae.errors import AwsRefusedError

ONCE = {"sk": {"S": "SEEN"}}


class DynamoSeen:
    """``Seen`` over DynamoDB.

    Args:
        client: boto3's DynamoDB client.
        table: name of the table.
        now: the instant, in seconds since the epoch.
    """

    def __init__(self, client: Any, table: str, now: float) -> None:
        self._client, self._table, self._now = client, table, now

    def first(self, key: str, keep_seconds: int, *, by: str = "") -> bool:
        """Whether nobody else has taken it yet; it is taken now."""
        # What has expired may be there for days more (DynamoDB guide, "Time to Live"), and counts as forgotten.
        free = "attribute_not_exists(pk) OR #expires <= :now"
        values = {":now": {"N": str(int(self._now))}}
        names = {"#expires": "expires"}
        if by:
            free, names, values = f"{free} OR #by = :by", {**names, "#by": "by"}, {**values, ":by": {"S": by}}
        try:
            call(
                self._client.put_item,
                TableName=self._table,
                Item=self._item(key, keep_seconds, by),
                ConditionExpression=free,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except AwsRefusedError as refusal:
            if refusal.code == CONDITION:
                return False
            raise
        return True

    def settle(self, key: str, keep_seconds: int) -> None:
        """It is carried out, and nobody is first with it any more."""
        call(self._client.put_item, TableName=self._table, Item=self._item(key, keep_seconds, ""))

    def forget(self, key: str) -> None:
        """It was not carried out after all, and may come again."""
        call(self._client.delete_item, TableName=self._table, Key=_key(key))

    def _item(self, key: str, keep_seconds: int, by: str) -> dict[str, Any]:
        taken = {"by": {"S": by}} if by else {}
        return {**_key(key), **taken, "expires": {"N": str(int(self._now) + keep_seconds)}}


def _key(key: str) -> dict[str, Any]:
    """By a hash: a key may be as long as whoever sends it likes, and is nobody's business in the table."""
    return {"pk": {"S": f"SEEN#{sha256(key.encode()).hexdigest()}"}, **ONCE}
