"""The permissions that calls of Systems Manager and AWS Health need.

Source: Service Authorization Reference, "AWS Systems Manager" and "AWS Health APIs and Notifications".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.iam.conditions import UnmodelledPolicyError

if TYPE_CHECKING:
    from local.aws.iam.demands import Derived, Place
    from local.aws.protocol import Operation

_OF_DOCUMENTS = frozenset(
    (
        *("CreateDocument", "UpdateDocument", "UpdateDocumentDefaultVersion"),
        *("GetDocument", "DeleteDocument", "DescribeDocument"),
    )
)


def ssm(operation: Operation, place: Place) -> Derived:
    """The action on each calendar, on a document or on a parameter."""
    action, params = f"ssm:{operation.name}", operation.params
    if operation.name == "GetCalendarState":
        return [(action, _document(name, place), {}) for name in params["CalendarNames"]]
    if operation.name in _OF_DOCUMENTS:
        return [(action, _document(params["Name"], place), {})]
    if params.get("Name"):
        return [(action, _parameter(params["Name"], place), {})]
    if not operation.name.startswith(("Describe", "List", "Get")):
        raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for {action}")
    return [(action, "*", {})]


def health(operation: Operation, _: Place) -> Derived:
    """The action on events that a request names; asking which there are takes no resource."""
    action, params = f"health:{operation.name}", operation.params
    if operation.name == "DescribeEvents":
        return [(action, "*", {})]
    arns = params.get("eventArns") or params.get("filter", {}).get("eventArns")
    if not arns:
        raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for {action}")
    return [(action, arn, {}) for arn in arns]


def _document(name: str, place: Place) -> str:
    return name if name.startswith("arn:") else place.arn("ssm", f"document/{name}")


def _parameter(name: str, place: Place) -> str:
    """Public parameters belong to no account (Systems Manager guide, "Working with public parameters")."""
    if name.startswith("arn:"):
        return name
    arn = place.arn("ssm", f"parameter/{name.lstrip('/')}")
    return arn.replace(place.account, "") if name.startswith("/aws/") else arn
