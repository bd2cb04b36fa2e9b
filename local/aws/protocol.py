"""The wire protocols of AWS: a request becomes an operation with checked parameters, a result becomes an answer."""

from __future__ import annotations

import io
import json
import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from botocore.validate import ParamValidator
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from local.aws.constraints import broken_constraints
from local.aws.loopback import HttpAnswer
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from local.aws.loopback import HttpRequest

SERVICES = {
    "elasticloadbalancing": "elbv2",
    "states": "stepfunctions",
    "monitoring": "cloudwatch",
    "email": "ses",
}
"""botocore's service name by the name that requests are signed with, where the two differ."""

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class Credential:
    """What the signature of a request says about it."""

    access_key: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A request that names an operation, with its parameters as boto3 spells them."""

    service: str
    name: str
    params: dict[str, Any]
    model: Any
    protocol: str


class InvalidParametersError(Exception):
    """A known operation with parameters that its service refuses.

    Args:
        operation: the call.
        refusal: the service's error.
    """

    def __init__(self, operation: Operation, refusal: AwsError) -> None:
        super().__init__(str(refusal))
        self.operation = operation
        self.refusal = refusal


def credential(request: HttpRequest) -> Credential | None:
    """The credential scope of a signed request, or nothing if it is not signed with Signature Version 4."""
    signed = request.headers.get("authorization", "")
    if "X-Amz-Credential" in request.target:
        signed = unquote(request.target).replace("X-Amz-Credential", "Credential")
    found = _CREDENTIAL.search(signed)
    return Credential(found[1], found[2], SERVICES.get(found[3], found[3])) if found else None


def needs_no_signature(request: HttpRequest) -> bool:
    """Whether a request is one that is sent without credentials (``authtype: none`` in the service's model)."""
    return b"Action=AssumeRoleWithWebIdentity&" in request.body


def environ(request: HttpRequest) -> dict[str, Any]:
    """The request as a WSGI environment, which is what moto reads."""
    parts = urlsplit(request.target)
    host = request.headers.get("host", "127.0.0.1")
    wsgi: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path, "latin-1"),
        "QUERY_STRING": parts.query,
        "RAW_URI": request.target,
        "REQUEST_URI": request.target,
        "SERVER_NAME": host.partition(":")[0],
        "SERVER_PORT": host.partition(":")[2] or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        if name not in {"content-type", "content-length", "transfer-encoding"}:
            wsgi["HTTP_" + name.upper().replace("-", "_")] = value
    return wsgi


def parse(service: str, request: HttpRequest) -> Operation:
    """The operation that a request asks for, with parameters that satisfy the service's model.

    Args:
        service: botocore's name of the service.
        request: the request as it arrived.

    Raises:
        AwsError: no such operation, or a body that cannot be read.
        InvalidParametersError: parameters that the service's model does not admit.
    """
    incoming = Request(environ(request))
    try:
        model = get_service_model(service)
        operation, labels = get_service_router(service).match(incoming)
        protocol = determine_request_protocol(model, incoming.content_type)
    except (NotFound, NotImplementedError, UnknownServiceError) as error:
        raise AwsError("UnknownOperationException", f"{service} has no operation for this request", 404) from error
    parser = PROTOCOL_PARSERS[protocol](operation)
    try:
        params = parser.parse(
            {
                "method": incoming.method,
                "values": incoming.values,
                "headers": incoming.headers,
                "body": request.body,
                "url_path": incoming.path,
                "url_params": labels,
            }
        )
    except (RequestParserError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise AwsError("SerializationException", f"{operation.name}: {error}") from error
    members = operation.input_shape.members if operation.input_shape else {}
    params = {
        name: value
        for name, value in (params or {}).items()
        # moto's parser hands on a query list that was not sent as an empty one
        if value is not None and not (value == [] and members[name].serialization.get("location") == "querystring")
    }
    found = Operation(service, operation.name, params, operation, protocol)
    _check(found)
    return found


def answer(operation: Operation, result: dict[str, Any] | AwsError, request_id: str) -> HttpAnswer:
    """The result, or the refusal, in the protocol that the client speaks."""
    serializer = get_serializer_class(operation.service, operation.protocol)(
        operation.model, SerializationContext(request_id)
    )
    with warnings.catch_warnings():
        # moto warns about an error that the model of the service does not list, such as a throttle
        warnings.simplefilter("ignore")
        sent = serializer.serialize(_Refusal(result) if isinstance(result, AwsError) else result)
    if isinstance(result, AwsError):
        status = _modelled_status(operation, result) or result.status
    else:
        status = _located_status(operation, result) or sent["status_code"]
    body = sent["body"] if isinstance(sent["body"], bytes) else str(sent["body"]).encode()
    return HttpAnswer(status, body, {**sent["headers"], "x-amzn-requestid": request_id})


def plain_error(request: HttpRequest, error: AwsError, request_id: str) -> HttpAnswer:
    """A refusal of a request that names no operation, in the form that its client most likely reads."""
    headers = {"x-amzn-requestid": request_id, "x-amzn-errortype": error.code, "Content-Type": "application/json"}
    signed = credential(request)
    if signed and _protocol_of(signed.service) in {"query", "rest-xml", "ec2"}:
        text = f"<Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message></Error>"
        body = f"<ErrorResponse>{text}<RequestId>{request_id}</RequestId></ErrorResponse>"
        return HttpAnswer(error.status, body.encode(), {**headers, "Content-Type": "text/xml"})
    return HttpAnswer(error.status, json.dumps({"__type": error.code, "message": error.message}).encode(), headers)


def error_code(answer: HttpAnswer) -> str:
    """The error code inside an answer that moto made."""
    header = next((v for k, v in answer.headers.items() if k.lower() == "x-amzn-errortype"), "")
    found = re.search(rb"<Code>([^<]+)</Code>", answer.body) or re.search(rb'"__type":\s*"([^"]+)"', answer.body)
    code = header or (found[1].decode() if found else str(answer.status))
    return code.rsplit("#", 1)[-1].split(":")[0]


def _protocol_of(service: str) -> str:
    try:
        return str(get_service_model(service).protocol)
    except UnknownServiceError:
        return "json"


def _modelled_status(operation: Operation, error: AwsError) -> int | None:
    for shape in operation.model.service_model.error_shapes:
        if error.code in {shape.name, shape.error_code}:
            status = shape.metadata.get("error", {}).get("httpStatusCode")
            return int(status) if status else None
    return None


def _located_status(operation: Operation, result: dict[str, Any]) -> int | None:
    """The member that is the HTTP status itself (Smithy's ``httpResponseCode``), as in Lambda's Invoke."""
    members = operation.model.output_shape.members if operation.model.output_shape else {}
    named = [name for name, shape in members.items() if shape.serialization.get("location") == "statusCode"]
    return next((int(result[name]) for name in named if name in result), None)


class _Refusal(Exception):  # noqa: N818 - moto's serializers take any exception with a code
    """An AwsError in the form that moto's serializers read."""

    def __init__(self, error: AwsError) -> None:
        super().__init__(error.message)
        self.code = error.code
        self.message = error.message
        for name, value in error.extra.items():
            setattr(self, name, value)


@cache
def _validator() -> ParamValidator:
    return ParamValidator()


def _check(operation: Operation) -> None:
    shape = operation.model.input_shape
    if shape is None:
        return
    report = _validator().validate(operation.params, shape)
    broken = [report.generate_report()] if report.has_errors() else []
    broken += broken_constraints(shape, operation.params)
    if broken:
        count = f"{len(broken)} validation error{'s' if len(broken) > 1 else ''} detected: "
        raise InvalidParametersError(operation, AwsError(_validation_code(operation), count + "; ".join(broken)))


def _validation_code(operation: Operation) -> str:
    """The code for a malformed parameter: the one the operation lists, else the one its protocol uses.

    Source: the error shapes in botocore's models; ValidationError is the query protocol's common error.
    """
    listed = {shape.name for shape in operation.model.error_shapes}
    for code in ("ValidationException", "InvalidParameterException", "InvalidInput", "InvalidParameterValueException"):
        if code in listed:
            return code
    return "ValidationError" if operation.protocol == "query" else "ValidationException"
