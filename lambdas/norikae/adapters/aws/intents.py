"""The intents of one zone in the table: small heads that say what became of each, and the batches of open ones.

A head and its batch are written in one transaction, on condition that the head still is what was read. So two functions
never both believe that theirs is the last word about an application's records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.adapters.aws.calls import CONDITION, call, translate
from norikae.errors import AwsRefusedError, ConflictError
from norikae.zone.intent import Head, Intent, subject_in
from norikae.zone.ports import Taken

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = "ConditionalCheckFailed"
MOST_IN_A_TRANSACTION = 100
"""Actions of one TransactWriteItems (API reference)."""
SECONDS_PER_DAY = 86400


class DynamoIntents:
    """``Intents`` over DynamoDB.

    Args:
        client: boto3's DynamoDB client.
        table: name of the table.
        zone: the hosted zone's id.
        now: the instant, in seconds since the epoch.
        keep_days: how long they are kept.
    """

    def __init__(self, client: Any, table: str, zone: str, now: float, keep_days: int) -> None:
        self._client, self._table, self._zone = client, table, zone
        self._expires = {"N": str(int(now) + keep_days * SECONDS_PER_DAY)}

    def head(self, subject: str) -> Head | None:
        """What is known of the last intent about a subject."""
        item = call(
            self._client.get_item, TableName=self._table, Key=self._key(f"INTENT#{subject}"), ConsistentRead=True
        ).get("Item")
        return None if item is None else _value(item, Head)

    def post(self, intent: Intent, head: Head, *, instead_of: Head | None) -> None:
        """Write an intent down if the subject's head still is what was read."""
        parts = [{"Put": {**self._put(head), **_still(instead_of)}}]
        if head.state == "pending":
            body = {**self._key(f"OPEN#{intent.id}"), "body": {"S": _text(intent)}, "expires": self._expires}
            parts.append({"Put": {"TableName": self._table, "Item": body}})
        if self._cancelled(parts):
            raise ConflictError(f"{intent.subject}: somebody else changes it; read again")

    def open(self, most: int) -> list[Intent]:
        """The oldest intents that are written down."""
        found: list[Intent] = []
        query: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": True,
            "Limit": most,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
            "ExpressionAttributeValues": {":pk": self._pk, ":sk": {"S": "OPEN#"}},
        }
        while len(found) < most:
            page = call(self._client.query, **query)
            found += [_value(item, Intent) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                break
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        return found[:most]

    def body(self, intent: str) -> Intent | None:
        """One of them."""
        key = self._key(f"OPEN#{intent}")
        item = call(self._client.get_item, TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else _value(item, Intent)

    def take(self, intents: Sequence[Intent], now: float) -> Taken:
        """Take those that are still open; a batch whose head is settled or another's is forgotten.

        Of two about one subject the later one is left for the next time: a transaction has an item once.
        """
        oldest = {one.subject: one.id for one in reversed(intents)}
        firsts = [one for one in intents if oldest[one.subject] == one.id]
        heads = {
            one.id: Head(id=one.id, digest=one.digest, state="taken", made_at=one.made_at, at=now) for one in firsts
        }
        before: set[str] = set()
        left = list(heads)
        while left:
            parts = [{"Put": {**self._put(heads[intent]), **_still_pending(intent)}} for intent in left]
            failed = self._cancelled(parts)
            if not failed:
                break
            for place, known in failed.items():
                if known and known.id == left[place] and known.state == "taken":
                    before.add(known.id)
                else:
                    del heads[left[place]]
            left = [intent for place, intent in enumerate(left) if place not in failed]
        self._forget([intent.id for intent in firsts if intent.id not in heads])
        return Taken(tuple(heads.values()), frozenset(before))

    def seize(self, head: Head, now: float) -> Head:
        """Take one, whoever has it."""
        mine = msgspec.structs.replace(head, state="taken", at=now)
        if self._cancelled([{"Put": {**self._put(mine), **_still(head)}}]):
            raise ConflictError(f"{subject_in(head.id)}: somebody else changes it; read again")
        return mine

    def settle(self, heads: Sequence[Head]) -> None:
        """Write what became of intents and forget their batches."""
        most = MOST_IN_A_TRANSACTION // 2
        for start in range(0, len(heads), most):
            left = list(heads[start : start + most])
            while left:
                parts = [
                    part
                    for head in left
                    for part in (
                        {"Put": {**self._put(head), **_still_taken(head.id)}},
                        {"Delete": {"TableName": self._table, "Key": self._key(f"OPEN#{head.id}")}},
                    )
                ]
                failed = self._cancelled(parts)
                if not failed:
                    break
                left = [head for place, head in enumerate(left) if 2 * place not in failed]

    def close(self, head: Head) -> None:
        """Write what became of one intent whose maker applied it, unless somebody took its place."""
        self._cancelled([{"Put": {**self._put(head), **_still_taken(head.id)}}])

    def may_ask(self, change: str, now: float, every: float) -> bool | None:
        """Whether it is this caller's turn to ask for a change."""
        key = self._key(f"CHANGE#{change}")
        item = call(self._client.get_item, TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})
        if "in_sync" in item:
            return None
        asked = item.get("asked_at")
        if asked and float(asked["N"]) > now - every:
            return False
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(asked_at)"}
        if asked:
            condition = {
                "ConditionExpression": "asked_at = :asked",
                "ExpressionAttributeValues": {":asked": asked},
            }
        entry = {**key, "asked_at": {"N": repr(now)}, "expires": self._expires}
        try:
            call(self._client.put_item, TableName=self._table, Item=entry, **condition)
        except AwsRefusedError as refusal:
            if refusal.code == CONDITION:
                return False
            raise
        return True

    def in_sync(self, change: str) -> None:
        """Remember that a change is in sync."""
        entry = {**self._key(f"CHANGE#{change}"), "in_sync": {"BOOL": True}, "expires": self._expires}
        call(self._client.put_item, TableName=self._table, Item=entry)

    def _forget(self, intents: Sequence[str]) -> None:
        for intent in intents:
            call(self._client.delete_item, TableName=self._table, Key=self._key(f"OPEN#{intent}"))

    def _put(self, head: Head) -> dict[str, Any]:
        item = {
            **self._key(f"INTENT#{subject_in(head.id)}"),
            "intent": {"S": head.id},
            "state": {"S": head.state},
            "body": {"S": _text(head)},
            "expires": self._expires,
        }
        return {"TableName": self._table, "Item": item}

    def _cancelled(self, parts: list[dict[str, Any]]) -> dict[int, Head | None]:
        """Which parts of a transaction were not as expected, with the head that is there; empty when all is done."""
        for part in parts:
            for action in part.values():
                if "ConditionExpression" in action:
                    action["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            self._client.transact_write_items(TransactItems=parts)
        except self._client.exceptions.TransactionCanceledException as error:
            reasons = error.response.get("CancellationReasons", [])
            failed = {
                place: _value(reason["Item"], Head) if reason.get("Item") else None
                for place, reason in enumerate(reasons)
                if reason.get("Code") == FAILED
            }
            if not failed:  # TransactionConflict: somebody writes one of the items at this moment
                codes = [reason.get("Code") for reason in reasons if reason.get("Code") != "None"]
                raise ConflictError(f"dynamodb:TransactWriteItems: {codes}") from error
            return failed
        except Exception as error:
            raise translate("dynamodb:TransactWriteItems", error, {}) from error
        return {}

    @property
    def _pk(self) -> dict[str, str]:
        return {"S": f"ZONE#{self._zone}"}

    def _key(self, sort: str) -> dict[str, Any]:
        return {"pk": self._pk, "sk": {"S": sort}}


def _still(head: Head | None) -> dict[str, Any]:
    if head is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionExpression": "body = :body", "ExpressionAttributeValues": {":body": {"S": _text(head)}}}


def _still_pending(intent: str) -> dict[str, Any]:
    return _still_in(intent, "pending")


def _still_taken(intent: str) -> dict[str, Any]:
    return _still_in(intent, "taken")


def _still_in(intent: str, state: str) -> dict[str, Any]:
    return {
        "ConditionExpression": "intent = :intent AND #state = :state",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":intent": {"S": intent}, ":state": {"S": state}},
    }


def _text(value: Head | Intent) -> str:
    return msgspec.json.encode(value).decode()


def _value(item: dict[str, Any], kind: Any) -> Any:
    return msgspec.json.decode(item["body"]["S"], type=kind)
