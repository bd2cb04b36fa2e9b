"""Filters and pages of EC2's and Auto Scaling's lists."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SMALLEST_PAGE = 5
"""Of instances and their status (EC2 API reference)."""


def matching(
    rows: Sequence[dict[str, Any]], filters: Sequence[Mapping[str, Any]], keys: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The rows that every filter lets through; the values of one filter are alternatives, with ``*`` and ``?``.

    Args:
        rows: described things, with ``Tags``.
        filters: as in the API.
        keys: filter to the member that it is about; ``tag:<key>`` is always known.

    Raises:
        AwsError: 501 for a filter that is not modelled.

    Source: EC2 user guide, "Filtering your resources".
    """
    for wanted in filters:
        if wanted["Name"] not in keys and not wanted["Name"].startswith("tag:"):
            raise AwsError("NotImplemented", f"the embedded world has no filter {wanted['Name']}", 501)
    return [row for row in rows if all(_matches(row, wanted, keys) for wanted in filters)]


def _matches(row: dict[str, Any], wanted: Mapping[str, Any], keys: Mapping[str, str]) -> bool:
    name: str = wanted["Name"]
    if name.startswith("tag:"):
        found = [tag["Value"] for tag in row.get("Tags", []) if tag["Key"] == name[4:]]
    else:
        value = row[keys[name]]
        found = [_text(one) for one in (value if isinstance(value, list) else [value])]
    return any(fnmatchcase(one, pattern) for one in found for pattern in wanted["Values"])


def _text(value: Any) -> str:
    """What a filter compares: of a structure its name, its status or its code."""
    if isinstance(value, dict):
        value = next(value[key] for key in ("Name", "Status", "Code") if key in value)
    return str(value)


def check_page(request: Mapping[str, Any]) -> None:
    """What EC2 refuses of a page: ids together with a size, and a size that is too small.

    Raises:
        AwsError: InvalidParameterCombination, InvalidParameterValue.
    """
    size = request.get("MaxResults")
    if size is not None and request.get("InstanceIds"):
        text = "The parameter instancesSet cannot be used with the parameter maxResults"
        raise AwsError("InvalidParameterCombination", text)
    if size is not None and size < SMALLEST_PAGE:
        text = f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value greater than {SMALLEST_PAGE}."
        raise AwsError("InvalidParameterValue", text)


def page(items: list[Any], request: Mapping[str, Any], member: str) -> dict[str, Any]:
    """One page of a list, with the token of the next."""
    start = int(request.get("NextToken") or 0)
    size = int(request.get("MaxResults") or request.get("MaxRecords") or 100)
    rest = {"NextToken": str(start + size)} if start + size < len(items) else {}
    return {member: items[start : start + size], **rest}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as EC2 lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
