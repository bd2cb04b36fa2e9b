"""A function that reads a secret from localhost, as the Parameters and Secrets Lambda Extension serves it."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.secrets import SecretsSimulator
from local.aws.secrets_extension import SecretsExtension, is_extension
from local.kernel import Kernel
from local.runtime import LambdaRuntime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
LATEST = "{{resolve:ssm:/aws/service/aws-parameters-and-secrets-lambda-extension/ARCHITECTURE/latest}}"
LAYER = f"arn:aws:lambda:{REGION}:133490724326:layer:AWS-Parameters-and-Secrets-Lambda-Extension"
ASK = """
    import http.client, json, os, urllib.parse
    def handler(event, context):
        port = int(os.environ.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "2773"))
        token = event.pop("token", os.environ["AWS_SESSION_TOKEN"])
        headers = {"X-Aws-Parameters-Secrets-Token": token} if token else {}
        path = event.pop("path", "/secretsmanager/get")
        connection = http.client.HTTPConnection("localhost", port, timeout=5)
        try:
            connection.request("GET", path + "?" + urllib.parse.urlencode(event), headers=headers)
        except OSError as error:
            return [type(error).__name__, ""]
        answer = connection.getresponse()
        return [answer.status, answer.read().decode()]
    """


class Safe:
    """A secret ``chat``, and functions with the extension whose role may read it."""

    def __init__(self, folder: Path) -> None:
        self.kernel = Kernel()
        identities = Identities(ACCOUNT)
        self.runtime = LambdaRuntime(self.kernel, identities=identities, region=REGION)
        secrets = SecretsSimulator(self.kernel, account=ACCOUNT, region=REGION, says=lambda *_, **__: None)
        self.front = Front(self.kernel, [secrets], identities, ACCOUNT, REGION)
        self.runtime.front_url = self.front.start()
        self.extension = SecretsExtension(
            self.kernel, lambda role: self.front.client("secretsmanager", role, directly=True)
        )
        self.runtime.extension = self.extension
        self.client = self.front.client("secretsmanager")
        self.secret = self.client.create_secret(Name="chat", SecretString="first")["ARN"]
        self._folder = folder
        (folder / "own_code.py").write_text(textwrap.dedent(ASK))
        self.role("hear", {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": self.secret})

    def _secrets_as(self, role: str) -> Any:
        return self.front.client("secretsmanager", role, directly=True)

    def role(self, name: str, *statements: dict[str, Any]) -> None:
        iam = self.front.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=document)

    def function(
        self, name: str, variables: dict[str, str] | None = None, *, role: str = "hear", extended: bool = True
    ) -> None:
        arn, role_arn = ARN + name, f"arn:aws:iam::{ACCOUNT}:role/{role}"
        self.runtime.register(arn, self._folder, "own_code.handler", variables or {}, 30, role_arn, extended=extended)

    def raw(self, function: str, **event: str) -> Any:
        question = {"secretId": self.secret} | event
        outcome = self.kernel.run(self.kernel.process(self.runtime.invoke(ARN + function, question)))
        assert not outcome.failed, outcome
        return outcome.payload

    def asks(self, function: str, **event: str) -> tuple[Any, str]:
        status, body = self.raw(function, **event)
        return status, body

    def value(self, function: str, **event: str) -> str:
        status, body = self.asks(function, **event)
        assert status == 200, body
        return str(json.loads(body)["SecretString"])

    def reads(self) -> list[tuple[str, str | None]]:
        return [
            (call.principal.name, call.error_code) for call in self.front.calls if call.operation == "GetSecretValue"
        ]

    def close(self) -> None:
        self.runtime.close()
        self.extension.stop()
        self.front.stop()


@pytest.fixture
def safe(tmp_path: Path) -> Iterator[Safe]:
    made = Safe(tmp_path)
    yield made
    made.close()


def test_a_secret_is_read_once_with_the_rights_of_the_functions_role(safe: Safe) -> None:
    safe.function("hear")
    status, body = safe.asks("hear")
    said = json.loads(body)
    assert (status, said["SecretString"], said["ARN"], said["Name"]) == (200, "first", safe.secret, "chat")
    assert said["VersionStages"] == ["AWSCURRENT"]
    assert said["CreatedDate"].startswith("2026-11-24T01:00:00")
    assert (said["SecretBinary"], said["ResultMetadata"]) == (None, {})
    safe.value("hear")
    assert safe.reads() == [("hear", None)]
    assert safe.front.failures == []


def test_a_new_value_is_seen_after_300_seconds(safe: Safe) -> None:
    safe.function("hear")
    assert safe.value("hear") == "first"
    safe.client.put_secret_value(SecretId="chat", SecretString="second")
    safe.kernel.run(298)
    assert safe.value("hear") == "first"
    assert safe.value("hear", versionStage="AWSPREVIOUS") == "first", "another question has its own place in the cache"
    safe.kernel.run(2)
    assert safe.value("hear") == "second"


@pytest.mark.parametrize(
    "variables",
    [
        {"SECRETS_MANAGER_TTL": "0"},
        {"PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED": "false"},
        {"PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE": "0"},
    ],
)
def test_a_function_may_have_no_cache(variables: dict[str, str], safe: Safe) -> None:
    safe.function("hear", {**variables, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": "2773"})
    safe.value("hear")
    safe.client.put_secret_value(SecretId="chat", SecretString="second")
    assert safe.value("hear") == "second"


def test_a_version_may_be_asked_for(safe: Safe) -> None:
    safe.function("hear")
    first = json.loads(safe.asks("hear")[1])["VersionId"]
    safe.client.put_secret_value(SecretId="chat", SecretString="second")
    assert safe.value("hear", versionId=first) == "first"
    assert safe.value("hear", versionStage="AWSCURRENT") == "second"


def test_each_sandbox_has_its_own_cache_and_token(safe: Safe) -> None:
    for name in ("hear", "answer"):
        safe.function(name)
        safe.value(name)
    assert safe.reads() == [("hear", None), ("hear", None)]


def test_a_role_without_the_right_gets_secrets_managers_refusal(safe: Safe) -> None:
    safe.role("stranger")
    safe.function("stranger", role="stranger")
    status, body = safe.asks("stranger")
    assert status == 400
    assert "AccessDeniedException" in body
    assert safe.reads() == [("stranger", "AccessDeniedException")]


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"token": "somebody else's"}, 403),
        ({"token": ""}, 401),
        ({"path": "/secretsmanager/put"}, 404),
        ({"secretId": ""}, 400),
        ({"withDecryption": "true"}, 400),
        ({"secretId": "nobody"}, 400),
    ],
)
def test_a_wrong_question_has_no_value(event: dict[str, str], status: int, safe: Safe) -> None:
    safe.function("hear")
    got, body = safe.asks("hear", **event)
    assert got == status
    assert "first" not in body


def test_a_function_without_the_layer_finds_nobody(safe: Safe) -> None:
    safe.function("other", extended=False)
    assert safe.asks("other")[0] == "ConnectionRefusedError"


def test_nobody_is_served_while_the_function_is_initialised(safe: Safe, tmp_path: Path) -> None:
    code = textwrap.dedent(ASK) + f"early = handler({{'secretId': {safe.secret!r}}}, None)\n"
    code += "first, handler = handler, lambda event, context: [early, first(event, context)]\n"
    (tmp_path / "own_code.py").write_text(code)
    safe.function("hear")
    early, later = safe.raw("hear")
    assert early == [400, "not ready to serve traffic, please wait"]
    assert later[0] == 200


def test_a_question_takes_the_time_of_a_call_and_a_cached_one_hardly_any(safe: Safe) -> None:
    safe.function("hear")
    safe.value("hear")
    cold = safe.kernel.seconds()
    safe.value("hear")
    assert cold == pytest.approx(0.5 + 0.001 + 0.02)
    assert safe.kernel.seconds() - cold == pytest.approx(0.01 + 0.001)


@pytest.mark.parametrize(
    ("layer", "architecture", "known"),
    [
        (f"{LAYER}-Arm64:11", "arm64", True),
        (f"{LAYER}:4", "x86_64", True),
        (LATEST.replace("ARCHITECTURE", "arm64"), "arm64", True),
        (LATEST.replace("ARCHITECTURE", "x86"), "x86_64", True),
        (LATEST.replace("ARCHITECTURE", "x86"), "arm64", False),
        (f"{LAYER}:4", "arm64", False),
        (f"{LAYER}-Arm64", "arm64", False),
        (LAYER.replace("133490724326", ACCOUNT) + ":4", "x86_64", False),
        (LAYER.replace(REGION, "us-east-1") + ":4", "x86_64", False),
    ],
)
def test_only_the_layer_that_aws_publishes_is_the_extension(layer: str, architecture: str, known: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert is_extension(layer, region=REGION, architecture=architecture) is known
