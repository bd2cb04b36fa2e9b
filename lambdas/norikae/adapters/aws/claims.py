"""The claims on nodes in the table: one item per node, written only over what was read."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from norikae.adapters.aws.calls import call, pages, put_instead_of
from norikae.drain.claim import Claim, Wave
from norikae.drain.news import is_news
from norikae.errors import ConflictError

SECONDS_PER_DAY = 86400
KEPT_DAYS = 7
"""For a finished claim: longer than EventBridge (a day) and the queue (hours) bring copies of its events."""
WAVE = "WAVE"


class DynamoClaims:
    """``Claims`` over DynamoDB.

    Args:
        client: boto3's DynamoDB client.
        table: name of the table.
        now: the instant, in seconds since the epoch.
    """

    def __init__(self, client: Any, table: str, now: float) -> None:
        self._client, self._table = client, table
        self._expires = {"N": str(int(now) + KEPT_DAYS * SECONDS_PER_DAY)}

    def open(self, cluster: str) -> list[Claim]:
        """The claims of a cluster that are not finished."""
        return [claim for claim in self.unsettled(cluster) if claim.is_open]

    def of(self, cluster: str, instance: str) -> Claim | None:
        """The claim on a node, also when it is finished."""
        item = self._get(cluster, f"NODE#{instance}")
        return None if item is None else msgspec.json.decode(item["body"]["S"], type=Claim)

    def write(self, claim: Claim, *, instead_of: Claim | None) -> None:
        """Write a claim if what is there still is what was read; ConflictError otherwise."""
        item = {**_key(claim.cluster, f"NODE#{claim.instance}"), **_body(claim)}
        if not claim.is_open:
            item["expires"] = self._expires
            item |= {"untold": {"BOOL": True}} if is_news(claim) else {}
        self._swap(item, instead_of)

    def wave(self, cluster: str) -> Wave:
        """Which wave of a cluster is open; the first when none ever was."""
        item = self._get(cluster, WAVE)
        return Wave() if item is None else msgspec.json.decode(item["body"]["S"], type=Wave)

    def close(self, cluster: str, wave: Wave) -> None:
        """The next wave is open, if that one still was; nothing happens otherwise."""
        known = None if wave == Wave() else wave  # the first is open without an item
        following = {**_key(cluster, WAVE), **_body(Wave(number=wave.number + 1))}
        with suppress(ConflictError):
            self._swap(following, known)

    def unsettled(self, cluster: str) -> list[Claim]:
        """The open claims, and the finished ones of whose end people have still to hear; one consistent query."""
        query = pages(
            self._client.query,
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            # What is finished has an expiry; the condition spares its transfer and its parsing, not its reading.
            FilterExpression="attribute_not_exists(expires) OR attribute_exists(untold)",
            ExpressionAttributeValues={":pk": {"S": f"CLUSTER#{cluster}"}, ":sk": {"S": "NODE#"}},
        )
        return [msgspec.json.decode(item["body"]["S"], type=Claim) for page in query for item in page["Items"]]

    def _swap(self, item: dict[str, Any], instead_of: object) -> None:
        body = None if instead_of is None else _body(instead_of)["body"]["S"]
        put_instead_of(self._client.put_item, self._table, item, body)

    def _get(self, cluster: str, item: str) -> dict[str, Any] | None:
        key = _key(cluster, item)
        return call(self._client.get_item, TableName=self._table, Key=key, ConsistentRead=True).get("Item")


def _key(cluster: str, item: str) -> dict[str, Any]:
    return {"pk": {"S": f"CLUSTER#{cluster}"}, "sk": {"S": item}}


def _body(value: object) -> dict[str, Any]:
    return {"body": {"S": msgspec.json.encode(value).decode()}}
