"""An API with one function behind it, made by calls of API Gateway."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from local.aws.api_gateway import Answer, ApiGatewaySimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.kernel import Kernel
from local.runtime import LambdaRuntime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hear"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
HEAR = """
    import json, time
    def handler(event, context):
        said = event["body"] or ""
        if said == "sleep":
            time.sleep(40)
            print("slept")
        if said == "fail":
            raise ValueError("no")
        if said.startswith("answer "):
            return json.loads(said.removeprefix("answer "))
        return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}
    """


class Gateway:
    """``POST /slack`` of the stage ``live``, answered by the function ``hear``."""

    def __init__(self, folder: Path, *, binary: Sequence[str] = (), needed: Mapping[str, bool] | None = None) -> None:
        self.kernel = Kernel()
        identities = Identities(ACCOUNT)
        self.runtime = LambdaRuntime(self.kernel, identities=identities, region=REGION)
        self.figures: list[tuple[str, dict[str, str], float]] = []
        self.simulator = ApiGatewaySimulator(
            self.kernel,
            runtime=self.runtime,
            account=ACCOUNT,
            region=REGION,
            measure=lambda name, where, value: self.figures.append((name, dict(where), value)),
        )
        self.front = Front(self.kernel, [self.simulator], identities, ACCOUNT, REGION)
        self.runtime.front_url = self.front.start()
        self.client = self.front.client("apigateway")
        self._function(folder)
        made = self.client.create_rest_api(
            name="chat", binaryMediaTypes=binary, endpointConfiguration={"types": ["REGIONAL"]}
        )
        self.api, self.root = made["id"], made["rootResourceId"]
        self.slack = self.path("slack")
        self.answers(self.slack, "POST", needed)
        self.live = self.client.create_deployment(restApiId=self.api)["id"]
        self.client.create_stage(restApiId=self.api, stageName="live", deploymentId=self.live)

    def _function(self, folder: Path) -> None:
        role = self.front.client("iam").create_role(RoleName="hear", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.role = role["Role"]["Arn"]
        self.functions = self.front.client("lambda")
        self.functions.create_function(
            FunctionName="hear",
            Role=self.role,
            Runtime="python3.13",
            Handler="own_code.handler",
            Code={"ZipFile": b"stands for the code"},
        )
        (folder / "own_code.py").write_text(textwrap.dedent(HEAR))
        self.runtime.register(FUNCTION, folder, "own_code.handler", {}, 60, self.role)

    def permit(self, source: str = "*/POST/slack") -> None:
        """The function's policy lets API Gateway invoke it."""
        self.functions.add_permission(
            FunctionName="hear",
            StatementId="gateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{self.api}/{source}",
        )

    def path(self, part: str) -> str:
        made = self.client.create_resource(restApiId=self.api, parentId=self.root, pathPart=part)
        return str(made["id"])

    def answers(self, resource: str, verb: str, needed: Mapping[str, bool] | None = None) -> None:
        named = {"restApiId": self.api, "resourceId": resource, "httpMethod": verb}
        more: dict[str, Any] = {}
        if needed:
            validator = self.client.create_request_validator(restApiId=self.api, validateRequestParameters=True)
            more = {"requestParameters": needed, "requestValidatorId": validator["id"]}
        self.client.put_method(**named, authorizationType="NONE", **more)
        uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
        self.client.put_integration(**named, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)

    def patch(self, **values: Any) -> None:
        """Change the stage, such as ``**{"/*/*/throttling/rateLimit": 1}``."""
        patches = [{"op": "replace", "path": path, "value": str(value)} for path, value in values.items()]
        self.client.update_stage(restApiId=self.api, stageName="live", patchOperations=patches)

    def url(self, path: str = "/live/slack") -> str:
        return f"https://{self.api}.execute-api.{REGION}.amazonaws.com{path}"

    def says(
        self, body: str | bytes = "", path: str = "/live/slack", verb: str = "POST", **headers: str
    ) -> tuple[Answer, Any]:
        """The answer to one request, and what its body says."""
        raw = body.encode() if isinstance(body, str) else body
        answer = self.kernel.run(self.kernel.process(self.simulator.arrives(verb, self.url(path), headers, raw)))
        assert isinstance(answer, Answer)
        return answer, json.loads(answer.body) if answer.body else None

    def close(self) -> None:
        self.runtime.close()
        self.front.stop()
