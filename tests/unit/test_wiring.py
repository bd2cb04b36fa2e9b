"""The composition root gives each invocation a fresh world of the right adapters, and makes nothing before its time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from norikae import wiring
from norikae.adapters.aws import session
from norikae.adapters.aws.cloudwatch import CloudWatchMetrics
from norikae.adapters.aws.deliveries import DynamoDeliveries
from norikae.adapters.aws.eks import EksClusters
from norikae.adapters.aws.evidence import S3Evidence
from norikae.adapters.aws.executions import StepFunctionsExecutions
from norikae.adapters.aws.letters import SqsLetters
from norikae.adapters.aws.load_balancers import ElbLoadBalancers
from norikae.adapters.aws.orphans import AwsOrphans
from norikae.adapters.aws.safe import AwsSafe
from norikae.adapters.aws.table import DynamoRunTable
from norikae.adapters.aws.topic import SnsTopic
from norikae.adapters.aws.visits import CloudWatchVisits
from norikae.adapters.http.probe import HttpProbe
from norikae.adapters.kubernetes import connect, shelf
from norikae.errors import SettingsError
from norikae.upgrade.no_return import GuardedDns
from tests.unit.fakes.demo import demo_environment, namespace
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.secrets import FakeShelf

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLES = {
    "NORIKAE_TABLE": "runs",
    "NORIKAE_TOPIC": "arn:aws:sns:ap-northeast-1:123456789012:norikae-demo",
    "NORIKAE_EVIDENCE_BUCKET": "evidence",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
}
NAMESPACE = namespace("argocd")
ADAPTERS = {
    "table": DynamoRunTable,
    "executions": StepFunctionsExecutions,
    "topic": SnsTopic,
    "evidence": S3Evidence,
    "dns": GuardedDns,
    "visits": CloudWatchVisits,
    "orphans": AwsOrphans,
    "load_balancers": ElbLoadBalancers,
    "metrics": CloudWatchMetrics,
    "eks": EksClusters,
    "probe": HttpProbe,
    "safe": AwsSafe,
    "letters": SqsLetters,
    "deliveries": DynamoDeliveries,
}


def forget() -> None:
    for cached in (wiring.bundle, wiring.environment, wiring.settings, session.session, session.client):
        cached.cache_clear()


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A function's unpacked code and its environment variables."""
    (tmp_path / "environment.json").write_bytes(msgspec.json.encode(demo_environment()))
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "rbac.json").write_text(json.dumps([NAMESPACE]))
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    forget()
    yield tmp_path
    forget()


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize(("port", "adapter"), ADAPTERS.items())
def test_each_port_has_its_adapter_made_once_per_invocation(port: str, adapter: type) -> None:
    ports = wiring.ports()
    made = getattr(ports, port)
    assert type(made) is adapter
    assert getattr(ports, port) is made
    assert getattr(wiring.ports(), port) is not made


@pytest.mark.usefixtures("bundle")
def test_environment_and_settings_are_read_once_per_process() -> None:
    first, second = wiring.ports(), wiring.ports()
    assert first.environment == demo_environment()
    assert first.environment is second.environment
    assert first.settings is second.settings


@pytest.mark.usefixtures("bundle")
def test_each_invocation_has_one_instant() -> None:
    before = time.time()
    ports = wiring.ports()
    assert before <= ports.now <= time.time()


def test_a_setting_that_is_missing_is_named_when_it_is_needed(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bundle.is_dir()
    monkeypatch.delenv("NORIKAE_TABLE")
    ports = wiring.ports()
    with pytest.raises(SettingsError, match="NORIKAE_TABLE"):
        _ = ports.table
    assert ports.evidence is not None


@pytest.mark.usefixtures("bundle")
def test_a_cluster_is_connected_once_per_invocation(monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[str] = []

    def fake(cluster: str) -> FakeKubernetes:
        connected.append(cluster)
        return FakeKubernetes()

    monkeypatch.setattr(connect, "connect", fake)
    ports = wiring.ports()
    assert ports.kubernetes("blue") is ports.kubernetes("blue")
    assert ports.kubernetes("green") is not ports.kubernetes("blue")
    wiring.ports().kubernetes("blue")
    assert connected == ["blue", "green", "blue"]


@pytest.mark.usefixtures("bundle")
def test_a_shelf_is_entered_once_per_invocation(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[str] = []

    def fake(cluster: str) -> FakeShelf:
        entered.append(cluster)
        return FakeShelf()

    monkeypatch.setattr(shelf, "enter", fake)
    ports = wiring.ports()
    assert ports.shelf("blue") is ports.shelf("blue")
    wiring.ports().shelf("blue")
    assert entered == ["blue", "blue"]


@pytest.mark.usefixtures("bundle")
def test_manifests_come_from_the_bundle() -> None:
    assert wiring.ports().manifests("rbac") == [NAMESPACE]


@pytest.mark.parametrize("content", [None, "not json", "{}", '{"environment": "demo", "surprise": 1}'])
def test_a_bundle_without_a_sound_environment_is_refused_with_a_remedy(bundle: Path, content: str | None) -> None:
    file = bundle / "environment.json"
    file.unlink() if content is None else file.write_text(content)
    with pytest.raises(SettingsError, match=r"environment\.json: .*build the bundle again"):
        wiring.ports()
