"""Everything that a core function may touch; a part is made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every function imports this module, and needs few of these at run time
    from norikae.argocd.secrets_port import Secrets
    from norikae.chat.ports import Chatwork, Seen, Slack, Threads
    from norikae.clock import Clock
    from norikae.cluster.compute_port import Compute
    from norikae.cluster.eks_port import Eks
    from norikae.cluster.identity_port import Identity
    from norikae.cluster.orphans_port import Orphans
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.commands.ports import Callers, Commander, Notes
    from norikae.drain.ports import Claims, Fleet, Yard
    from norikae.environment import Environment
    from norikae.gates.ports import Metrics
    from norikae.gates.probe_port import Probe
    from norikae.preflight.insights_port import Insights
    from norikae.secret_sync.ports import Deliveries, Letters, Safe, Shelf
    from norikae.settings import Settings
    from norikae.support.ports import AwsHealth, Reminders
    from norikae.traffic.locks import Locks
    from norikae.traffic.ports import Dns, LoadBalancers, Trail
    from norikae.upgrade.ports import Evidence, Executions, RunTable, Topic
    from norikae.upgrade.quiet_port import AccessLogs, Visits
    from norikae.windows.ports import Calendars
    from norikae.zone.ports import Zone


class Ports(Protocol):
    """The world as the core sees it during one invocation."""

    @property
    def settings(self) -> Settings:
        """What the stack tells the function."""

    @property
    def environment(self) -> Environment:
        """The environment file."""

    @property
    def now(self) -> float:
        """The instant of this look, in seconds since the epoch."""

    @property
    def clock(self) -> Clock:
        """The time of an invocation that waits."""

    @property
    def table(self) -> RunTable:
        """Leases, plans, phases, flags."""

    @property
    def executions(self) -> Executions:
        """Our own executions."""

    @property
    def topic(self) -> Topic:
        """Where people read."""

    @property
    def evidence(self) -> Evidence:
        """Where documents are kept."""

    @property
    def dns(self) -> Dns:
        """The public names."""

    @property
    def locks(self) -> Locks:
        """What is protected of the public names."""

    @property
    def trail(self) -> Trail:
        """Who changed the public names."""

    @property
    def zone(self) -> Zone:
        """The hosted zone, for whoever writes it."""

    @property
    def load_balancers(self) -> LoadBalancers:
        """The load balancers of both clusters."""

    @property
    def metrics(self) -> Metrics:
        """Their figures."""

    @property
    def visits(self) -> Visits:
        """Who talks to load balancers."""

    @property
    def access_logs(self) -> AccessLogs:
        """Who talks to them, by name."""

    @property
    def orphans(self) -> Orphans:
        """What a cluster's controllers made in AWS and did not take away."""

    @property
    def eks(self) -> Eks:
        """Clusters, node groups, add-ons, access."""

    @property
    def compute(self) -> Compute:
        """Subnets, images, launch templates, Auto Scaling groups."""

    @property
    def identity(self) -> Identity:
        """OIDC providers, trust policies, Pod Identity associations."""

    @property
    def insights(self) -> Insights:
        """What EKS itself found about a cluster."""

    @property
    def secrets(self) -> Secrets:
        """Secrets Manager."""

    @property
    def probe(self) -> Probe:
        """Requests to a load balancer as a client makes them."""

    @property
    def claims(self) -> Claims:
        """Nodes that have to be emptied."""

    @property
    def fleet(self) -> Fleet:
        """Their machines."""

    @property
    def safe(self) -> Safe:
        """Secrets Manager, for secrets that are carried."""

    @property
    def letters(self) -> Letters:
        """The queue of secrets."""

    @property
    def deliveries(self) -> Deliveries:
        """What became of secrets."""

    @property
    def callers(self) -> Callers:
        """Who calls, proven by AWS."""

    @property
    def commander(self) -> Commander:
        """The function that carries commands out."""

    @property
    def notes(self) -> Notes:
        """The queue of interruptions, for nodes that people name."""

    @property
    def slack(self) -> Slack:
        """Slack."""

    @property
    def chatwork(self) -> Chatwork:
        """Chatwork."""

    @property
    def q_topic(self) -> Topic:
        """The topic that Amazon Q Developer in chat reads; subject and message are as it wants them."""

    @property
    def threads(self) -> Threads:
        """What stands in chats."""

    @property
    def seen(self) -> Seen:
        """What was taken already."""

    @property
    def calendars(self) -> Calendars:
        """Calendars of changes."""

    @property
    def aws_health(self) -> AwsHealth:
        """What AWS says about the health of EKS."""

    @property
    def reminders(self) -> Reminders:
        """What people were told about the end of support."""

    def shelf(self, cluster: str) -> Shelf:
        """A cluster's API as secrets are carried to it; NotFoundError while there is no such cluster or API."""

    def yard(self, cluster: str) -> Yard:
        """A cluster's API as a drain uses it."""

    def kubernetes(self, cluster: str) -> Kubernetes:
        """A cluster's API."""

    def manifests(self, name: str) -> list[Json]:
        """The objects of one of the bundle's manifest files (``rbac``, ``secret-sync``, ``argocd``)."""
