from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.api_gateway import ApiGatewaySimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.lambda_ import LambdaSimulator
from local.aws.scheduler import SchedulerSimulator
from local.aws.secrets import SecretsSimulator
from local.aws.secrets_extension import SecretsExtension
from local.aws.step_functions import StepFunctionsSimulator
from local.deploy import Deployment, deploy
from local.kernel import Kernel
from local.runtime import LambdaRuntime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT, REGION = "123456789012", "ap-northeast-1"


class Account:
    """An empty account, and an assembly that is written by hand."""

    def __init__(self, folder: Path) -> None:
        self.kernel = Kernel()
        identities = Identities(ACCOUNT)
        self.runtime = LambdaRuntime(self.kernel, identities=identities, region=REGION)
        self.states = StepFunctionsSimulator(
            self.kernel, account=ACCOUNT, region=REGION, invoke=self.runtime.invoke, emit=lambda _: None
        )
        functions = LambdaSimulator(
            self.kernel, runtime=self.runtime, account=ACCOUNT, region=REGION, authorize=self._permits
        )
        scheduler = SchedulerSimulator(
            self.kernel,
            account=ACCOUNT,
            region=REGION,
            function=functions.deliver,
            authorize=self._permits,
        )
        self.gateway = ApiGatewaySimulator(self.kernel, runtime=self.runtime, account=ACCOUNT, region=REGION)
        secrets = SecretsSimulator(self.kernel, account=ACCOUNT, region=REGION, says=lambda *_, **__: None)
        simulators = [self.states, functions, scheduler, self.gateway, secrets]
        self.front = Front(self.kernel, simulators, identities, ACCOUNT, REGION)
        self.runtime.front_url = self.front.start()
        self.extension = SecretsExtension(self.kernel, self._secrets_as)
        self.runtime.extension = self.extension
        self.code = {"set_weights": "def handler(event, context): return {'weight': event}"}
        self._folder = folder

    def _permits(self, role: str, action: str, resource: str) -> bool:
        return self.front.permits(role, action, resource)  # which is made after the simulators

    def deploy(self, resources: dict[str, Any], **sections: Any) -> Deployment:
        bundle = self._folder / "asset.abc" / "handlers" / "workflow"
        bundle.mkdir(parents=True)
        for name, text in self.code.items():
            (bundle / f"{name}.py").write_text(textwrap.dedent(text))
        destinations = {"here": {"bucketName": "assets", "objectKey": "abc.zip"}}
        files = {"abc": {"source": {"path": "asset.abc", "packaging": "zip"}, "destinations": destinations}}
        stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "demo.template.json"}}
        assets = {"type": "cdk:asset-manifest", "properties": {"file": "demo.assets.json"}}
        self._write("manifest.json", {"artifacts": {"demo.assets": assets, "demo": stack}})
        self._write("demo.assets.json", {"files": files})
        self._write("demo.template.json", {"Resources": resources, **sections})
        return deploy(self._folder, self.front.client, runtime=self.runtime, account=ACCOUNT, region=REGION)

    def _write(self, name: str, content: dict[str, Any]) -> None:
        (self._folder / name).write_text(json.dumps(content))

    def _secrets_as(self, role: str) -> Any:
        return self.front.client("secretsmanager", role, directly=True)

    def client(self, service: str) -> Any:
        return self.front.client(service)


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path)
    yield made
    made.runtime.close()
    made.extension.stop()
    made.front.stop()
