"""Requests from outside: what API Gateway refuses, and what it hands to a function.

Sources: API Gateway guide, "Gateway response types", "Quotas for configuring and running a REST API", "Throttle
requests", "Request validation", "Handle Lambda errors"; Lambda guide, "Quotas" (payload of an invocation).
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends

from local.aws.api_gateway.access_log import line
from local.aws.api_gateway.answers import MalformedError, handed_on, refusal
from local.aws.api_gateway.event import Arrival, Request, proxy_event, request_context
from local.aws.api_gateway.throttle import Throttle
from local.aws.resource_policies import lets

if TYPE_CHECKING:
    from local.aws.api_gateway.records import Answer, Integration, Method, RestApi, Stage
    from local.kernel import Kernel
    from local.runtime import Outcome

Measure = Callable[[str, Mapping[str, str], float], object]
"""Takes a metric's name, its dimensions and a value."""
LARGEST_BODY, LARGEST_EVENT = 10 * 1024 * 1024, 6 * 1024 * 1024
"""Bytes of a request, and of an event with which a function is invoked."""
SERVICE = "apigateway.amazonaws.com"
_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com")


@dataclass(frozen=True, slots=True)
class Passed:
    """A request that goes to its function.

    Args:
        api: whose request it is.
        stage: where it arrived.
        request: as it arrived.
        arrival: where and when.
        integration: what answers.
        event: what the function gets.
    """

    api: RestApi
    stage: Stage
    request: Request
    arrival: Arrival
    integration: Integration
    event: dict[str, Any]


class Gate:
    """Judges requests.

    Args:
        kernel: the world's clock.
        apis: by id.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        measure: keeps the figures of requests.
    """

    def __init__(
        self, kernel: Kernel, apis: Mapping[str, RestApi], account: str, region: str, measure: Measure
    ) -> None:
        self._kernel, self._apis, self._account, self._region = kernel, apis, account, region
        self._measure = measure
        self._throttle = Throttle(kernel.seconds)

    def received(self, request: Request) -> Passed | Answer:
        """What becomes of a request before any function runs.

        Raises:
            OSError: no API has that host name.
        """
        found = self._stage(request)
        if found is None:
            return refusal(403, "Forbidden", "ForbiddenException")
        api, stage = found
        inside = unquote(request.path.removeprefix(f"/{stage.name}")).rstrip("/") or "/"
        method = api.deployments[stage.deployment].method(inside, request.verb)
        if method is None or method.integration is None:
            unknown = refusal(403, "Missing Authentication Token", "MissingAuthenticationTokenException")
            return self._measured(api, stage, unknown, 0.0)
        arrival = self._arrival(api, stage, method)
        decided = self._decided(Passed(api, stage, request, arrival, method.integration, {}), method)
        return decided if isinstance(decided, Passed) else self._logged(api, stage, request, arrival, decided)

    def answered(self, passed: Passed, outcome: Outcome | None) -> Answer:
        """What the client gets.

        Args:
            passed: the request.
            outcome: of the function; None when it has taken too long.
        """
        return self._logged(passed.api, passed.stage, passed.request, passed.arrival, self._answer(passed, outcome))

    def _stage(self, request: Request) -> tuple[RestApi, Stage] | None:
        host = _HOST.fullmatch(request.host)
        if host is None or host[2] != self._region:
            raise socket.gaierror(socket.EAI_NONAME, f"{request.host} is no host name of an API in {self._region}")
        api = self._apis.get(host[1])
        stage = api.stages.get(request.path.split("/")[1]) if api and api.open else None
        return (api, stage) if api and stage else None

    def _arrival(self, api: RestApi, stage: Stage, method: Method) -> Arrival:
        kernel = self._kernel
        bits = kernel.stream("api-gateway/traces").getrandbits(96)
        return Arrival(
            request_id=kernel.uuid("api-gateway/requests"),
            extended=f"{kernel.stream('api-gateway/extended').getrandbits(72):018x}=",
            trace=f"1-{int(kernel.now()):08x}-{bits:024x}",
            now=kernel.now(),
            account=self._account,
            api=api.id,
            stage=stage.name,
            deployment=stage.deployment,
            variables=stage.variables,
            method=method,
        )

    def _decided(self, passed: Passed, method: Method) -> Passed | Answer:
        api, request = passed.api, passed.request
        if not self._throttle.lets(api, passed.stage, method):
            return refusal(429, "Too Many Requests", "TooManyRequestsException")
        if len(request.body) > LARGEST_BODY:
            return refusal(413, "Request Too Long", "RequestTooLargeException")
        if missing := _missing(request, method):
            text = f"Missing required request parameters: [{', '.join(missing)}]"
            return refusal(400, text, "BadRequestException")
        event = proxy_event(request, passed.arrival, api.binary)
        if len(json.dumps(event)) > LARGEST_EVENT:
            return refusal(413, "Request Too Long", "RequestTooLargeException")
        if not self._may_invoke(passed):
            return refusal(500, "Internal server error", "InternalServerErrorException")
        return Passed(api, passed.stage, request, passed.arrival, passed.integration, event)

    def _may_invoke(self, passed: Passed) -> bool:
        """Whether the function's policy lets API Gateway invoke it for this method of this stage."""
        arn, request = passed.integration.function, passed.request
        resource = f"{passed.api.id}/{passed.stage.name}/{request.verb}{passed.arrival.method.path}"
        source = f"arn:aws:execute-api:{self._region}:{self._account}:{resource}"
        try:
            function = lambda_backends[self._account][self._region].get_function(arn.split(":")[6])
        except LambdaClientError:
            return False
        policy = json.dumps({"Statement": function.policy.statements})
        return lets(policy, service=SERVICE, action="lambda:InvokeFunction", resource=arn, source=source)

    def _answer(self, passed: Passed, outcome: Outcome | None) -> Answer:
        if outcome is None:
            return refusal(504, "Endpoint request timed out", "IntegrationTimeoutException")
        accepts = (passed.request.header("accept") or "").partition(",")[0]
        # What Lambda itself refuses, as when it throttles, is an error of the API, no answer of the function (re:Post).
        broken = refusal(500 if outcome.refused else 502, "Internal server error", "InternalServerErrorException")
        try:
            answer = broken if outcome.failed else handed_on(outcome.payload, accepts, passed.api.binary)
        except MalformedError:
            answer = broken
        ours = {"x-amzn-RequestId": passed.arrival.request_id, "X-Amzn-Trace-Id": f"Root={passed.arrival.trace}"}
        return answer._replace(headers={**answer.headers, **ours})

    def _logged(self, api: RestApi, stage: Stage, request: Request, arrival: Arrival, answer: Answer) -> Answer:
        if stage.log_format:
            known = {**request_context(request, arrival), "status": answer.status, "responseLength": len(answer.body)}
            stage.log.append(line(stage.log_format, known))
        return self._measured(api, stage, answer, self._kernel.now() - arrival.now)

    def _measured(self, api: RestApi, stage: Stage, answer: Answer, seconds: float) -> Answer:
        """The figures of a request: a rate of errors is the average of ones and zeros (guide, "Metrics")."""
        figures = {
            "Count": 1.0,
            "4XXError": float(answer.status // 100 == 4),  # noqa: PLR2004 - the class of client errors
            "5XXError": float(answer.status // 100 == 5),  # noqa: PLR2004 - the class of server errors
            "Latency": seconds * 1000,
        }
        for name, value in figures.items():
            self._measure(name, {"ApiName": api.name}, value)
            self._measure(name, {"ApiName": api.name, "Stage": stage.name}, value)
        return answer


def _missing(request: Request, method: Method) -> list[str]:
    """The parameters that a request must have and has not, or has blank (guide, "Request validation")."""
    query = {name for name, value in request.parameters() if value}
    return [
        name
        for place, _, name in (one.partition(".") for one in method.needed)
        if not (request.header(name) if place == "header" else name in query)
    ]
