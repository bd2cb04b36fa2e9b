# ruff: noqa: N803 - the members of the API are spelled as AWS spells them
"""DynamoDB's GetItem, straight from the tables of moto: most calls of norikae are this one, and moto's way is slow."""

from __future__ import annotations

from typing import Any, ClassVar

from moto.dynamodb.models import dynamodb_backends

from local.aws.simulator import AwsError, Simulator


class DynamoDbSimulator(Simulator):
    """One operation; every other one is moto's.

    Args:
        account: twelve digits.
        region: such as ``ap-northeast-1``.
    """

    service: ClassVar[str] = "dynamodb"
    falls_through: ClassVar[bool] = True

    def __init__(self, *, account: str, region: str) -> None:
        self._account, self._region = account, region

    def get_item(
        self,
        *,
        TableName: str,
        Key: dict[str, dict[str, Any]],
        ConsistentRead: bool = False,
        ReturnConsumedCapacity: str = "NONE",
        **outside: Any,
    ) -> dict[str, Any]:
        """The item with all its attributes; every read here is a consistent one.

        Raises:
            AwsError: there is no such table, the key is not the table's, or 501 for other members.
        """
        del ConsistentRead
        if outside or ReturnConsumedCapacity != "NONE":
            raise AwsError("NotImplemented", f"GetItem with {sorted(outside)} is outside the simulator's scope", 501)
        backend: Any = dynamodb_backends[self._account][self._region]
        table = backend.tables.get(TableName.rpartition("/")[2])
        if table is None:
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
        if set(Key) != set(table.attribute_keys):
            raise AwsError("ValidationException", "The provided key element does not match the schema")
        item = backend.get_item(table.name, Key)
        found: dict[str, Any] = item.to_json() if item else {}
        return {"Item": found["Attributes"]} if found else {}
