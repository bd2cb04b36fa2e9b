"""What people were told about the end of support, in the table: one item, written only over what was read."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.adapters.aws.calls import call, put_instead_of
from norikae.support.ports import Reminded


class DynamoReminders:
    """``Reminders`` over DynamoDB.

    Args:
        client: boto3's DynamoDB client.
        table: name of the table.
        environment: whose reminders these are.
    """

    def __init__(self, client: Any, table: str, environment: str) -> None:
        self._client, self._table = client, table
        self._key = {"pk": {"S": f"SUPPORT#{environment}"}, "sk": {"S": "REMINDED"}}

    def read(self) -> Reminded | None:
        """What was told; None before the first look."""
        item = call(self._client.get_item, TableName=self._table, Key=self._key, ConsistentRead=True).get("Item")
        return None if item is None else msgspec.json.decode(item["body"]["S"], type=Reminded)

    def write(self, reminded: Reminded, *, instead_of: Reminded | None) -> None:
        """Write it if what is there still is what was read; ConflictError otherwise. It does not expire."""
        body = None if instead_of is None else _body(instead_of)
        item = {**self._key, "body": {"S": _body(reminded)}}
        put_instead_of(self._client.put_item, self._table, item, body)


def _body(reminded: Reminded) -> str:
    return msgspec.json.encode(reminded, order="sorted").decode()
