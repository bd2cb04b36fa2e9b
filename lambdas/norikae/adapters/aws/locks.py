"""The protections of the hosted zone in Route 53."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from norikae.adapters.aws.calls import call
from norikae.errors import AwsRefusedError, ConflictError
from norikae.traffic.locks import Lock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_TAKEN = {"ProtectionAlreadyExists", "ProtectionNotFound"}
_OF_SOME = "InvalidResourceRecordSetProtectionBatch"


class Route53Locks:
    """``Locks`` over one hosted zone.

    Args:
        client: boto3's Route 53 client; before botocore 1.44.2 it has no such operations.
        zone: the hosted zone's id.
    """

    def __init__(self, client: Any, zone: str) -> None:
        self._client, self._zone = client, zone

    def all(self) -> tuple[Lock, ...]:
        """Every protection of the zone, page by page."""
        found: list[Lock] = []
        more: dict[str, str] = {}
        while True:
            answer = self._ask("list_resource_record_set_protections", **more)
            found += [_lock(one) for one in answer["ResourceRecordSetProtections"]]
            if not answer.get("NextToken"):
                return tuple(found)
            more = {"NextToken": answer["NextToken"]}

    def create(self, locks: Sequence[Lock]) -> None:
        """Protect names and types, all or none."""
        wanted = [_key(one) | ({"Comment": one.comment} if one.comment else {}) for one in locks]
        self._ask("create_resource_record_set_protections", Protections=wanted)

    def lift(self, locks: Sequence[Lock]) -> None:
        """Lift protections, all or none."""
        self._ask("delete_resource_record_set_protections", Protections=[_key(one) for one in locks])

    def _ask(self, name: str, **params: Any) -> dict[str, Any]:
        method: Callable[..., Any] | None = getattr(self._client, name, None)
        if method is None:
            raise AwsRefusedError(f"route53:{name}", "NotImplemented", "this SDK knows no protections of record sets")
        try:
            return call(method, expected={"ProtectionAlreadyExists": ConflictError}, HostedZoneId=self._zone, **params)
        except AwsRefusedError as refusal:
            _raise(refusal)


def _raise(refusal: AwsRefusedError) -> NoReturn:
    """A batch is refused entry by entry; when each only came too late, what is there has changed (same model)."""
    response: Mapping[str, Any] = getattr(refusal.__cause__, "response", {})
    codes = {one.get("Code") for one in response.get("Errors", ())}
    if refusal.code == _OF_SOME and codes and codes <= _TAKEN:
        raise ConflictError(str(refusal)) from refusal
    raise refusal


def _lock(raw: Mapping[str, str]) -> Lock:
    name = raw["RecordName"].lower().rstrip(".").replace(r"\052", "*")
    return Lock(name, raw["RecordType"], raw.get("Comment", ""))


def _key(lock: Lock) -> dict[str, str]:
    return {"RecordName": lock.name, "RecordType": lock.type}
