# ruff: noqa: N803 - the members of the API are spelled as AWS spells them
"""The API of API Gateway, as far as a REST API of Lambda functions needs it.

Source: API Gateway API reference; guide, "Deploy REST APIs", "Set up CloudWatch logging".
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.api_gateway.entrance import Entrance
from local.aws.api_gateway.gate import SERVICE, Gate
from local.aws.api_gateway.records import Deployment, Integration, Method, Resource, RestApi, Stage
from local.aws.api_gateway.stages import changed
from local.aws.iam.authority import trusts
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.aws.api_gateway.gate import Measure
    from local.kernel import Kernel
    from local.runtime import LambdaRuntime

LONGEST_MILLISECONDS = 29_000
_URI = re.compile(r"arn:aws:apigateway:([a-z0-9-]+):lambda:path/2015-03-31/functions/(arn:aws:lambda:.+)/invocations")
_PART = re.compile(r"[a-zA-Z0-9._:-]+")
_STAGE = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_VERBS = frozenset({"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_NEEDED = re.compile(r"method\.request\.(header|querystring)\.(.+)")


class ApiGatewaySimulator(Entrance, Simulator):
    """The REST APIs of one account and region.

    Args:
        kernel: the world's clock.
        runtime: runs the functions.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        measure: keeps a metric of ``AWS/ApiGateway``: its name, its dimensions and a value; by default nobody does.
    """

    service: ClassVar[str] = "apigateway"

    def __init__(
        self,
        kernel: Kernel,
        *,
        runtime: LambdaRuntime,
        account: str,
        region: str,
        measure: Measure = lambda *_: None,
    ) -> None:
        self._kernel, self._region = kernel, region
        self.apis: dict[str, RestApi] = {}
        self.log_role = ""
        """The role with which API Gateway writes logs; without one no stage may have any."""
        super().__init__(kernel, runtime, Gate(kernel, self.apis, account, region, measure))

    def create_rest_api(
        self,
        *,
        name: str,
        description: str = "",
        binaryMediaTypes: Sequence[str] = (),
        endpointConfiguration: Mapping[str, Any] | None = None,
        disableExecuteApiEndpoint: bool = False,
        tags: Mapping[str, str] | None = None,
        **outside: Any,
    ) -> dict[str, Any]:
        """An API that has only its root."""
        kinds = list((endpointConfiguration or {}).get("types", ["EDGE"]))
        if set(kinds) - {"REGIONAL", "EDGE"} or len(kinds) != 1:
            outside["endpointConfiguration"] = kinds
        _refuse("CreateRestApi", outside)
        api = RestApi(self._id(), name, tuple(binaryMediaTypes), open=not disableExecuteApiEndpoint)
        root = self._id()
        api.resources[root] = Resource(root, "/")
        self.apis[api.id] = api
        return {
            "id": api.id,
            "name": name,
            "description": description,
            "createdDate": self._kernel.utcnow(),
            "binaryMediaTypes": list(api.binary),
            "endpointConfiguration": {"types": kinds},
            "disableExecuteApiEndpoint": disableExecuteApiEndpoint,
            "rootResourceId": root,
            "tags": dict(tags or {}),
        }

    def create_resource(self, *, restApiId: str, parentId: str, pathPart: str) -> dict[str, Any]:
        """One more path below another; parameters in paths are a 501."""
        api, parent = self._api(restApiId), self._resource(restApiId, parentId)
        if "{" in pathPart:
            _refuse("CreateResource", {pathPart: ""})
        if not _PART.fullmatch(pathPart):
            raise _bad("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable")
        path = f"{parent.path.rstrip('/')}/{pathPart}"
        if any(one.path == path for one in api.resources.values()):
            text = f"Another resource with the same parent already has this name: {pathPart}"
            raise AwsError("ConflictException", text, 409)
        made = Resource(self._id(6), path)
        api.resources[made.id] = made
        return {"id": made.id, "parentId": parentId, "pathPart": pathPart, "path": path}

    def create_request_validator(
        self,
        *,
        restApiId: str,
        name: str = "",
        validateRequestBody: bool = False,
        validateRequestParameters: bool = False,
    ) -> dict[str, Any]:
        """What a method may name so that its required parameters are checked; bodies have no models here."""
        api, made = self._api(restApiId), self._id(6)
        api.validators[made] = validateRequestParameters
        checks = {"validateRequestBody": validateRequestBody, "validateRequestParameters": validateRequestParameters}
        return {"id": made, "name": name, **checks}

    def put_method(
        self,
        *,
        restApiId: str,
        resourceId: str,
        httpMethod: str,
        authorizationType: str,
        apiKeyRequired: bool = False,
        operationName: str = "",
        requestParameters: Mapping[str, bool] | None = None,
        requestValidatorId: str | None = None,
        **outside: Any,
    ) -> dict[str, Any]:
        """A method that everybody may call; others are a 501."""
        if authorizationType != "NONE" or apiKeyRequired:
            outside["authorizationType"] = authorizationType
        _refuse("PutMethod", outside)
        api, resource = self._api(restApiId), self._resource(restApiId, resourceId)
        if httpMethod not in _VERBS:
            raise _bad("Invalid HTTP method specified")
        if requestValidatorId is not None and requestValidatorId not in api.validators:
            raise AwsError("NotFoundException", "Invalid Request Validator identifier specified", 404)
        if httpMethod in resource.methods:
            raise AwsError("ConflictException", "Method already exists for this resource", 409)
        parameters = requestParameters or {}
        needed = tuple(_needed(name) for name, required in parameters.items() if required)
        checked = api.validators.get(requestValidatorId or "", False)
        resource.methods[httpMethod] = Method(resource.id, resource.path, httpMethod, needed if checked else ())
        shown = {"httpMethod": httpMethod, "authorizationType": "NONE", "apiKeyRequired": False}
        return shown | ({"operationName": operationName} if operationName else {})

    def put_integration(
        self,
        *,
        restApiId: str,
        resourceId: str,
        httpMethod: str,
        type: str,  # noqa: A002 - AWS's name
        integrationHttpMethod: str = "",
        uri: str = "",
        timeoutInMillis: int = LONGEST_MILLISECONDS,
        **outside: Any,
    ) -> dict[str, Any]:
        """The function behind a method, with proxy integration; others are a 501."""
        _refuse("PutIntegration", outside | ({} if type == "AWS_PROXY" else {"type": type}))
        resource, found = self._resource(restApiId, resourceId), _URI.fullmatch(uri)
        if httpMethod not in resource.methods:
            raise AwsError("NotFoundException", "Invalid Method identifier specified", 404)
        if found is None or found[1] != self._region:
            raise _bad("Invalid ARN specified in the request")
        if integrationHttpMethod != "POST":  # the guide: a function is always invoked by POST
            raise _bad("Enumeration value for HttpMethod must be POST for a Lambda function")
        if not 50 <= timeoutInMillis <= LONGEST_MILLISECONDS:  # noqa: PLR2004 - the least of the API reference
            raise _bad(f"Timeout should be between 50 ms and {LONGEST_MILLISECONDS} ms")
        integration = Integration(found[2], timeoutInMillis / 1000)
        resource.methods[httpMethod] = replace(resource.methods[httpMethod], integration=integration)
        return {"type": type, "httpMethod": "POST", "uri": uri, "timeoutInMillis": timeoutInMillis}

    def create_deployment(self, *, restApiId: str, description: str = "", **outside: Any) -> dict[str, Any]:
        """The methods as they are now."""
        _refuse("CreateDeployment", outside)
        api = self._api(restApiId)
        methods = {(one.path, verb): method for one in api.resources.values() for verb, method in one.methods.items()}
        if not methods:
            raise _bad("The REST API doesn't contain any methods")
        if any(method.integration is None for method in methods.values()):
            raise _bad("No integration defined for method")
        made = Deployment(self._id(6), methods)
        api.deployments[made.id] = made
        return {"id": made.id, "description": description, "createdDate": self._kernel.utcnow()}

    def create_stage(
        self,
        *,
        restApiId: str,
        stageName: str,
        deploymentId: str,
        description: str = "",
        variables: Mapping[str, str] | None = None,
        tracingEnabled: bool = False,
        tags: Mapping[str, str] | None = None,
        **outside: Any,
    ) -> dict[str, Any]:
        """A deployment is answered under a name; traces are not kept here."""
        _refuse("CreateStage", outside)
        api = self._api(restApiId)
        if not _STAGE.fullmatch(stageName):
            raise _bad("Stage name only allows a-zA-Z0-9_-")
        if deploymentId not in api.deployments:
            raise _bad("Deployment id does not exist")
        if stageName in api.stages:
            raise AwsError("ConflictException", "Stage already exists", 409)
        api.stages[stageName] = Stage(stageName, deploymentId, variables=dict(variables or {}))
        shown = {"deploymentId": deploymentId, "stageName": stageName, "description": description}
        return shown | {"tracingEnabled": tracingEnabled, "tags": dict(tags or {})}

    def update_stage(
        self, *, restApiId: str, stageName: str, patchOperations: Sequence[Mapping[str, str]] = ()
    ) -> dict[str, Any]:
        """Another deployment, settings of methods, or an access log."""
        api = self._api(restApiId)
        if stageName not in api.stages:
            raise AwsError("NotFoundException", "Invalid Stage identifier specified", 404)
        api.stages[stageName] = changed(
            api.stages[stageName], patchOperations, deployments=api.deployments, may_log=bool(self.log_role)
        )
        return {"deploymentId": api.stages[stageName].deployment, "stageName": stageName}

    def update_account(self, *, patchOperations: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
        """The role with which logs are written."""
        for one in patchOperations:
            if one.get("path") != "/cloudwatchRoleArn" or one.get("op") != "replace":
                _refuse("UpdateAccount", {one.get("path", ""): ""})
            if not trusts(one["value"], SERVICE):
                raise _bad("The role ARN does not have required permissions configured")
            self.log_role = one["value"]
        return {"cloudwatchRoleArn": self.log_role}

    def _id(self, letters: int = 10) -> str:
        stream = self._kernel.stream("api-gateway/ids")
        return "".join(stream.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(letters))

    def _api(self, name: str) -> RestApi:
        if name not in self.apis:
            raise AwsError("NotFoundException", "Invalid API identifier specified", 404)
        return self.apis[name]

    def _resource(self, api: str, name: str) -> Resource:
        resources = self._api(api).resources
        if name not in resources:
            raise AwsError("NotFoundException", "Invalid Resource identifier specified", 404)
        return resources[name]


def _needed(name: str) -> str:
    found = _NEEDED.fullmatch(name)
    if found is None:
        raise _bad(f"Invalid mapping expression specified: {name}")
    return f"{found[1]}.{found[2]}"


def _bad(text: str) -> AwsError:
    return AwsError("BadRequestException", text, 400)


def _refuse(operation: str, outside: Mapping[str, Any]) -> None:
    if outside:
        text = f"{operation} with {sorted(outside)} is outside the scope of this simulator"
        raise AwsError("NotImplemented", text, 501)
