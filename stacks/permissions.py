"""Who may do what: one row per function. The stack is made from this table, and the tests read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stacks import cluster_grants, compute_grants, grants, identity_grants

if TYPE_CHECKING:
    from stacks.cluster_grants import Group
    from stacks.grants import Grant

Setting = Literal[
    "NORIKAE_TABLE",
    "NORIKAE_EVIDENCE_BUCKET",
    "NORIKAE_TOPIC",
    "NORIKAE_CLUSTER_ROLE",
    "NORIKAE_NODE_ROLE",
    "NORIKAE_NODE_PROFILE",
    "NORIKAE_KEY",
    "NORIKAE_ACCESS",
    "NORIKAE_ROLE",
    "NORIKAE_ADOPT_MACHINE",
    "NORIKAE_CLEAN_MACHINE",
]


@dataclass(frozen=True)
class Row:
    """One function.

    Args:
        title: the state's own name, or what the function is called; its file and its construct are named after it.
        caller: who calls it, which is the folder of its handler.
        grants: its AWS rights, besides its own log group.
        groups: its Kubernetes groups; a function with any runs in the environment's controller subnets.
        enters: it runs there without being a member of any group; it makes itself one when it has to.
        settings: the environment variables that it reads.
        memory: in MiB; the processor share grows with it.
        timeout: in seconds, below the state's own 300.
        asynchronous: whether events start it, so that failed ones go to a dead-letter queue.
    """

    title: str
    caller: Literal["workflow", "events", "operator"]
    grants: tuple[Grant, ...]
    groups: tuple[Group, ...] = ()
    settings: tuple[Setting, ...] = ()
    memory: int = 512
    timeout: int = 60
    asynchronous: bool = False
    enters: bool = False

    @property
    def placed(self) -> bool:
        """Whether it runs in the controller subnets, from which clusters are reached."""
        return bool(self.groups) or self.enters

    @property
    def name(self) -> str:
        """The name of the handler's module: "Set weights" is ``set_weights``."""
        return self.title.lower().replace(" ", "_")

    @property
    def identifier(self) -> str:
        """The construct's id and the substitution's key: "Set weights" is ``SetWeights``."""
        return "".join(word[0].upper() + word[1:] for word in self.title.split())

    @property
    def handler(self) -> str:
        """The handler as Lambda wants it."""
        return f"handlers.{self.caller}.{self.name}.handler"


_TABLE: tuple[Setting, ...] = ("NORIKAE_TABLE",)
_TELLING: tuple[Setting, ...] = ("NORIKAE_TABLE", "NORIKAE_TOPIC")
_REPORTING: tuple[Setting, ...] = ("NORIKAE_TABLE", "NORIKAE_TOPIC", "NORIKAE_EVIDENCE_BUCKET")
_TELL = (grants.table, grants.publish)
_REPORT = (*_TELL, grants.forget, grants.evidence)
_MOVE = (grants.table, grants.records_write, grants.load_balancers_read)
_HEALTH = (grants.table, grants.records_read, grants.load_balancers_read)


FUNCTIONS = (
    # the upgrade machine
    Row(
        "Plan upgrade",
        "workflow",
        (
            *(grants.table, grants.evidence, cluster_grants.clusters_read, grants.executions_read),
            *(compute_grants.groups_read,),
        ),
        ("norikae:read",),
        ("NORIKAE_TABLE", "NORIKAE_EVIDENCE_BUCKET"),
        memory=1024,
        timeout=120,
    ),
    Row(
        "Run preflight",
        "workflow",
        (
            *(grants.table, grants.records_read, cluster_grants.clusters_read, grants.evidence),
            *(identity_grants.identity_read, compute_grants.subnets_read),
        ),
        ("norikae:read",),
        ("NORIKAE_TABLE", "NORIKAE_EVIDENCE_BUCKET"),
        memory=1024,
        timeout=240,
    ),
    Row("Request plan approval", "workflow", _TELL, settings=_TELLING),
    Row(
        "Ensure green cluster",
        "workflow",
        (
            *(grants.table, cluster_grants.clusters_read, cluster_grants.clusters_build),
            *(compute_grants.nodes_read, compute_grants.nodes_build, identity_grants.identity_build),
        ),
        ("norikae:admin",),
        (
            *("NORIKAE_TABLE", "NORIKAE_CLUSTER_ROLE", "NORIKAE_NODE_ROLE", "NORIKAE_NODE_PROFILE"),
            *("NORIKAE_KEY", "NORIKAE_ACCESS"),
        ),
        timeout=120,
    ),
    Row(
        "Ensure Argo CD",
        "workflow",
        (grants.table, cluster_grants.cluster_endpoint, grants.argocd_secrets),
        # On green as admin; in a hub it puts the root application, the cluster and a token, and reads no Secret.
        ("norikae:admin", "norikae:hub"),
        _TABLE,
        memory=1024,
        timeout=240,
    ),
    Row(
        "Sync platform",
        "workflow",
        (grants.table, cluster_grants.cluster_endpoint),
        ("norikae:sync",),
        _TABLE,
        timeout=120,
    ),
    Row(
        "Sync applications",
        "workflow",
        (grants.table, cluster_grants.cluster_endpoint),
        ("norikae:sync",),
        _TABLE,
        timeout=120,
    ),
    Row(
        "Compare wave",
        "workflow",
        (grants.table, grants.evidence, cluster_grants.cluster_endpoint),
        # On green as admin, for a dry run of whatever a wave brings; on blue it looks, and in a hub it moves the pin.
        ("norikae:admin", "norikae:compare", "norikae:sync"),
        ("NORIKAE_TABLE", "NORIKAE_EVIDENCE_BUCKET"),
        memory=1024,
        timeout=240,
    ),
    Row("Request sync approval", "workflow", _TELL, settings=_TELLING),
    Row(
        "Verify green",
        "workflow",
        (
            *(grants.table, grants.evidence, grants.load_balancers_read),
            *(cluster_grants.clusters_read, identity_grants.identity_probe),
        ),
        ("norikae:read", "norikae:verify"),
        ("NORIKAE_TABLE", "NORIKAE_EVIDENCE_BUCKET"),
        memory=1024,
        timeout=240,
    ),
    Row(
        "Hand over green",
        "workflow",
        (grants.table, cluster_grants.cluster_endpoint),
        ("norikae:sync",),
        ("NORIKAE_TABLE", "NORIKAE_ACCESS"),
    ),
    Row(
        "Hand off singletons",
        "workflow",
        (grants.table, cluster_grants.cluster_endpoint),
        ("norikae:hand-off",),
        _TABLE,
        timeout=120,
    ),
    Row("Soak", "workflow", _HEALTH, settings=_TABLE, timeout=120),
    Row("Request decommission approval", "workflow", _TELL, settings=_TELLING),
    Row(
        "Decommission blue",
        "workflow",
        (
            *(*_MOVE, grants.metrics_read, cluster_grants.clusters_read, cluster_grants.clusters_delete),
            *(compute_grants.nodes_read, compute_grants.nodes_delete, identity_grants.identity_forget),
            grants.orphans_delete,
        ),
        ("norikae:decommission", "norikae:hub"),
        _TABLE,
        timeout=120,
    ),
    Row(
        "Restore revisions",
        "workflow",
        (grants.table, cluster_grants.cluster_endpoint),
        ("norikae:sync",),
        _TABLE,
    ),
    Row("Finish upgrade", "workflow", _REPORT, settings=_REPORTING),
    Row(
        "Roll back applications",
        "workflow",
        (*_MOVE, cluster_grants.cluster_endpoint),
        ("norikae:hand-off",),
        _TABLE,
        timeout=240,
    ),
    Row("Hold upgrade", "workflow", _TELL, settings=_TELLING),
    Row("Report failure", "workflow", (*_REPORT, identity_grants.identity_forget), settings=_REPORTING),
    # the shift machine
    Row("Prepare shift", "workflow", (grants.table, grants.records_read, grants.executions_read), settings=_TABLE),
    Row("Set weights", "workflow", (*_MOVE, cluster_grants.cluster_endpoint), ("norikae:read",), _TABLE),
    Row("Verify weights", "workflow", (grants.table, grants.records_read), settings=_TABLE),
    Row(
        "Judge gates",
        "workflow",
        (grants.table, grants.load_balancers_read, grants.metrics_read, cluster_grants.cluster_endpoint),
        ("norikae:read",),
        _TABLE,
    ),
    Row("Roll back application", "workflow", (*_MOVE, cluster_grants.cluster_endpoint), ("norikae:hand-off",), _TABLE),
    Row("Hold application", "workflow", _TELL, settings=_TELLING),
    Row("Finish shift", "workflow", _TELL, settings=_TELLING),
    # the machine that adopts
    Row(
        "Adopt cluster",
        "workflow",
        (
            *_TELL,
            grants.records_write,
            grants.executions_read,
            cluster_grants.clusters_read,
            cluster_grants.clusters_adopt,
        ),
        settings=("NORIKAE_TABLE", "NORIKAE_TOPIC", "NORIKAE_ACCESS", "NORIKAE_ROLE"),
        timeout=120,
        enters=True,
    ),
    # the machine that removes green
    Row(
        "Clean green",
        "workflow",
        (
            *(*_TELL, grants.records_write, grants.executions_read, cluster_grants.clusters_read),
            *(cluster_grants.green_delete, compute_grants.nodes_read, compute_grants.green_nodes_delete),
            *(identity_grants.identity_forget, grants.load_balancers_read, grants.orphans_delete),
        ),
        ("norikae:decommission", "norikae:hub"),
        _TELLING,
        timeout=120,
    ),
    # started by an event, and by a person
    Row(
        "Recover",
        "events",
        (*_MOVE, *_REPORT, cluster_grants.cluster_endpoint),
        ("norikae:hand-off",),
        settings=_REPORTING,
        timeout=240,
        asynchronous=True,
    ),
    Row(
        "Operator command",
        "operator",
        (*_TELL, grants.forget, grants.answer_tasks, grants.start_errands),
        settings=(*_TELLING, "NORIKAE_ADOPT_MACHINE", "NORIKAE_CLEAN_MACHINE"),
    ),
)
"""Every function of a stack."""
