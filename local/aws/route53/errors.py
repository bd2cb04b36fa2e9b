"""The refusals of Route 53, worded as it words them; docs/world/route53.md has the source of each text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence


def invalid_input(message: str) -> AwsError:
    """The request itself is malformed, whatever the zone holds."""
    return AwsError("InvalidInput", message)


def invalid_request(reason: str, action: str, name: str, kind: str, identifier: str | None) -> AwsError:
    """One change of a batch has a member too many or too few."""
    change = f"[Action={action}, Name={name}, Type={kind}, SetIdentifier={identifier or 'null'}]"
    return invalid_input(f"Invalid request: {reason} in Change with {change}")


def invalid_facet(facet: str, value: str, limit: str, shape: str) -> AwsError:
    """A value breaks a bound of the API's schema."""
    bound = f"with respect to {facet} '{limit}' for type '{shape}'"
    return invalid_input(f"Invalid XML ; cvc-{facet}-valid: Value '{value}' is not facet-valid {bound}")


def invalid_change_batch(messages: Sequence[str]) -> AwsError:
    """The zone does not allow the batch; nothing of it was done."""
    return AwsError("InvalidChangeBatch", f"[{', '.join(messages)}]", extra={"messages": list(messages)})


def no_such_hosted_zone(zone_id: str) -> AwsError:
    """No zone has this id."""
    return AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}", 404)


def no_such_change(change_id: str) -> AwsError:
    """No change has this id."""
    return AwsError("NoSuchChange", f"Could not find resource with ID: {change_id}", 404)


def no_such_health_check(check_id: str) -> AwsError:
    """No health check has this id: this world has none."""
    return AwsError("NoSuchHealthCheck", f"A health check with id {check_id} does not exist.", 404)


def throttled() -> AwsError:
    """More than five requests within one second from one account."""
    return AwsError("Throttling", "Rate exceeded")


def prior_request_not_complete() -> AwsError:
    """Another caller's change of the same zone is still being processed."""
    return AwsError(
        "PriorRequestNotComplete", "The request was rejected because Route 53 was still processing a prior request."
    )


def not_modelled(what: str) -> AwsError:
    """Outside what this simulator knows; AWS would accept it."""
    return AwsError("NotImplemented", f"The embedded world's Route 53 does not model {what}.", 501)
