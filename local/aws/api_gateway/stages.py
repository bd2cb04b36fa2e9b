"""Changes of a stage.

Source: API Gateway API reference, UpdateStage and "PATCH operations": ``/{path}/{method}/throttling/rateLimit``, where
the slashes of a path are written ``~1`` and ``*`` stands for all; guide, "Set up CloudWatch logging" (what a format
has).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from local.aws.api_gateway.records import Stage

_SETTING = re.compile(r"/(\*|~1[^/]*)/(\*|[A-Z]+)/((?:throttling|logging|metrics)/[a-zA-Z]+)")
_KNOWN = frozenset(
    ("throttling/rateLimit", "throttling/burstLimit", "logging/loglevel", "logging/dataTrace", "metrics/enabled")
)
_REQUEST_ID = re.compile(r"\$context\.(?:requestId|extendedRequestId)\b")
_NO_ID = "Invalid access log format: it must contain $context.requestId or $context.extendedRequestId"
_NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"


def changed(stage: Stage, patches: Iterable[Mapping[str, str]], *, deployments: Container[str], may_log: bool) -> Stage:
    """A stage with all changes, or none of them.

    Args:
        stage: as it is.
        patches: the operations.
        deployments: ids of those that there are.
        may_log: whether API Gateway has a role with which to write logs.

    Raises:
        AwsError: ``BadRequestException``; 501 for what is not kept here.
    """
    made = replace(stage, settings={owner: dict(values) for owner, values in stage.settings.items()})
    for patch in patches:
        if patch.get("op") != "replace":
            raise AwsError("NotImplemented", f"{patch.get('op')} of a stage is outside this simulator's scope", 501)
        _apply(made, patch["path"], patch.get("value", ""), deployments=deployments, may_log=may_log)
    return made


def _apply(stage: Stage, path: str, value: str, *, deployments: Container[str], may_log: bool) -> None:
    setting = _SETTING.fullmatch(path)
    if path == "/deploymentId":
        if value not in deployments:
            raise AwsError("BadRequestException", "Deployment id does not exist", 400)
        stage.deployment = value
    elif path == "/accessLogSettings/destinationArn":
        _may(log=True, role=may_log)
        stage.log_group = value
    elif path == "/accessLogSettings/format":
        if not _REQUEST_ID.search(value):
            raise AwsError("BadRequestException", _NO_ID, 400)
        stage.log_format = value
    elif setting is not None and setting[3] in _KNOWN:
        _may(log=setting[3] == "logging/loglevel" and value != "OFF", role=may_log)
        owner = "/*" if setting[1] == "*" else setting[1].replace("~1", "/")
        stage.settings.setdefault((owner, setting[2]), {})[setting[3]] = _checked(setting[3], value)
    else:
        raise AwsError("NotImplemented", f"{path} of a stage is outside the scope of this simulator", 501)


def _may(*, log: bool, role: bool) -> None:
    if log and not role:
        raise AwsError("BadRequestException", _NO_ROLE, 400)


def _checked(name: str, value: str) -> str:
    if name.startswith("throttling/"):
        try:
            fits = float(value) >= 0
        except ValueError:
            fits = False
        if not fits:
            raise AwsError("BadRequestException", f"Invalid value specified for {name}: {value}", 400)
    return value
