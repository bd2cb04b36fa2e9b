"""The names and ARNs of one environment, as rights and settings need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Part = Literal["secrets", "slack", "chatwork", "chats", "readers", "schedule"]
"""What an environment has only if its file says so: ``chats`` is one at least, ``readers`` also Amazon Q."""


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The ARNs and names that grants and settings speak of; most are known only at deployment."""

    environment: str
    partition: str
    region: str
    account: str
    cluster_prefix: str
    adopted_cluster: str
    hub_cluster: str
    secrets: tuple[str, ...]
    zones: tuple[str, ...]
    client_keep_alive: bool
    access_logs: tuple[str, ...]
    calendars: tuple[str, ...]
    table: str
    table_name: str
    bucket: str
    bucket_name: str
    topic: str
    key: str
    cluster_role: str
    node_role: str
    node_profile: str
    irsa_roles: tuple[str, ...]
    pod_identity_roles: tuple[str, ...]
    upgrade_machine: str
    shift_machine: str
    adopt_machine: str
    clean_machine: str
    drain_machine: str
    bell: str
    bell_url: str
    interruptions: str
    interruptions_url: str
    carried: tuple[str, ...]
    secrets_queue: str
    secrets_queue_url: str
    secrets_dead_letters: str
    command_function: str
    chats: Mapping[str, str]
    chat_queue: str
    chat_queue_url: str
    messages: str
    q_topic: str
    scheduled: bool

    def parts(self) -> frozenset[Literal["", Part]]:
        """What this environment has."""
        has: dict[Literal["", Part], bool] = {
            "": True,
            "secrets": bool(self.carried),
            "slack": "slack" in self.chats,
            "chatwork": "chatwork" in self.chats,
            "chats": bool(self.chats),
            "readers": bool(self.chats or self.q_topic),
            "schedule": self.scheduled,
        }
        return frozenset(part for part, is_there in has.items() if is_there)

    def chat_secrets(self, *chats: str) -> list[str]:
        """ARNs of the secrets of some chats, as far as the environment has these; six characters follow the name."""
        return [self.secret(f"{name}-??????") for chat, name in self.chats.items() if chat in chats]

    def command(self) -> str:
        """ARN of the function that carries commands out."""
        return self.arn("lambda", f"function:{self.command_function}")

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def clusters(self, kind: str = "cluster", below: str = "") -> list[str]:
        """EKS ARNs of the environment's clusters, or of what belongs to them."""
        names = (f"{self.cluster_prefix}-*", self.adopted_cluster)
        return [self.arn("eks", f"{kind}/{name}{below}") for name in names]

    def adopted_clusters(self) -> list[str]:
        """EKS ARNs of the clusters that norikae did not build: the adopted one, and a central Argo CD's."""
        return [self.arn("eks", f"cluster/{name}") for name in (self.adopted_cluster, self.hub_cluster) if name]

    def reached_clusters(self) -> list[str]:
        """EKS ARNs of every cluster whose API functions call."""
        return list(dict.fromkeys([*self.clusters(), *self.adopted_clusters()]))

    def clusters_and_parts(self) -> list[str]:
        """EKS ARNs of the clusters, their node groups, add-ons and access entries."""
        parts = ("nodegroup", "addon", "access-entry")
        built_or_adopted = (arn for part in parts for arn in self.clusters(part, "/*"))
        entries = (arn.replace(":cluster/", ":access-entry/") + "/*" for arn in self.adopted_clusters())
        return list(dict.fromkeys([*self.reached_clusters(), *built_or_adopted, *entries]))

    def named_secrets(self) -> list[str]:
        """ARNs of the Secrets Manager secrets that the environment file names; six characters follow the name."""
        arns = {name: self.secret(f"{name}-??????") for name in self.secrets}
        return [name if name.startswith("arn:") else arn for name, arn in arns.items()]

    def secret(self, name: str) -> str:
        """The ARN of a secret as far as it is known beforehand: six characters follow the name."""
        return self.arn("secretsmanager", f"secret:{name}")

    def carried_secrets(self) -> list[str]:
        """ARNs of the secrets that are carried to the clusters."""
        return [self.secret(name if name.endswith("*") else f"{name}-??????") for name in sorted(self.carried)]

    def queues(self) -> str:
        """ARN of the stack's queues, which CloudFormation names after the stack."""
        return self.arn("sqs", f"norikae-{self.environment}-*")

    def hosted_zones(self) -> list[str]:
        """ARNs of the environment's hosted zones."""
        return [f"arn:{self.partition}:route53:::hostedzone/{zone}" for zone in self.zones]

    def changes(self) -> str:
        """ARNs of all Route 53 changes; their ids are made when they are asked for."""
        return f"arn:{self.partition}:route53:::change/*"

    def pod_roles(self) -> list[str]:
        """ARNs of every role that the environment gives to pods."""
        return list(dict.fromkeys([*self.irsa_roles, *self.pod_identity_roles]))

    def issuers(self) -> str:
        """ARN of the OIDC providers of the region's clusters; only EKS knows an issuer's last part."""
        return f"arn:{self.partition}:iam::{self.account}:oidc-provider/oidc.eks.{self.region}.amazonaws.com/id/*"

    def linked_roles(self) -> str:
        """ARN of EKS's own service-linked roles."""
        return f"arn:{self.partition}:iam::{self.account}:role/aws-service-role/eks*.amazonaws.com/*"

    def linked_roles_of_nodes(self) -> list[str]:
        """ARNs of the service-linked roles by which Auto Scaling and spot launch instances."""
        services = ("autoscaling", "spot")
        prefix = f"arn:{self.partition}:iam::{self.account}:role/aws-service-role"
        return [f"{prefix}/{service}.amazonaws.com/*" for service in services]

    def scaling_groups(self, names: str = "") -> str:
        """ARN of the Auto Scaling groups of norikae's clusters, or of others by name."""
        return self.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{names or f'{self.cluster_prefix}-*'}")

    def executions(self) -> list[str]:
        """ARNs of every execution of every machine; all of them take leases."""
        machines = (*self.machines(), self.adopt_machine, self.clean_machine)
        return [f"{machine.replace(':stateMachine:', ':execution:')}:*" for machine in machines]

    def every_machine(self) -> str:
        """ARN of the environment's machines, whose names all begin alike."""
        return self.arn("states", f"stateMachine:norikae-{self.environment}-*")

    def machines(self) -> tuple[str, str]:
        """ARNs of the two machines that move applications."""
        return self.upgrade_machine, self.shift_machine
