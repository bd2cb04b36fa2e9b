"""REST APIs of API Gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.deploy.properties import camel
from local.deploy.template import DeployError
from local.deploy.values import Made

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.deploy.properties import Place, Properties

_SETTINGS = {
    "ThrottlingRateLimit": "throttling/rateLimit",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "LoggingLevel": "logging/loglevel",
    "DataTraceEnabled": "logging/dataTrace",
    "MetricsEnabled": "metrics/enabled",
}
_INTEGRATION = {
    "Type": "type",
    "IntegrationHttpMethod": "integrationHttpMethod",
    "Uri": "uri",
    "TimeoutInMillis": "timeoutInMillis",
}


def rest_api(place: Place, given: Properties) -> Made:
    """``AWS::ApiGateway::RestApi``."""
    made = place.clients("apigateway").create_rest_api(
        name=given.need("Name"),
        endpointConfiguration=camel(given.get("EndpointConfiguration", {"Types": ["EDGE"]})),
        tags=given.tags(),
        **given.pick(
            description="Description",
            binaryMediaTypes="BinaryMediaTypes",
            disableExecuteApiEndpoint="DisableExecuteApiEndpoint",
        ),
    )
    return Made(made["id"], {"RestApiId": made["id"], "RootResourceId": made["rootResourceId"]})


def resource(place: Place, given: Properties) -> Made:
    """``AWS::ApiGateway::Resource``."""
    made = place.clients("apigateway").create_resource(
        restApiId=given.need("RestApiId"), parentId=given.need("ParentId"), pathPart=given.need("PathPart")
    )
    return Made(made["id"], {"ResourceId": made["id"]})


def method(place: Place, given: Properties) -> Made:
    """``AWS::ApiGateway::Method``, with its integration."""
    named = {
        "restApiId": given.need("RestApiId"),
        "resourceId": given.need("ResourceId"),
        "httpMethod": given.need("HttpMethod"),
    }
    client = place.clients("apigateway")
    client.put_method(
        **named,
        authorizationType=given.get("AuthorizationType", "NONE"),
        **given.pick(
            apiKeyRequired="ApiKeyRequired",
            operationName="OperationName",
            requestParameters="RequestParameters",
            requestValidatorId="RequestValidatorId",
        ),
    )
    client.put_integration(**named, **_renamed(given, "Integration", given.need("Integration"), _INTEGRATION))
    return Made(f"{given.logical}-{'-'.join(named.values())}")


def request_validator(place: Place, given: Properties) -> Made:
    """``AWS::ApiGateway::RequestValidator``."""
    made = place.clients("apigateway").create_request_validator(
        restApiId=given.need("RestApiId"),
        **given.pick(
            name="Name",
            validateRequestBody="ValidateRequestBody",
            validateRequestParameters="ValidateRequestParameters",
        ),
    )
    return Made(made["id"], {"RequestValidatorId": made["id"]})


def deployment(place: Place, given: Properties) -> Made:
    """``AWS::ApiGateway::Deployment``, without a stage of its own."""
    made = place.clients("apigateway").create_deployment(
        restApiId=given.need("RestApiId"), **given.pick(description="Description")
    )
    return Made(made["id"], {"DeploymentId": made["id"]})


def stage(place: Place, given: Properties) -> Made:
    """``AWS::ApiGateway::Stage``, with the settings of its methods and its access log."""
    named = {"restApiId": given.need("RestApiId"), "stageName": given.need("StageName")}
    client = place.clients("apigateway")
    client.create_stage(
        **named,
        deploymentId=given.need("DeploymentId"),
        tags=given.tags(),
        **given.pick(description="Description", variables="Variables", tracingEnabled="TracingEnabled"),
    )
    patches = [patch for one in given.get("MethodSettings", []) for patch in _settings(given, one)]
    log = given.get("AccessLogSetting", {})
    for name, path in {"DestinationArn": "destinationArn", "Format": "format"}.items():
        if name in log:
            patches.append(_replaced(f"/accessLogSettings/{path}", log[name]))
    if patches:
        client.update_stage(**named, patchOperations=patches)
    return Made(named["stageName"])


def account(place: Place, given: Properties) -> Made:
    """``AWS::ApiGateway::Account``: the role with which API Gateway writes logs."""
    role = given.get("CloudWatchRoleArn")
    if role is not None:
        place.clients("apigateway").update_account(patchOperations=[_replaced("/cloudwatchRoleArn", role)])
    return Made(f"{place.stack}-{given.logical}", {"Id": f"{place.stack}-{given.logical}"})


def _settings(given: Properties, setting: Mapping[str, Any]) -> list[dict[str, str]]:
    """The changes that one of a stage's ``MethodSettings`` is."""
    path = str(setting.get("ResourcePath", "/*"))
    where = f"{'/~1' if path == '/' else path}/{setting.get('HttpMethod', '*')}"
    values = {name: value for name, value in setting.items() if name not in {"ResourcePath", "HttpMethod"}}
    return [
        _replaced(f"{where}/{name}", value)
        for name, value in _renamed(given, "MethodSettings", values, _SETTINGS).items()
    ]


def _replaced(path: str, value: Any) -> dict[str, str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return {"op": "replace", "path": path, "value": text}


def _renamed(given: Properties, name: str, values: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """The members of a property under the API's names.

    Raises:
        DeployError: a member that is not known.
    """
    if left := values.keys() - known.keys():
        msg = f"the materialiser does not know {', '.join(sorted(left))} in {name} of {given.logical} ({given.kind})"
        raise DeployError(msg)
    return {known[member]: value for member, value in values.items()}
