"""Composes the stack of one environment; what each part is, its own module says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from stacks.alarms import Alarms
from stacks.boundary import operator_role_name
from stacks.chat import Chat, ChatApi
from stacks.cluster_roles import ClusterRoles
from stacks.console_links import console_links
from stacks.functions import Functions, log_retention
from stacks.interruptions import Interruptions
from stacks.messages import Messages
from stacks.notifications import Notifications
from stacks.reconciler import Reconciler
from stacks.recovery import Recovery
from stacks.resources import Resources
from stacks.runtime import PYTHON
from stacks.schedule import schedules
from stacks.secrets import TOGETHER, Secrets
from stacks.state import State
from stacks.support import SupportWatch
from stacks.workflow.machines import Machines, machine_name
from stacks.zone_bell import ZoneBell

if TYPE_CHECKING:
    from constructs import Construct

    from norikae.environment import Environment
    from stacks.bundle import Bundle

NOT_COMPILED = f"no python{PYTHON} on this machine, so the bundle has no byte code and cold starts take longer"


class NorikaeStack(cdk.Stack):
    """Everything that norikae needs in one account and region to move one environment.

    Args:
        environment: the values of the environment file.
        bundle: what the functions run.
        env: account and region.
    """

    def __init__(
        self, scope: Construct, identifier: str, *, environment: Environment, bundle: Bundle, env: cdk.Environment
    ) -> None:
        super().__init__(scope, identifier, env=env, description=f"norikae: environment {environment.environment}")
        self.state = State(self, "State", environment=environment.environment)
        self.notifications = Notifications(
            self, "Notifications", environment=environment.environment, key=self.state.key
        )
        self.bell = ZoneBell(self, "ZoneBell", key=self.state.key)
        self.interruptions = Interruptions(self, "Interruptions", key=self.state.key)
        self.secrets = self._secrets(environment)
        notify = environment.notify
        self.chat = Chat(self, "Chat", key=self.state.key) if notify.secrets() else None
        self.messages = self._messages(environment)
        self.cluster_roles = ClusterRoles(self, "ClusterRoles")
        at = self._resources(environment)
        self.functions = Functions(self, "Functions", environment=environment, bundle=bundle, key=self.state.key, at=at)
        self.bell.wakes(self.functions.by_name["write_zone"])
        self.interruptions.starts(self.functions.by_name["interruptions"])
        if self.secrets:
            self.secrets.starts(self.functions.by_name["carry_secrets"], together=TOGETHER)
        self.chat_api = self._let_people_in(environment)
        self.machines = Machines(
            self,
            "Machines",
            environment=environment.environment,
            functions={row.identifier: self.functions.by_name[row.name] for row in self.functions.rows},
            key=self.state.key,
            log_retention=log_retention(environment.retention.logs_days),
            at=at,
        )
        self.recovery = Recovery(
            self,
            "Recovery",
            machines=(*at.machines(), at.adopt_machine),  # its role is admin on the way
            recover=self.functions.by_name["recover"],
            dead_letters=self.functions.dead_letters["recover"],
        )
        self.reconciler = Reconciler(self, "Reconciler", reconcile=self.functions.by_name["reconcile_interruptions"])
        self._watch_support()
        self.schedules = schedules(
            self,
            "Schedules",
            environment=environment,
            key=self.state.key,
            starter=self.functions.by_name.get("start_on_schedule"),
        )
        self.alarms = self._alarms()
        self._outputs()
        self._say_whether_compiled(bundle)

    def _watch_support(self) -> None:
        """Look once a week how long the cluster that serves is supported."""
        functions = self.functions
        watch, dead_letters = functions.by_name["watch_support"], functions.dead_letters["watch_support"]
        SupportWatch(self, "SupportWatch", watch=watch, dead_letters=dead_letters)

    def _alarms(self) -> Alarms:
        """What wakes people."""
        return Alarms(
            self,
            "Alarms",
            machines={"Upgrade": self.machines.upgrade, "Shift": self.machines.shift, "Drain": self.machines.drain},
            functions={row.identifier: self.functions.by_name[row.name] for row in self.functions.rows},
            unattended=tuple(
                row.identifier
                for row in self.functions.rows
                if row.caller != "workflow" and not (row.rung or row.repeated)
            ),
            dead_letters={
                **self.functions.dead_letters,
                "write_zone": self.bell.dead_letters,
                "interruptions": self.interruptions.dead_letters,
                **({"carry_secrets": self.secrets.dead_letters} if self.secrets else {}),
                **({"answer_chat": self.chat.dead_letters} if self.chat else {}),
                **({"notify_people": self.messages.dead_letters} if self.messages else {}),
                **({"schedules": self.schedules.dead_letters} if self.schedules else {}),
            },
            waiting={
                **({"carry_secrets": self.secrets.queue} if self.secrets else {}),
                **({"answer_chat": self.chat.queue} if self.chat else {}),
                **({"notify_people": self.messages.queue} if self.messages else {}),
            },
            apis={"ChatApi": self.chat_api.api} if self.chat_api else {},
            topic=self.notifications.topic,
        )

    def _secrets(self, environment: Environment) -> Secrets | None:
        """What hears of secrets; nothing of it is there when none is carried."""
        names = environment.secret_sync.secrets
        arn = f"arn:{self.partition}:secretsmanager:{self.region}:{self.account}:secret:"
        return Secrets(self, "Secrets", key=self.state.key, names=names, arn=arn) if names else None

    def _messages(self, environment: Environment) -> Messages | None:
        """What brings messages to chats; nothing of it is there without any."""
        notify = environment.notify
        if not (notify.secrets() or notify.amazon_q):
            return None
        return Messages(
            self,
            "Messages",
            environment=environment.environment,
            key=self.state.key,
            topic=self.notifications.topic,
            amazon_q=notify.amazon_q,
            chats=bool(notify.secrets()),
        )

    def _let_people_in(self, environment: Environment) -> ChatApi | None:
        """What starts the functions of chats, and the API by which chats reach them."""
        functions = self.functions.by_name
        if self.messages:
            self.messages.starts(functions["notify_people"])
        if self.chat is None:
            return None
        self.chat.starts(functions["answer_chat"])
        ears = {chat: functions[f"hear_{chat}"] for chat in ("slack", "chatwork") if f"hear_{chat}" in functions}
        return ChatApi(
            self, "ChatApi", environment=environment.environment, ears=ears, web_acl=environment.notify.web_acl
        )

    def _resources(self, environment: Environment) -> Resources:
        """What grants and settings speak of."""
        arn = f"arn:{self.partition}:states:{self.region}:{self.account}:stateMachine:"
        return Resources(
            environment=environment.environment,
            partition=self.partition,
            region=self.region,
            account=self.account,
            cluster_prefix=environment.clusters.prefix,
            adopted_cluster=environment.clusters.adopt,
            hub_cluster=environment.argocd.hub.cluster if environment.argocd.hub else "",
            secrets=environment.argocd.secrets(),
            zones=environment.dns.zones,
            access_logs=environment.decommission.access_logs,
            calendars=environment.windows.calendars,
            client_keep_alive=bool(environment.shift.client_keep_alive),
            table=self.state.table.table_arn,
            table_name=self.state.table.table_name,
            bucket=self.state.evidence.bucket_arn,
            bucket_name=self.state.evidence.bucket_name,
            topic=self.notifications.topic.topic_arn,
            key=self.state.key.key_arn,
            cluster_role=self.cluster_roles.control_plane.role_arn,
            node_role=self.cluster_roles.nodes.role_arn,
            node_profile=self.cluster_roles.node_profile.instance_profile_arn,
            irsa_roles=environment.clusters.irsa_roles,
            pod_identity_roles=tuple(dict.fromkeys(one.role for one in environment.clusters.pod_identity)),
            upgrade_machine=arn + machine_name(environment.environment, "upgrade"),
            shift_machine=arn + machine_name(environment.environment, "shift"),
            adopt_machine=arn + machine_name(environment.environment, "adopt"),
            clean_machine=arn + machine_name(environment.environment, "clean-green"),
            drain_machine=arn + machine_name(environment.environment, "drain"),
            bell=self.bell.queue.queue_arn,
            bell_url=self.bell.queue.queue_url,
            interruptions=self.interruptions.queue.queue_arn,
            interruptions_url=self.interruptions.queue.queue_url,
            carried=environment.secret_sync.secrets,
            secrets_queue=self.secrets.queue.queue_arn if self.secrets else "",
            secrets_queue_url=self.secrets.queue.queue_url if self.secrets else "",
            secrets_dead_letters=self.secrets.dead_letters.queue_arn if self.secrets else "",
            command_function=operator_role_name(environment.environment),  # role and function are called alike
            chats=environment.notify.secrets(),
            chat_queue=self.chat.queue.queue_arn if self.chat else "",
            chat_queue_url=self.chat.queue.queue_url if self.chat else "",
            messages=self.messages.queue.queue_arn if self.messages else "",
            q_topic=self.messages.q_topic.topic_arn if self.messages and self.messages.q_topic else "",
            scheduled=bool(environment.schedule),
        )

    def _outputs(self) -> None:
        """What a person or another stack needs to know after a deployment."""
        outputs: dict[str, tuple[str, str]] = {
            "UpgradeMachine": (self.machines.upgrade.state_machine_arn, "Start an upgrade here"),
            "ShiftMachine": (self.machines.shift.state_machine_arn, "Start the shift of one application here"),
            "OperatorCommand": (
                self.functions.by_name["operator_command"].function_name,
                "Invoke with a command: approve, pause, resume, hold, abort",
            ),
            "TableName": (self.state.table.table_name, "Runs, leases, approvals and the audit trail"),
            "EvidenceBucket": (self.state.evidence.bucket_name, "Reports and evidence of every run"),
            "TopicArn": (self.notifications.topic.topic_arn, "Subscribe a chat, a mailbox or a pager"),
            "InterruptionsQueueArn": (
                self.interruptions.queue.queue_arn,
                "A lifecycle hook may notify it directly; EventBridge does anyway",
            ),
            "ClusterRoleArn": (self.cluster_roles.control_plane.role_arn, "Role of the control planes"),
            "NodeRoleArn": (self.cluster_roles.nodes.role_arn, "Role of the nodes"),
            "KubernetesAccess": (
                self.to_json_string(self.functions.access),
                "Kubernetes group to role ARNs; the adopted cluster needs access entries for read and decommission",
            ),
        }
        if self.secrets:
            outputs["SecretsQueueUrl"] = (self.secrets.queue.queue_url, "Send a letter to look after a secret at once")
        if self.chat_api:
            for path in self.chat_api.paths:
                outputs[f"{path.capitalize()}Url"] = (self.chat_api.url(path), "Where the chat sends what people say")
        if self.messages and self.messages.q_topic:
            outputs["AmazonQTopicArn"] = (
                self.messages.q_topic.topic_arn,
                "For a channel configuration of Amazon Q Developer in chat applications",
            )
        outputs |= console_links(
            self.region,
            machines={
                "Upgrade": self.machines.upgrade.state_machine_arn,
                "Shift": self.machines.shift.state_machine_arn,
            },
            command=self.functions.by_name["operator_command"].function_name,
            table=self.state.table.table_name,
            bucket=self.state.evidence.bucket_name,
        )
        for name, (value, text) in outputs.items():
            cdk.CfnOutput(self, name, value=value, description=text)

    def _say_whether_compiled(self, bundle: Bundle) -> None:
        """Record in the template whether the bundle holds byte code, and warn when it does not."""
        self.add_metadata("norikae:bundle", {"runtime": f"python{PYTHON}", "compiled": bundle.compiled})
        if not bundle.compiled:
            cdk.Annotations.of(self).add_warning_v2("norikae:not-compiled", NOT_COMPILED)
