"""Slots for requests to Route 53, taken in the table before every attempt, botocore's own second attempts included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import CONDITION, call
from norikae.errors import AwsRefusedError, ThrottledError
from norikae.zone.pace import DISTANCE, PATIENCE

if TYPE_CHECKING:
    from norikae.clock import Clock

KEY = {"pk": {"S": "ROUTE53"}, "sk": {"S": "TOKENS"}}
ROUNDS = 3
"""How often a slot is tried for: once more when somebody took it between the two conditions."""


class DynamoTokens:
    """The slots of one table's functions.

    Args:
        client: boto3's DynamoDB client.
        table: name of the table.
        clock: the time, and the patience.
    """

    def __init__(self, client: Any, table: str, clock: Clock) -> None:
        self._client, self._table, self._clock = client, table, clock

    def pace(self, route53: Any) -> None:
        """Let a Route 53 client take a slot before each of its attempts.

        botocore emits ``before-send`` for every attempt and raises on what its handlers raise (``endpoint.py``).
        """
        route53.meta.events.register_first(
            "before-send.*", lambda **_: self.wait(), unique_id="norikae-takes-a-slot-first"
        )

    def wait(self) -> None:
        """Return when a request may be made.

        Raises:
            ThrottledError: too many wait already.
        """
        for _ in range(ROUNDS):
            now = self._clock.now()
            if self._takes(
                "SET #next = :after",
                "attribute_not_exists(#next) OR #next < :now",
                {":now": now, ":after": now + DISTANCE},
            ):
                return
            taken = self._takes(
                "SET #next = #next + :distance",
                "#next BETWEEN :now AND :latest",
                {":now": now, ":latest": now + PATIENCE, ":distance": DISTANCE},
            )
            if taken:
                self._clock.sleep(taken - DISTANCE - self._clock.now())
                return
        raise ThrottledError(f"norikae asks Route 53 once in {DISTANCE} s, and too many wait for that")

    def backlog(self) -> float:
        """Seconds until the next free slot."""
        item = call(self._client.get_item, TableName=self._table, Key=KEY, ConsistentRead=True).get("Item", {})
        return max(0.0, float(item["next"]["N"]) - self._clock.now()) if item else 0.0

    def _takes(self, update: str, condition: str, values: dict[str, float]) -> float:
        """What the attribute says after an update; 0 when the condition does not hold."""
        try:
            answer = call(
                self._client.update_item,
                TableName=self._table,
                Key=KEY,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#next": "next"},
                ExpressionAttributeValues={name: {"N": f"{value:.6f}"} for name, value in values.items()},
                ReturnValues="UPDATED_NEW",
            )
        except AwsRefusedError as refusal:
            if refusal.code == CONDITION:
                return 0.0
            raise
        return float(answer["Attributes"]["next"]["N"])
