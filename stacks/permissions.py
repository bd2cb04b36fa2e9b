"""Who may do what: one row per function. The stack is made from this table, and the tests read it."""

from __future__ import annotations

from stacks import cluster_grants, compute_grants, grants, identity_grants
from stacks.row import Row, Setting
from stacks.zone_bell import WRITER_SECONDS

_TABLE: tuple[Setting, ...] = ("NORIKAE_TABLE",)
_TELLING: tuple[Setting, ...] = ("NORIKAE_TABLE", "NORIKAE_TOPIC")
_REPORTING: tuple[Setting, ...] = ("NORIKAE_TABLE", "NORIKAE_TOPIC", "NORIKAE_EVIDENCE_BUCKET")
_TELL = (grants.table, grants.publish)
_REPORT = (*_TELL, grants.forget, grants.evidence)
_MOVE = (grants.table, grants.records_read, grants.ring, grants.load_balancers_read)
_MOVE_AT_ONCE = (grants.table, grants.records_write, grants.load_balancers_read)
_MOVE_BACK = (*_MOVE_AT_ONCE, grants.ring)
_BACK: tuple[Setting, ...] = ("NORIKAE_BELL", "NORIKAE_DIRECTLY_AFTER")
_KEEP_ALIVE = (grants.load_balancers_read, grants.keep_alive_write)
_HEALTH = (grants.table, grants.records_read, grants.load_balancers_read)


FUNCTIONS = (
    # the upgrade machine
    Row(
        "Plan upgrade",
        "workflow",
        (
            *(*_TELL, grants.evidence, cluster_grants.clusters_read, grants.executions_read),
            *(compute_grants.groups_read, grants.records_read),
        ),
        ("norikae:read",),
        _REPORTING,
        memory=1024,
        timeout=120,
    ),
    Row(
        "Run preflight",
        "workflow",
        (
            *(*_TELL, grants.records_read, cluster_grants.clusters_read, grants.evidence),
            grants.load_balancers_read,
            *(identity_grants.identity_read, compute_grants.subnets_read, grants.locks_read),
        ),
        ("norikae:read",),
        _REPORTING,
        memory=1024,
        timeout=240,
    ),
    Row("Request plan approval", "workflow", _TELL, settings=_TELLING),
    Row(
        "Ensure green cluster",
        "workflow",
        (
            *(*_TELL, cluster_grants.clusters_read, cluster_grants.clusters_build),
            *(compute_grants.nodes_read, compute_grants.nodes_build, identity_grants.identity_build),
        ),
        ("norikae:admin",),
        (
            *("NORIKAE_TABLE", "NORIKAE_TOPIC", "NORIKAE_CLUSTER_ROLE", "NORIKAE_NODE_ROLE", "NORIKAE_NODE_PROFILE"),
            *("NORIKAE_KEY", "NORIKAE_ACCESS"),
        ),
        timeout=120,
    ),
    Row(
        "Ensure Argo CD",
        "workflow",
        (*_TELL, cluster_grants.cluster_endpoint, grants.argocd_secrets),
        # On green as admin; in a hub it puts the root application, the cluster and a token, and reads no Secret.
        ("norikae:admin", "norikae:hub"),
        _TELLING,
        memory=1024,
        timeout=240,
    ),
    Row(
        "Sync platform",
        "workflow",
        # On blue it only sees which load balancers have to let go of their clients sooner.
        (*_TELL, cluster_grants.cluster_endpoint, *_KEEP_ALIVE),
        ("norikae:sync", "norikae:read"),
        _TELLING,
        timeout=120,
    ),
    Row(
        "Sync applications",
        "workflow",
        (*_TELL, cluster_grants.cluster_endpoint),
        ("norikae:sync",),
        _TELLING,
        timeout=120,
    ),
    Row(
        "Compare wave",
        "workflow",
        (*_TELL, grants.evidence, cluster_grants.cluster_endpoint),
        # On green as admin, for a dry run of whatever a wave brings; on blue it looks, and in a hub it moves the pin.
        ("norikae:admin", "norikae:compare", "norikae:sync"),
        _REPORTING,
        memory=1024,
        timeout=240,
    ),
    Row("Request sync approval", "workflow", _TELL, settings=_TELLING),
    Row(
        "Verify green",
        "workflow",
        (
            *(*_TELL, grants.evidence, grants.load_balancers_read, grants.records_read),
            *(cluster_grants.clusters_read, identity_grants.identity_probe),
        ),
        ("norikae:read", "norikae:verify"),
        _REPORTING,
        memory=1024,
        timeout=240,
    ),
    Row(
        "Hand over green",
        "workflow",
        (*_TELL, cluster_grants.cluster_endpoint),
        ("norikae:sync",),
        (*_TELLING, "NORIKAE_ACCESS"),
    ),
    Row(
        "Conclude shifts",
        "workflow",
        (*_TELL, cluster_grants.clusters_read),
        ("norikae:read",),
        _TELLING,
    ),
    Row("Hold partial run", "workflow", _TELL, settings=_TELLING),
    Row(
        "Hand off singletons",
        "workflow",
        (*_TELL, cluster_grants.cluster_endpoint),
        ("norikae:hand-off", "norikae:scale"),
        _TELLING,
        timeout=120,
    ),
    Row(
        "Soak",
        "workflow",
        # What background gates read, for every application in one look; leased names go back to their owner.
        (*_MOVE, grants.publish, grants.metrics_read, grants.locks_lift, cluster_grants.cluster_endpoint),
        ("norikae:read", "norikae:restart"),
        (*_TELLING, "NORIKAE_BELL"),
        timeout=240,
    ),
    Row("Request decommission approval", "workflow", _TELL, settings=_TELLING),
    Row(
        "Decommission blue",
        "workflow",
        (
            *(*_MOVE_AT_ONCE, grants.publish, grants.metrics_read, grants.access_logs_read),
            *(cluster_grants.clusters_read, cluster_grants.clusters_delete),
            *(compute_grants.nodes_read, compute_grants.nodes_delete, identity_grants.identity_forget),
            grants.orphans_delete,
        ),
        ("norikae:decommission", "norikae:hub", "norikae:read"),
        _TELLING,
        timeout=120,
    ),
    Row(
        "Restore revisions",
        "workflow",
        (*_TELL, cluster_grants.cluster_endpoint),
        ("norikae:sync",),
        _TELLING,
    ),
    Row("Finish upgrade", "workflow", (*_REPORT, *_KEEP_ALIVE, grants.locks_lift), settings=_REPORTING),
    Row(
        "Roll back applications",
        "workflow",
        (*_MOVE_BACK, grants.publish, grants.executions_read, cluster_grants.cluster_endpoint),
        ("norikae:hand-off", "norikae:read", "norikae:scale", "norikae:weigh"),
        (*_TELLING, *_BACK),
        timeout=240,
    ),
    Row("Hold upgrade", "workflow", _TELL, settings=_TELLING),
    Row(
        "Report failure",
        "workflow",
        (*_REPORT, *_KEEP_ALIVE, grants.locks_lift, identity_grants.identity_forget, cluster_grants.cluster_endpoint),
        ("norikae:scale",),
        _REPORTING,
    ),
    # the shift machine
    Row(
        "Prepare shift",
        "workflow",
        (grants.table, grants.records_read, grants.executions_read, cluster_grants.cluster_endpoint),
        ("norikae:read",),
        _TABLE,
    ),
    Row("Ask team", "workflow", _TELL, settings=_TELLING),
    Row(
        "Prove ownership",
        "workflow",
        (grants.table, grants.records_read, grants.locks_read, cluster_grants.cluster_endpoint),
        ("norikae:read",),
        _TABLE,
    ),
    Row(
        "Scale green",
        "workflow",
        (grants.table, grants.load_balancers_read, cluster_grants.cluster_endpoint),
        ("norikae:scale",),
        _TABLE,
    ),
    Row(
        "Set weights",
        "workflow",
        (*_MOVE, cluster_grants.cluster_endpoint),
        ("norikae:read", "norikae:weigh"),
        (*_TABLE, "NORIKAE_BELL"),
    ),
    Row(
        "Verify weights",
        "workflow",
        # What is told to an external-dns is told to one after the other, each once the one before has written.
        (grants.table, grants.records_read, grants.locks_set, cluster_grants.cluster_endpoint),
        ("norikae:read", "norikae:weigh"),
        _TABLE,
    ),
    Row(
        "Judge gates",
        "workflow",
        (*_HEALTH, grants.metrics_read, cluster_grants.cluster_endpoint),
        ("norikae:read",),
        _TABLE,
        timeout=120,
    ),
    Row(
        "Restore safe weights",
        "workflow",
        (*_MOVE_BACK, grants.publish, grants.trail_read, cluster_grants.cluster_endpoint),
        ("norikae:read", "norikae:weigh"),
        (*_TELLING, *_BACK),
    ),
    Row(
        "Roll back application",
        "workflow",
        (*_MOVE_BACK, cluster_grants.cluster_endpoint),
        ("norikae:hand-off", "norikae:read", "norikae:scale", "norikae:weigh"),
        (*_TABLE, *_BACK),
    ),
    Row("Hold failed rollback", "workflow", _TELL, settings=_TELLING),
    Row("Hold application", "workflow", _TELL, settings=_TELLING),
    Row("Finish shift", "workflow", (*_TELL, grants.forget, grants.locks_lift), settings=_TELLING),
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
    # started by the bell of the zone, by an event, and by a person
    Row(
        "Write zone",
        "events",
        (grants.table, grants.forget, grants.records_write, grants.ring, grants.hear),
        settings=(*_TABLE, "NORIKAE_BELL"),
        timeout=WRITER_SECONDS,
        rung=True,
    ),
    Row(
        "Recover",
        "events",
        (
            *_MOVE_AT_ONCE,
            *_REPORT,
            grants.keep_alive_write,
            grants.executions_read,
            cluster_grants.cluster_endpoint,
            identity_grants.identity_forget,
        ),
        ("norikae:hand-off", "norikae:read", "norikae:scale", "norikae:weigh"),
        settings=(*_REPORTING, "NORIKAE_ADOPTER", "NORIKAE_ADOPT_MACHINE"),
        timeout=240,
        asynchronous=True,
    ),
    Row(
        "Operator command",
        "operator",
        (*_TELL, grants.forget, grants.answer_tasks, grants.start_machines),
        settings=(*_TELLING, "NORIKAE_ADOPT_MACHINE", "NORIKAE_CLEAN_MACHINE", "NORIKAE_SHIFT_MACHINE"),
    ),
)
"""Every function of a stack."""
