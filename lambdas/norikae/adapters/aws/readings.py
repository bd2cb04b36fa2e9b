"""The shared reading of a zone in the table: a head, and the record sets in compressed sheets."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.adapters.aws.calls import CONDITION, call
from norikae.errors import AwsRefusedError
from norikae.traffic.records import RecordSet
from norikae.zone.reading import Reading, sheet_of, spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KEPT_SECONDS = 3600


class DynamoReadings:
    """``Readings`` over DynamoDB.

    Args:
        client: boto3's DynamoDB client.
        table: name of the table.
        zone: the hosted zone's id.
        now: the instant, in seconds since the epoch.
    """

    def __init__(self, client: Any, table: str, zone: str, now: float) -> None:
        self._client, self._table, self._zone = client, table, zone
        self._expires = {"N": str(int(now) + KEPT_SECONDS)}

    def last(self) -> Reading | None:
        """The last reading."""
        item = self._get("READING")
        return None if item is None else msgspec.json.decode(item["body"]["S"], type=Reading)

    def begin(self, reading: Reading, *, instead_of: Reading | None) -> bool:
        """Say that one begins a reading; False when somebody else has."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if instead_of is not None:
            condition = {
                "ConditionExpression": "body = :body",
                "ExpressionAttributeValues": {":body": {"S": _text(instead_of)}},
            }
        item = {**self._key("READING"), "body": {"S": _text(reading)}}
        try:
            call(self._client.put_item, TableName=self._table, Item=item, **condition)
        except AwsRefusedError as refusal:
            if refusal.code == CONDITION:
                return False
            raise
        return True

    def keep(self, reading: Reading, records: Iterable[RecordSet]) -> None:
        """Keep a reading, its sheets before its head."""
        for number, found in spread(records, reading.sheets).items():
            body = zlib.compress(msgspec.json.encode([record.raw for record in found]))
            item = {**self._key(f"SHEET#{reading.id}#{number}"), "body": {"B": body}, "expires": self._expires}
            call(self._client.put_item, TableName=self._table, Item=item)
        item = {**self._key("READING"), "body": {"S": _text(reading)}}
        call(self._client.put_item, TableName=self._table, Item=item)

    def names(self, reading: Reading, hosts: Sequence[str]) -> list[RecordSet]:
        """All record sets of some names."""
        found: list[RecordSet] = []
        for number in sorted({sheet_of(host, reading.sheets) for host in hosts}):
            item = self._get(f"SHEET#{reading.id}#{number}")
            body = zlib.decompress(item["body"]["B"]) if item else b"[]"
            found += [RecordSet(raw) for raw in msgspec.json.decode(body)]
        return [record for record in found if record.name in hosts]

    def _get(self, sort: str) -> dict[str, Any] | None:
        answer = call(self._client.get_item, TableName=self._table, Key=self._key(sort), ConsistentRead=True)
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _key(self, sort: str) -> dict[str, Any]:
        return {"pk": {"S": f"ZONE#{self._zone}"}, "sk": {"S": sort}}


def _text(reading: Reading) -> str:
    return msgspec.json.encode(reading).decode()
