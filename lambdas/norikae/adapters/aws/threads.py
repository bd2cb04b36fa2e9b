"""What stands in chats, in the table: one item for a place and a thing, written only over what was read."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.adapters.aws.calls import call, put_instead_of
from norikae.chat.ports import Thread

SECONDS_PER_DAY = 86400
KEPT_DAYS = 60
"""After its last change; a message of a run that old is not added to any more."""
CHAT = {"sk": {"S": "CHAT"}}


class DynamoThreads:
    """``Threads`` over DynamoDB.

    Args:
        client: boto3's DynamoDB client.
        table: name of the table.
        now: the instant, in seconds since the epoch.
    """

    def __init__(self, client: Any, table: str, now: float) -> None:
        self._client, self._table = client, table
        self._expires = {"N": str(int(now) + KEPT_DAYS * SECONDS_PER_DAY)}

    def read(self, key: str) -> Thread | None:
        """By ``<door>/<place>/<thing>``, consistently."""
        found = call(self._client.get_item, TableName=self._table, Key=_key(key), ConsistentRead=True).get("Item")
        return None if found is None else msgspec.json.decode(found["body"]["S"], type=Thread)

    def write(self, key: str, thread: Thread, *, instead_of: Thread | None) -> None:
        """Write it if what is there still is what was read; ConflictError otherwise."""
        item = {**_key(key), "body": {"S": _body(thread)}, "expires": self._expires}
        put_instead_of(self._client.put_item, self._table, item, None if instead_of is None else _body(instead_of))


def _key(key: str) -> dict[str, Any]:
    return {"pk": {"S": f"THREAD#{key}"}, **CHAT}


def _body(thread: Thread) -> str:
    """As it is written once it has been read: 0 and 0.0 are the same to Python, and not to a condition."""
    once = msgspec.json.decode(msgspec.json.encode(thread), type=Thread)
    return msgspec.json.encode(once).decode()
