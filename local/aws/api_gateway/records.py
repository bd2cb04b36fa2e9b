"""What a REST API is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Answer(NamedTuple):
    """An HTTP answer.

    Args:
        status: the HTTP status.
        headers: by name, several values of one name joined with commas.
        body: its bytes.
    """

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Integration:
    """The function behind a method.

    Args:
        function: its ARN.
        timeout: seconds after which its answer is not waited for any more.
    """

    function: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Method:
    """One HTTP method of a resource.

    Args:
        resource: id of the resource.
        path: of the resource, such as ``/slack``.
        verb: such as ``POST``, or ``ANY``.
        needed: the headers and query parameters that a request must have, such as ``header.X-Slack-Signature``.
        integration: what answers; None until it is put.
    """

    resource: str
    path: str
    verb: str
    needed: tuple[str, ...] = ()
    integration: Integration | None = None


@dataclass(slots=True)
class Resource:
    """One path of an API.

    Args:
        id: API Gateway's name for it.
        path: from the root, such as ``/slack``.
        methods: by HTTP method.
    """

    id: str
    path: str
    methods: dict[str, Method] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deployment:
    """The methods as they were when it was made; later changes are not in it.

    Args:
        id: API Gateway's name for it.
        methods: by path and HTTP method.
    """

    id: str
    methods: dict[tuple[str, str], Method]

    def method(self, path: str, verb: str) -> Method | None:
        """What answers a request; a method of its own goes before ANY."""
        return self.methods.get((path, verb)) or self.methods.get((path, "ANY"))


@dataclass(slots=True)
class Stage:
    """A deployment under a name.

    Args:
        name: the first part of the path of every request.
        deployment: id of what is deployed.
        settings: what is set by path and HTTP method (``/*`` and ``*`` are all), such as ``throttling/rateLimit``.
        variables: stage variables.
        log_group: ARN of the log group of its access log; empty for none.
        log_format: of a line of it.
        log: its lines.
    """

    name: str
    deployment: str
    settings: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    log_group: str = ""
    log_format: str = ""
    log: list[str] = field(default_factory=list)

    def setting(self, path: str, verb: str, name: str) -> str | None:
        """A setting of a method: its own, or that of all methods of the stage."""
        found = (self.settings.get(owner, {}).get(name) for owner in ((path, verb), ("/*", "*")))
        return next((value for value in found if value is not None), None)


@dataclass(slots=True)
class RestApi:
    """One API.

    Args:
        id: the first part of its host name.
        name: people's name for it.
        binary: media types whose bodies are handed on as base64.
        open: whether its own host name answers.
        resources: by id; the first is the root.
        deployments: by id.
        stages: by name.
        validators: whether request parameters are checked, by id of the validator.
    """

    id: str
    name: str
    binary: tuple[str, ...] = ()
    open: bool = True
    resources: dict[str, Resource] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)
    validators: dict[str, bool] = field(default_factory=dict)
