"""The permissions that DynamoDB and S3 calls need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import dynamodb_backends

if TYPE_CHECKING:
    from local.aws.iam.conditions import Context
    from local.aws.iam.demands import Derived, Place
    from local.aws.protocol import Operation

_LEADING = "dynamodb:leadingkeys"
_TRANSACT = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def dynamodb(operation: Operation, place: Place) -> Derived:
    """The tables of a DynamoDB call; a transaction needs the permission of each of its parts.

    Source: DynamoDB developer guide, "Using IAM with DynamoDB transactions".
    """
    params, action = operation.params, f"dynamodb:{operation.name}"
    if operation.name == "TransactWriteItems":
        parts = [(verb, part) for item in params["TransactItems"] for verb, part in item.items()]
        return [
            (f"dynamodb:{_TRANSACT[verb]}", _table(part["TableName"], place), _keys(part, place))
            for verb, part in parts
        ]
    if operation.name == "TransactGetItems":
        return [
            ("dynamodb:GetItem", _table(item["Get"]["TableName"], place), _keys(item["Get"], place))
            for item in params["TransactItems"]
        ]
    if operation.name.startswith("Batch"):
        return [(action, _table(name, place), _batch_keys(name, part, place)) for name, part in _requested(params)]
    if "TableName" not in params:
        return [(action, "*", {})]
    table = _table(params["TableName"], place)
    if params.get("IndexName"):
        table += f"/index/{params['IndexName']}"
    return [(action, table, _keys(params, place))]


def _requested(params: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The keys or items of a batch, by table."""
    found = []
    for name, part in params["RequestItems"].items():
        if isinstance(part, dict):
            found.append((name, [{"Key": key} for key in part["Keys"]]))
        else:
            found.append((name, [next(iter(write.values())) for write in part]))
    return found


def _table(name: str, place: Place) -> str:
    return name if name.startswith("arn:") else place.arn("dynamodb", f"table/{name}")


def _batch_keys(name: str, parts: list[dict[str, Any]], place: Place) -> Context:
    keys = [key for part in parts for key in _keys({"TableName": name, **part}, place).get(_LEADING, [])]
    return {_LEADING: keys}


def _keys(params: dict[str, Any], place: Place) -> Context:
    """``dynamodb:LeadingKeys``: the partition keys that the call touches; a scan has none."""
    table = dynamodb_backends[place.account][place.region].tables.get(params["TableName"].rsplit("/", 1)[-1])
    if table is None:
        return {}
    key = (params.get("Key") or params.get("Item") or {}).get(table.hash_key_attr)
    if key is None and "KeyConditionExpression" in params and not params.get("IndexName"):
        key = _queried(params, table.hash_key_attr)
    return {_LEADING: [str(next(iter(key.values())))]} if key else {}


def _queried(params: dict[str, Any], attribute: str) -> dict[str, Any] | None:
    """The value to which a query's key condition holds the partition key."""
    names = params.get("ExpressionAttributeNames", {})
    for name, value in re.findall(r"([#\w.-]+)\s*=\s*(:\w+)", params["KeyConditionExpression"]):
        if names.get(name, name) == attribute:
            found: dict[str, Any] = params["ExpressionAttributeValues"][value]
            return found
    return None


_OBJECT_ACTIONS = {
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
}
_BUCKET_ACTIONS = {"ListObjects": "ListBucket", "ListObjectsV2": "ListBucket", "HeadBucket": "ListBucket"}


def s3(operation: Operation, _: Place) -> Derived:
    """The bucket or the object of an S3 call; some operations share another's action.

    Source: Service Authorization Reference, "Amazon S3".
    """
    params, name = operation.params, operation.name
    bucket = params.get("Bucket")
    if bucket is None:
        return [("s3:ListAllMyBuckets" if name == "ListBuckets" else f"s3:{name}", "*", {})]
    arn = f"arn:aws:s3:::{bucket}"
    if name == "DeleteObjects":
        return [("s3:DeleteObject", f"{arn}/{item['Key']}", {}) for item in params["Delete"]["Objects"]]
    if "Key" in params:
        keys = {
            "s3:x-amz-server-side-encryption": params.get("ServerSideEncryption"),
            "s3:x-amz-server-side-encryption-aws-kms-key-id": params.get("SSEKMSKeyId"),
        }
        context = {key: [value] for key, value in keys.items() if value}
        return [(f"s3:{_OBJECT_ACTIONS.get(name, name)}", f"{arn}/{params['Key']}", context)]
    keys = {"s3:prefix": params.get("Prefix"), "s3:delimiter": params.get("Delimiter")}
    return [(f"s3:{_BUCKET_ACTIONS.get(name, name)}", arn, {k: [v] for k, v in keys.items() if v})]
