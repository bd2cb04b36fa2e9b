"""The composition root: the only package that picks adapters, reads the clock and reads environment variables.

Imports are inside the properties on purpose: a cold start pays only for the adapters that its handler touches.
"""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import os
import time
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from norikae.environment import Environment, read_environment
from norikae.settings import Settings
from norikae.wiring.doors import Doors

if TYPE_CHECKING:
    from norikae.argocd.secrets_port import Secrets
    from norikae.clock import Clock
    from norikae.cluster.compute_port import Compute
    from norikae.cluster.eks_port import Eks
    from norikae.cluster.identity_port import Identity
    from norikae.cluster.orphans_port import Orphans
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.drain.ports import Claims, Fleet, Yard
    from norikae.gates.ports import Metrics
    from norikae.gates.probe_port import Probe
    from norikae.preflight.insights_port import Insights
    from norikae.secret_sync.ports import Deliveries, Letters, Safe, Shelf
    from norikae.traffic.locks import Locks
    from norikae.traffic.ports import Dns, LoadBalancers, Trail
    from norikae.upgrade.ports import Evidence, Executions, RunTable, Topic
    from norikae.upgrade.quiet_port import AccessLogs, Visits
    from norikae.zone.ports import Zone


@cache
def bundle() -> Path:
    """The folder that the function's code was unpacked to (``LAMBDA_TASK_ROOT``, set by Lambda)."""
    return Path(os.environ["LAMBDA_TASK_ROOT"])


@cache
def environment() -> Environment:
    """The environment file, read once per process."""
    return read_environment(bundle() / "environment.json")


@cache
def settings() -> Settings:
    """The function's settings, read once per process."""
    return Settings.from_variables(os.environ)


@cache
def plans() -> dict[str, Any]:
    """The plans that this process has read, by run; the only thing that outlives an invocation, since none changes."""
    return {}


class AwsPorts(Doors):
    """``Ports`` over AWS and Kubernetes, for one invocation: nothing that can change is kept for the next one."""

    def __init__(self) -> None:
        self.now = time.time()
        self.environment = environment()
        self.settings = settings()
        self._clusters: dict[str, Kubernetes] = {}
        self._yards: dict[str, Yard] = {}
        self._shelves: dict[str, Shelf] = {}

    @cached_property
    def clock(self) -> Clock:
        """This machine's."""
        from norikae.adapters.clock import SystemClock

        return SystemClock()

    @cached_property
    def table(self) -> RunTable:
        """DynamoDB."""
        from norikae.adapters.aws.table import DynamoRunTable

        name, days = self.environment.environment, self.environment.retention.runs_days
        return DynamoRunTable(_client("dynamodb"), self.settings.need("table"), name, self.now, days, plans())

    @cached_property
    def executions(self) -> Executions:
        """Step Functions."""
        from norikae.adapters.aws.executions import StepFunctionsExecutions

        return StepFunctionsExecutions(_client("stepfunctions"))

    @cached_property
    def topic(self) -> Topic:
        """SNS."""
        from norikae.adapters.aws.topic import SnsTopic

        return SnsTopic(_client("sns"), self.settings.need("topic"), self.environment.environment)

    @cached_property
    def evidence(self) -> Evidence:
        """S3."""
        from norikae.adapters.aws.evidence import S3Evidence

        return S3Evidence(_client("s3"), self.settings.need("evidence_bucket"))

    @cached_property
    def dns(self) -> Dns:
        """The zone's intents and Route 53, behind the guard that keeps blue's weight down once its end has begun."""
        from norikae.wiring.names import guarded_dns

        return guarded_dns(self, _client)

    @cached_property
    def locks(self) -> Locks:
        """Route 53."""
        from norikae.wiring.names import locks

        return locks(self, _client)

    @cached_property
    def zone(self) -> Zone:
        """The hosted zone, its intents and its bell, as its writer needs them."""
        from norikae.wiring.names import zone

        return zone(self, _client)

    @cached_property
    def trail(self) -> Trail:
        """CloudTrail."""
        from norikae.adapters.aws.trail import CloudTrail

        # Route 53 is a global service: its events are in us-east-1 (CloudTrail guide, "global service events").
        client = _client("cloudtrail", region="us-east-1")
        return CloudTrail(client, self.now, self.environment.environment)

    @cached_property
    def load_balancers(self) -> LoadBalancers:
        """ELBv2."""
        from norikae.adapters.aws.load_balancers import ElbLoadBalancers

        return ElbLoadBalancers(_client("elbv2"))

    @cached_property
    def metrics(self) -> Metrics:
        """CloudWatch."""
        from norikae.adapters.aws.cloudwatch import CloudWatchMetrics

        return CloudWatchMetrics(_client("cloudwatch"))

    @cached_property
    def visits(self) -> Visits:
        """CloudWatch."""
        from norikae.adapters.aws.visits import CloudWatchVisits

        return CloudWatchVisits(_client("cloudwatch"))

    @cached_property
    def access_logs(self) -> AccessLogs:
        """S3."""
        from norikae.adapters.aws.access_logs import S3AccessLogs

        environment = self.environment
        buckets = environment.decommission.access_logs
        return S3AccessLogs(_client("elbv2"), _client("s3"), buckets, environment.account, environment.region)

    @cached_property
    def orphans(self) -> Orphans:
        """ELBv2 and EC2."""
        from norikae.adapters.aws.orphans import AwsOrphans

        return AwsOrphans(_client("elbv2"), _client("ec2"))

    @cached_property
    def eks(self) -> Eks:
        """EKS."""
        from norikae.adapters.aws.eks import EksClusters

        return EksClusters(_client("eks"))

    @cached_property
    def compute(self) -> Compute:
        """EC2, Auto Scaling, public SSM parameters."""
        from norikae.adapters.aws.compute import AwsCompute

        return AwsCompute(_client("ec2"), _client("autoscaling"), _client("ssm"))

    @cached_property
    def identity(self) -> Identity:
        """IAM, STS, EKS Pod Identity."""
        from norikae.adapters.aws.identity import AwsIdentity

        return AwsIdentity(_client("iam"), _client("sts"), _client("eks"))

    @cached_property
    def insights(self) -> Insights:
        """EKS insights."""
        from norikae.adapters.aws.insights import EksInsights

        return EksInsights(_client("eks"))

    @cached_property
    def secrets(self) -> Secrets:
        """Secrets Manager."""
        from norikae.adapters.aws.secrets import AwsSecrets

        return AwsSecrets(_client("secretsmanager"))

    @cached_property
    def probe(self) -> Probe:
        """HTTP."""
        from norikae.adapters.http.probe import HttpProbe

        return HttpProbe()

    @cached_property
    def claims(self) -> Claims:
        """DynamoDB."""
        from norikae.adapters.aws.claims import DynamoClaims

        return DynamoClaims(_client("dynamodb"), self.settings.need("table"), self.now)

    @cached_property
    def fleet(self) -> Fleet:
        """EC2, Auto Scaling, ELBv2."""
        from norikae.adapters.aws.fleet import AwsFleet

        return AwsFleet(_client)

    @cached_property
    def safe(self) -> Safe:
        """Secrets Manager, for secrets that are carried."""
        from norikae.adapters.aws.safe import AwsSafe

        return AwsSafe(_client("secretsmanager"))

    @cached_property
    def letters(self) -> Letters:
        """SQS."""
        from norikae.adapters.aws.letters import SqsLetters

        return SqsLetters(lambda: _client("sqs"), self.settings)

    @cached_property
    def deliveries(self) -> Deliveries:
        """DynamoDB."""
        from norikae.adapters.aws.deliveries import DynamoDeliveries

        return DynamoDeliveries(_client("dynamodb"), self.settings.need("table"), self.now)

    def shelf(self, cluster: str) -> Shelf:
        """A cluster's API, for secrets."""
        if cluster not in self._shelves:
            from norikae.adapters.kubernetes.shelf import enter

            self._shelves[cluster] = enter(cluster)
        return self._shelves[cluster]

    def yard(self, cluster: str) -> Yard:
        """A cluster's API, for a drain."""
        if cluster not in self._yards:
            from norikae.adapters.kubernetes.yard import enter

            self._yards[cluster] = enter(cluster)
        return self._yards[cluster]

    def kubernetes(self, cluster: str) -> Kubernetes:
        """A cluster's API, connected with what DescribeCluster says now."""
        if cluster not in self._clusters:
            from norikae.adapters.kubernetes.connect import connect

            self._clusters[cluster] = connect(cluster)
        return self._clusters[cluster]

    def manifests(self, name: str) -> list[Json]:
        """The objects of a manifest file in the bundle."""
        from norikae.cluster.manifests import read_manifests

        return read_manifests(bundle() / "manifests" / f"{name}.json")


def ports() -> AwsPorts:
    """The world for one invocation."""
    return AwsPorts()


def _client(service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3's clients have no types
    from norikae.adapters.aws.session import client

    return client(service, region)
