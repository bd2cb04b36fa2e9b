"""The AWS Parameters and Secrets Lambda Extension: secrets over HTTP on localhost, with a cache in each sandbox.

Sources: Lambda guide, "Use Secrets Manager secrets in Lambda functions" and Secrets Manager guide, "AWS Parameters and
Secrets Lambda Extension" (path, header, environment variables, 300 seconds, 1000 secrets). Neither says which status
a wrong token has, or what an error of Secrets Manager looks like: here 401 without a token, 403 with a wrong one, and
Secrets Manager's own status and text. While a function is initialised the extension says 400, as its users report.
One server stands for the extensions of all sandboxes and knows them apart by their session tokens; so its port is
another than 2773, which the documented variable says.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import ClientError

from local.aws.loopback import HttpAnswer, Loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.loopback import HttpRequest
    from local.kernel import Kernel
    from local.runtime.function import Function

PORT = "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"
TOKEN = "x-aws-parameters-secrets-token"  # noqa: S105 - a header's name
PATH = "/secretsmanager/get"
LONGEST_TTL, MOST_SECRETS = 300, 1000
ANSWER_SECONDS = 0.001
"""What an answer from the cache takes."""
_LAYER = re.compile(
    r"arn:aws:lambda:([a-z0-9-]+):(\d{12}):layer:AWS-Parameters-and-Secrets-Lambda-Extension(-Arm64)?:\d+"
)
_LATEST = "{{{{resolve:ssm:/aws/service/aws-parameters-and-secrets-lambda-extension/{}/latest}}}}"
"""What CloudFormation replaces by the layer of its region (the same guide, "Retrieving the latest … ARN version")."""
_PUBLIC = {"arm64": "arm64", "x86_64": "x86"}
_PUBLISHERS = {"ap-northeast-1": "133490724326", "us-east-1": "177933569100"}
"""The account that publishes the layer in a region (Systems Manager guide, list of the extension's ARNs)."""
_ASKED = {"secretId": "SecretId", "versionId": "VersionId", "versionStage": "VersionStage"}


def is_extension(layer: str, *, region: str, architecture: str) -> bool:
    """Whether a layer is the extension, as it is published for a region and an architecture.

    Args:
        layer: ARN with a version, or the reference to AWS's public parameter that has it.
        region: of the function.
        architecture: ``x86_64`` or ``arm64``.
    """
    if layer == _LATEST.format(_PUBLIC[architecture]):
        return True
    found = _LAYER.fullmatch(layer)
    if found is None or found[1] != region or found[2] != _PUBLISHERS.get(region):
        return False
    return bool(found[3]) == (architecture == "arm64")


@dataclass(slots=True)
class _Sandbox:
    """The extension beside one worker."""

    role: str
    ttl: float
    most: int
    serves: bool = False
    kept: dict[tuple[tuple[str, str], ...], tuple[float, bytes]] = field(default_factory=dict)


class SecretsExtension:
    """The extensions of all sandboxes of a world.

    Args:
        kernel: the world's clock and lock.
        client: Secrets Manager as a role sees it.
    """

    def __init__(self, kernel: Kernel, client: Callable[[str], Any]) -> None:
        self._kernel, self._client = kernel, client
        self._clients: dict[str, Any] = {}
        self._sandboxes: dict[str, _Sandbox] = {}
        self._loopback: Loopback | None = None
        self._port = ""

    def opens(self, function: Function, session_token: str) -> dict[str, str]:
        """The variables of a new sandbox that has the extension.

        Args:
            function: whose sandbox it is.
            session_token: the sandbox's own, which its requests must show.
        """
        if self._loopback is None:
            self._loopback = Loopback(self._answer)
            self._port = str(urlsplit(self._loopback.start()).port)
        said = function.environment
        enabled = said.get("PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED", "true").lower() == "true"
        most = int(said.get("PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE", MOST_SECRETS))
        ttl = min(LONGEST_TTL, float(said.get("SECRETS_MANAGER_TTL", LONGEST_TTL)))
        self._sandboxes[session_token] = _Sandbox(function.role_arn, ttl if enabled else 0.0, most)
        return {PORT: self._port}

    def serves(self, session_token: str) -> None:
        """A sandbox is initialised: from now on its requests are answered."""
        if session_token in self._sandboxes:
            self._sandboxes[session_token].serves = True

    def stop(self) -> None:
        """No request is answered any more."""
        if self._loopback is not None:
            self._loopback.stop()

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        parts = urlsplit(request.target)
        token = request.headers.get(TOKEN)
        if token is None:
            return _said(401, "the request has no token")
        sandbox = self._sandboxes.get(token)
        if sandbox is None:
            return _said(403, "the token is not that of this sandbox")
        if not sandbox.serves:
            return _said(400, "not ready to serve traffic, please wait")
        if request.method != "GET" or parts.path.rstrip("/") != PATH:
            return _said(404, "no such path")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if not query.get("secretId") or query.keys() - _ASKED.keys():
            return _said(400, "the query needs secretId and takes versionId and versionStage")
        return self._secret(sandbox, {_ASKED[name]: value for name, value in query.items()})

    def _secret(self, sandbox: _Sandbox, asked: dict[str, str]) -> HttpAnswer:
        key = tuple(sorted(asked.items()))
        with self._kernel.lock:
            self._kernel.elapse(ANSWER_SECONDS)
            until, body = sandbox.kept.get(key, (0.0, b""))
            if self._kernel.now() < until:
                return HttpAnswer(200, body, dict(_JSON))
            if sandbox.role not in self._clients:
                self._clients[sandbox.role] = self._client(sandbox.role)
            client = self._clients[sandbox.role]
        try:
            found = client.get_secret_value(**asked)  # takes the lock itself, as every call does
        except ClientError as error:
            return _said(error.response["ResponseMetadata"]["HTTPStatusCode"], str(error))
        body = _spelled(found)
        with self._kernel.lock:
            sandbox.kept.pop(key, None)
            if sandbox.ttl > 0 and len(sandbox.kept) < sandbox.most:
                sandbox.kept[key] = self._kernel.now() + sandbox.ttl, body
        return HttpAnswer(200, body, dict(_JSON))


_JSON = {"Content-Type": "application/json"}


def _spelled(found: dict[str, Any]) -> bytes:
    """The output of GetSecretValue as the extension writes it, with every member."""
    created = found["CreatedDate"].isoformat().replace("+00:00", "Z")
    shown = {
        "ARN": found["ARN"],
        "CreatedDate": created,
        "Name": found["Name"],
        "SecretBinary": None,
        "SecretString": found.get("SecretString"),
        "VersionId": found["VersionId"],
        "VersionStages": found["VersionStages"],
        "ResultMetadata": {},
    }
    return json.dumps(shown).encode()


def _said(status: int, text: str) -> HttpAnswer:
    return HttpAnswer(status, text.encode(), {"Content-Type": "text/plain"})
