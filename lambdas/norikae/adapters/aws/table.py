"""The one table in DynamoDB: leases by conditional writes, run items fenced by the environment's lease.

A fenced write is a transaction: the condition that each lease's token is the writer's (the environment's, and for a
shift its application's), and the write. So an execution that lost its lease cannot write, however late it wakes up.
"""

from typing import Any, TypeVar, cast

import msgspec

from norikae.adapters.aws.calls import CONDITION, call, pages, translate
from norikae.errors import AwsRefusedError, ConflictError, StaleWriterError
from norikae.upgrade.identity import Writer, short_hash
from norikae.upgrade.lease import Lease
from norikae.upgrade.state import Event

T = TypeVar("T")
SECONDS_PER_DAY = 86400
PLAN = "PLAN"


class DynamoRunTable:
    """``RunTable`` over DynamoDB.

    Args:
        client: boto3's DynamoDB client.
        table: name of the table.
        environment: whose runs these are.
        now: the instant, in seconds since the epoch.
        keep_days: how long run items are kept.
        plans: the plans that this process has read; a plan never changes once it is written, so it is read once.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        environment: str,
        now: float,
        keep_days: int,
        plans: dict[str, Any] | None = None,
    ) -> None:
        self._client, self._table, self._environment = client, table, environment
        self._plans: dict[str, Any] = {} if plans is None else plans
        self._expires = {"N": str(int(now) + keep_days * SECONDS_PER_DAY)}

    def lease(self, key: str) -> Lease | None:
        """The lease of an environment (``""``) or of an application."""
        item = self._get(self._lease_key(key))
        if item is None:
            return None
        return Lease(holder=item["holder"]["S"], run=item["run"]["S"], token=int(item["token"]["N"]))

    def take(self, key: str, lease: Lease, *, instead_of: Lease | None) -> None:
        """Write a lease if it still is what was read."""
        item = {
            **self._lease_key(key),
            "holder": {"S": lease.holder},
            "run": {"S": lease.run},
            "token": {"N": str(lease.token)},
        }
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if instead_of is not None:
            condition = {
                "ConditionExpression": "#token = :token AND #holder = :holder",
                "ExpressionAttributeNames": {"#token": "token", "#holder": "holder"},
                "ExpressionAttributeValues": {
                    ":token": {"N": str(instead_of.token)},
                    ":holder": {"S": instead_of.holder},
                },
            }
        call(self._client.put_item, expected={CONDITION: ConflictError}, TableName=self._table, Item=item, **condition)

    def release(self, key: str, holder: str) -> bool:
        """Free a lease if that execution holds it; the token is kept, so the next one is greater."""
        try:
            call(
                self._client.update_item,
                TableName=self._table,
                Key=self._lease_key(key),
                UpdateExpression="SET #holder = :free",
                ConditionExpression="#holder = :holder",
                ExpressionAttributeNames={"#holder": "holder"},
                ExpressionAttributeValues={":free": {"S": ""}, ":holder": {"S": holder}},
            )
        except AwsRefusedError as refusal:
            if refusal.code == CONDITION:
                return False
            raise
        return True

    def read(self, run: str, item: str, kind: type[T]) -> T | None:
        """One item of a run."""
        if item != PLAN:
            return self._value(self._get(self._run_key(run, item)), kind)
        if run not in self._plans:
            plan = self._value(self._get(self._run_key(run, item)), kind)
            if plan is None:
                return None
            self._plans[run] = plan
        return cast("T", self._plans[run])

    def read_all(self, run: str, prefix: str, kind: type[T]) -> list[T]:
        """All items of a run whose key begins so."""
        query = pages(
            self._client.query,
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": f"RUN#{run}"}, ":sk": {"S": prefix}},
        )
        return [msgspec.json.decode(item["body"]["S"], type=kind) for page in query for item in page["Items"]]

    def write(self, writer: Writer, item: str, value: object) -> None:
        """Write an item of the run in the name of a writer."""
        self._fenced(writer, {**self._run_key(writer.run, item), **_body(value), "expires": self._expires})

    def write_unfenced(self, run: str, item: str, value: object) -> None:
        """Write an item that operators own."""
        entry = {**self._run_key(run, item), **_body(value), "expires": self._expires}
        call(self._client.put_item, TableName=self._table, Item=entry)

    def swap(self, run: str, item: str, value: object, *, instead_of: object) -> None:
        """Write an item that operators own, if it still is what was read."""
        entry = {**self._run_key(run, item), **_body(value), "expires": self._expires}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if instead_of is not None:
            condition = _is_still(instead_of)
        call(self._client.put_item, expected={CONDITION: ConflictError}, TableName=self._table, Item=entry, **condition)

    def delete(self, run: str, item: str, *, only: object = None) -> None:
        """Remove an item, if it still is what was read."""
        try:
            call(
                self._client.delete_item,
                TableName=self._table,
                Key=self._run_key(run, item),
                **({} if only is None else _is_still(only)),
            )
        except AwsRefusedError as refusal:
            if refusal.code != CONDITION:
                raise

    def environment(self, item: str, kind: type[T]) -> T | None:
        """One item of the environment."""
        return self._value(self._get(self._environment_key(item)), kind)

    def write_environment(self, writer: Writer, item: str, value: object) -> None:
        """Write an item of the environment in the name of a writer."""
        self._fenced(writer, {**self._environment_key(item), **_body(value)})

    def log(self, run: str, event: Event) -> None:
        """Append to the trail of a run, or of the environment (``""``).

        The key holds a hash of the event, so the same one again changes nothing.
        """
        body = msgspec.json.encode(event, order="sorted").decode()
        item = f"EVENT#{event.at:017.6f}#{short_hash(body)}"
        key = self._run_key(run, item) if run else self._environment_key(item)
        call(self._client.put_item, TableName=self._table, Item={**key, "body": {"S": body}})

    def _fenced(self, writer: Writer, item: dict[str, Any]) -> None:
        held = {"": writer.token, **({writer.application: writer.lease} if writer.lease else {})}
        checks = [{"ConditionCheck": self._still_held(key, token)} for key, token in held.items()]
        put = {"Put": {"TableName": self._table, "Item": item}}
        try:
            self._client.transact_write_items(TransactItems=[*checks, put])
        except self._client.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            lost = [key for key, reason in zip(held, reasons, strict=False) if reason == "ConditionalCheckFailed"]
            if lost:
                raise StaleWriterError(
                    f"run {writer.run} lost the lease of {lost[0] or self._environment} (its token is "
                    f"{held[lost[0]]}); another run has taken over, this one must not write any more"
                ) from error
            raise ConflictError(f"dynamodb:TransactWriteItems: {reasons}") from error
        except Exception as error:
            raise translate("dynamodb:TransactWriteItems", error, {}) from error

    def _still_held(self, key: str, token: int) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": self._lease_key(key),
            "ConditionExpression": "#token = :token",
            "ExpressionAttributeNames": {"#token": "token"},
            "ExpressionAttributeValues": {":token": {"N": str(token)}},
        }

    def _get(self, key: dict[str, Any]) -> dict[str, Any] | None:
        return call(self._client.get_item, TableName=self._table, Key=key, ConsistentRead=True).get("Item")

    def _value(self, item: dict[str, Any] | None, kind: type[T]) -> T | None:
        return None if item is None else msgspec.json.decode(item["body"]["S"], type=kind)

    def _lease_key(self, key: str) -> dict[str, Any]:
        return self._environment_key(f"APP#{key}" if key else "LEASE")

    def _environment_key(self, item: str) -> dict[str, Any]:
        return {"pk": {"S": f"ENV#{self._environment}"}, "sk": {"S": item}}

    def _run_key(self, run: str, item: str) -> dict[str, Any]:
        return {"pk": {"S": f"RUN#{run}"}, "sk": {"S": item}}


def _is_still(value: object) -> dict[str, Any]:
    return {
        "ConditionExpression": "#body = :body",
        "ExpressionAttributeNames": {"#body": "body"},
        "ExpressionAttributeValues": {f":{name}": body for name, body in _body(value).items()},
    }


def _body(value: object) -> dict[str, Any]:
    return {"body": {"S": msgspec.json.encode(value).decode()}}
