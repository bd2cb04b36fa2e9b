"""What a person or a schedule may ask of the upgrade machine."""

import difflib
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from norikae.environment import Version
from norikae.errors import BadRequestError

AppName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$")]


class UpgradeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The input of an execution of the upgrade machine; everything has a default.

    Args:
        version: the Kubernetes version of green; by default the one in the environment file.
        environment: for safety, the environment that the person means.
        dry_run: stop after preflight with the plan and the findings written.
        applications: move only these; the others stay on blue, which is therefore not deleted: the run holds.
        requested_by: who asks, for the audit trail.
        reason: why, for the audit trail.
    """

    version: Version | None = None
    environment: str | None = None
    dry_run: bool = False
    applications: tuple[AppName, ...] = ()
    requested_by: str = ""
    reason: str = ""


def parse_request(event: Mapping[str, Any], environment: str) -> UpgradeRequest:
    """The request in an execution's input.

    Raises:
        BadRequestError: a field is unknown or wrong, or the request is meant for another environment.
    """
    unknown = sorted(set(event) - set(UpgradeRequest.__struct_fields__))
    if unknown:
        near = difflib.get_close_matches(unknown[0], UpgradeRequest.__struct_fields__, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known fields: {', '.join(UpgradeRequest.__struct_fields__)}"
        raise BadRequestError(f"input: {unknown[0]}: there is no such field; {hint}")
    try:
        request = msgspec.convert(dict(event), UpgradeRequest)
    except msgspec.ValidationError as error:
        raise BadRequestError(f"input: {error}") from error
    if request.environment not in (None, environment):
        raise BadRequestError(
            f"input: environment: this is the machine of {environment}, not of {request.environment}; "
            "start the execution on that environment's machine"
        )
    return request
