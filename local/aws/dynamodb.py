# ruff: noqa: N803 - the members of the API are spelled as AWS spells them
"""DynamoDB's GetItem and TransactWriteItems on the tables of moto: norikae's usual calls, and moto's way is slow.

moto copies the whole table for each action of a transaction; here all conditions are looked at before anything is
written, which is what makes it all or nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.models import dynamodb_backends

from local.aws.simulator import AwsError, Simulator


class DynamoDbSimulator(Simulator):
    """Two operations; every other one is moto's.

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

    def transact_write_items(
        self, *, TransactItems: list[dict[str, dict[str, Any]]], ClientRequestToken: str = "", **outside: Any
    ) -> dict[str, Any]:
        """All actions, or none and the reason of each.

        Raises:
            AwsError: ``TransactionCanceledException`` with the reasons, ``ValidationException`` for what no transaction
                may have (API reference, TransactWriteItems), or 501 for other members.
        """
        del ClientRequestToken
        if outside:
            raise AwsError("NotImplemented", f"TransactWriteItems with {sorted(outside)} is outside the scope", 501)
        if not 1 <= len(TransactItems) <= _MOST_ACTIONS:
            raise AwsError("ValidationException", "Member must have length less than or equal to 100")
        backend: Any = dynamodb_backends[self._account][self._region]
        actions = [(verb, members) for item in TransactItems for verb, members in item.items()]
        if len(actions) != len(TransactItems):
            raise AwsError("ValidationException", "TransactItems can only contain one of Check, Put, Update or Delete")
        keys = [_key_of(backend, verb, members) for verb, members in actions]
        if len({str(key) for key in keys}) < len(keys):
            raise AwsError("ValidationException", "Transaction request cannot include multiple operations on one item")
        reasons = [_reason(backend, members, key) for (_, members), (_, key) in zip(actions, keys, strict=True)]
        if any(reason["Code"] != "None" for reason in reasons):
            codes = ", ".join(reason["Code"] for reason in reasons)
            text = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
            raise AwsError("TransactionCanceledException", text, extra={"CancellationReasons": reasons})
        for (verb, members), (table, key) in zip(actions, keys, strict=True):
            _write(backend, verb, members, table, key)
        return {}


_MOST_ACTIONS = 100


def _key_of(backend: Any, verb: str, members: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The table and the key that an action is about."""
    table = backend.tables.get(members["TableName"].rpartition("/")[2])
    if table is None:
        raise AwsError("ResourceNotFoundException", "Requested resource not found")
    source = members["Item"] if verb == "Put" else members["Key"]
    if not set(table.attribute_keys) <= set(source):
        raise AwsError("ValidationException", "The provided key element does not match the schema")
    return table.name, {name: source[name] for name in sorted(table.attribute_keys)}


def _reason(backend: Any, members: dict[str, Any], key: dict[str, Any]) -> dict[str, Any]:
    """Why an action does not go; the code ``None`` when it does."""
    condition = members.get("ConditionExpression")
    current = backend.get_item(members["TableName"].rpartition("/")[2], key)
    if condition is None or get_filter_expression(
        condition, members.get("ExpressionAttributeNames"), members.get("ExpressionAttributeValues")
    ).expr(current):
        return {"Code": "None"}
    found = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    if members.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current:
        return {**found, "Item": current.to_json()["Attributes"]}
    return found


def _write(backend: Any, verb: str, members: dict[str, Any], table: str, key: dict[str, Any]) -> None:
    if verb == "Put":
        backend.put_item(table, members["Item"])
    elif verb == "Delete":
        backend.delete_item(table, key)
    elif verb == "Update":
        backend.update_item(
            table,
            key,
            update_expression=members["UpdateExpression"],
            expression_attribute_names=members.get("ExpressionAttributeNames"),
            expression_attribute_values=members.get("ExpressionAttributeValues"),
        )
