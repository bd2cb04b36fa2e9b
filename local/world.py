"""The embedded world: every simulated service, every cluster and the real functions, composed on one clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from local.aws.api_gateway import ApiGatewaySimulator
from local.aws.autoscaling import AutoScalingSimulator
from local.aws.aws_health import AwsHealthSimulator
from local.aws.cloudtrail import CloudTrailSimulator
from local.aws.cloudwatch import CloudWatchSimulator
from local.aws.dynamodb import DynamoDbSimulator
from local.aws.ec2 import Ec2Simulator
from local.aws.eks.simulator import EksSimulator
from local.aws.elbv2 import ElbSimulator
from local.aws.eventbridge.delivery import Targets
from local.aws.eventbridge.simulator import EventBridgeSimulator
from local.aws.front import Front
from local.aws.health import Health
from local.aws.iam_quotas import IamSimulator
from local.aws.identities import Identities
from local.aws.lambda_ import LambdaSimulator
from local.aws.message_moves import SqsSimulator
from local.aws.queue_metrics import QueueMetrics
from local.aws.route53.simulator import Route53Simulator
from local.aws.scheduler import SchedulerSimulator
from local.aws.secrets import SecretsSimulator
from local.aws.secrets_extension import SecretsExtension
from local.aws.ssm import SsmSimulator
from local.aws.step_functions.simulator import StepFunctionsSimulator
from local.aws.sts import StsSimulator
from local.aws.topics import SnsSimulator
from local.aws.web_identity import Issuers
from local.chat.chatwork import NAMES as CHATWORK_NAMES
from local.chat.chatwork import Chatwork
from local.chat.conversation import Conversation
from local.chat.hosts import Hosts
from local.chat.slack import NAMES as SLACK_NAMES
from local.chat.slack import Slack
from local.edge.access_logs import AccessLogs
from local.edge.alb import Alb
from local.edge.alb_metrics import AlbMetrics
from local.edge.certificates import Authority, CertificateStore
from local.edge.connections import Connections
from local.edge.front_door import FrontDoor
from local.hub import reach_by_eks
from local.inhabited import InhabitedCluster
from local.joining import Joining, launch_trouble
from local.kernel import Kernel
from local.managed_nodes import ManagedNodes
from local.reach import Reach
from local.runtime.runtime import LambdaRuntime
from local.secrets.reading import PodReading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from local.aws.eks.records import EksCluster
    from local.chat.sending import Send
    from local.cluster.git import GitRepositories
    from local.kubernetes.api import ApiServer
    from local.runtime.crash import Crashes
    from norikae.environment import Environment


class World:
    """One account and region with its clusters; close it when the story is over.

    Args:
        environment: whose account, region and subnets these are.
        git: the repositories that Argo CD can clone.
        seed: the same seed and story give the same run.
        crashes: which invocations of functions die.
    """

    def __init__(
        self, environment: Environment, git: GitRepositories, *, seed: int = 1, crashes: Crashes | None = None
    ) -> None:
        account, region = environment.account, environment.region
        self.environment, self.git = environment, git
        self.kernel = Kernel(seed=seed)
        self.identities = Identities(account)
        self.clusters: dict[str, InhabitedCluster] = {}
        self.issuers = Issuers(self.kernel.now)
        self.cloudwatch = CloudWatchSimulator(self.kernel, account=account, region=region)
        self.elb = ElbSimulator(self.kernel, account=account, region=region, vpc=environment.network.vpc)
        self.route53 = Route53Simulator(self.kernel, account=account, target_exists=self._balancer_exists)
        self.alb = Alb(self.kernel, self.elb)
        self.connections = Connections(self.kernel, self.alb)
        AlbMetrics(self.kernel, self.alb, self.cloudwatch, self.connections)
        QueueMetrics(self.kernel, self.cloudwatch, account=account, region=region)
        self.certificates = CertificateStore(Authority(seed=seed))
        self.elb.has_certificate = lambda arn: bool(self.certificates.names(arn))
        self.front_door = FrontDoor(self.kernel, self.elb, self.alb, self.certificates)
        self._open_chats()
        self._run_functions(crashes)
        self._build_clusters()
        self.ssm = SsmSimulator(self.kernel)
        self.aws_health = AwsHealthSimulator(self.kernel, account=account, region=region)
        nodes = [self.ec2, self.autoscaling, self.ssm, self.aws_health]
        messages = [SqsSimulator(self.kernel), SnsSimulator()]
        trail = [CloudTrailSimulator(self.kernel, self.route53)]
        pods = [IamSimulator(account), StsSimulator(self.identities, self.issuers)]
        self.front = Front(
            self.kernel,
            [
                *(self.eks, self.route53, self.elb, self.cloudwatch, self.step_functions, self.functions, self.events),
                *(self.scheduler, self.api_gateway),
                *nodes,
                *pods,
                *(DynamoDbSimulator(account=account, region=region), *messages, self.secrets),
                *trail,
            ],
            self.identities,
            account,
            region,
        )
        self.alb.logs = AccessLogs(self.kernel, account=account, region=region, put=self.front.moto.keep)
        self.elb.takes_logs = self.front.moto.has_bucket
        self.runtime.front_url = self.front.start()
        self.runtime.extension = SecretsExtension(self.kernel, self._secrets_as)

    def _open_chats(self) -> None:
        """Slack and Chatwork, without an app; what they send arrives at API Gateway, or where ``request`` leads."""
        self.request: Send = lambda url, headers, body: self.api_gateway.arrives("POST", url, headers, body)
        self.conversation = Conversation()

        def send(url: str, headers: Mapping[str, str], body: bytes) -> Any:
            return self.request(url, headers, body)

        self.slack = Slack(self.kernel, self.conversation, send)
        self.chatwork = Chatwork(self.kernel, self.conversation, send)
        chats = {SLACK_NAMES: self.slack.answer, CHATWORK_NAMES: self.chatwork.answer}
        self.chat_hosts = Hosts(self.kernel, self.certificates.authority, chats)

    def _run_functions(self, crashes: Crashes | None) -> None:
        """What starts functions, and what functions are started by."""
        account, region = self.environment.account, self.environment.region
        self.runtime = LambdaRuntime(self.kernel, identities=self.identities, region=region, crashes=crashes)
        self.runtime.network.resolve = self._resolve
        self.runtime.variables = {"SSL_CERT_FILE": str(self.certificates.authority.file())}
        self.functions = LambdaSimulator(
            self.kernel, runtime=self.runtime, account=account, region=region, authorize=self._permits
        )
        measure = lambda name, of, value: self.cloudwatch.put("AWS/ApiGateway", name, of, self.kernel.now(), value)  # noqa: E731
        self.api_gateway = ApiGatewaySimulator(
            self.kernel, runtime=self.runtime, account=account, region=region, measure=measure
        )
        self.step_functions = StepFunctionsSimulator(
            self.kernel,
            account=account,
            region=region,
            invoke=self.runtime.invoke,
            emit=self._emit,
            authorize=self._permits,
        )
        self.events = EventBridgeSimulator(
            self.kernel,
            account=account,
            region=region,
            targets=Targets(function=self.functions.deliver, machine=self._start_machine, authorize=self._permits),
        )

        self.scheduler = SchedulerSimulator(
            self.kernel, account=account, region=region, function=self.functions.deliver, authorize=self._permits
        )
        self.secrets = SecretsSimulator(self.kernel, account=account, region=region, says=self.events.says)

    def _build_clusters(self) -> None:
        """EKS, and the machines that join its clusters."""
        environment, account, region = self.environment, self.environment.account, self.environment.region
        self.eks = EksSimulator(
            self.kernel,
            account=account,
            region=region,
            identities=self.identities,
            on_active=self._cluster_is_active,
            on_deleted=self._cluster_is_deleted,
            launch_trouble=lambda _, group: launch_trouble(self.ec2, group),
            subnets=environment.network.subnets,
            vpc_id=environment.network.vpc,
            outdated=lambda name: self.clusters[name].api.audit.outdated.values() if name in self.clusters else (),
        )
        self.ec2 = Ec2Simulator(
            self.kernel,
            account=account,
            region=region,
            vpc=environment.network.vpc,
            subnets=environment.network.subnets,
        )
        self.ec2.says = self.events.says
        self.autoscaling = AutoScalingSimulator(
            self.kernel, self.ec2, account=account, region=region, authorize=self._permits
        )
        self.health = Health(self.kernel, self.ec2, account=account, region=region)
        for group in environment.network.security_groups:
            self.ec2.new_group(group)
        self.eks.on_security_group = self.ec2.new_group
        self.elb.open_group, self.elb.close_group = self.ec2.new_group, self._close_group
        self.ec2.wearers.append(self.elb.groups_in_use)
        self.runtime.network.reaches = Reach(self.eks, self.ec2, account=account, region=region)
        joining = Joining(self.kernel, self.ec2, self.eks, self.clusters)
        managed = ManagedNodes(self.kernel, self.ec2, self.autoscaling, joining)
        self.eks.on_nodes, self.eks.on_nodes_gone = managed.join, managed.leave

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop every process and server."""
        for cluster in self.clusters.values():
            cluster.close()
        self.clusters.clear()
        self.runtime.close()
        if self.runtime.extension is not None:
            self.runtime.extension.stop()
        self.front_door.close()
        self.chat_hosts.close()
        self.certificates.authority.close()
        self.front.stop()

    def client(self, service: str) -> Any:
        """A boto3 client of an operator whom IAM does not judge; for use while the kernel does not run."""
        return self.front.client(service, directly=True)

    def cluster_states(self) -> dict[str, str]:
        """EKS status by cluster name, for the clusters that exist."""
        return {name: cluster.status for name, cluster in self.eks.clusters.items()}

    def _resolve(self, name: str, port: int) -> tuple[str, int] | None:
        return self.chat_hosts.resolve(name, port) or self.front_door.resolve(name, port)

    def _emit(self, event: dict[str, Any]) -> None:
        self.events.emit(event)  # which is made after the state machines

    def _permits(self, role_arn: str, action: str, resource: str) -> bool:
        return self.front.permits(role_arn, action, resource)  # asked at the time of the action: policies come later

    def _start_machine(self, machine: str, name: str, text: str) -> object:
        return self.step_functions.start_execution(stateMachineArn=machine, name=name, input=text)

    def _close_group(self, group: str) -> None:
        if group in self.ec2.groups:
            self.ec2.delete_security_group(GroupId=group)

    def _balancer_exists(self, dns_name: str) -> bool:
        return any(known.dns_name.lower() == dns_name for known in self.elb.load_balancers.values())

    def _cluster_is_active(self, cluster: EksCluster) -> tuple[str, str]:
        inhabited = InhabitedCluster(
            self.kernel,
            cluster.name,
            cluster.version,
            git=self.git,
            elb=self.elb,
            alb=self.alb,
            route53=self.route53,
            authenticate=self.eks.authenticate(cluster.name),
            reach=reach_by_eks(self.eks, self.clusters),
            subnets=tuple(self.environment.network.subnets),
            reading=self._reading,
            region=self.environment.region,
        )
        inhabited.api.token_issuer = self.issuers.open(cluster.issuer, self.kernel.stream(f"eks/keys/{cluster.name}"))
        self.clusters[cluster.name] = inhabited
        return inhabited.endpoint.url, inhabited.endpoint.ca_pem

    def _reading(self, api: ApiServer) -> PodReading:
        return PodReading(self.kernel, self.eks, self.issuers, api, self._secrets_as)

    def _secrets_as(self, role: str) -> Any:
        return self.front.client("secretsmanager", role, directly=True)

    def _cluster_is_deleted(self, name: str) -> None:
        gone = self.clusters.pop(name)
        if gone.api.token_issuer is not None:
            self.issuers.close(gone.api.token_issuer.url)
        gone.close()
