"""Who may do what: the functions of the upgrade machine."""

from __future__ import annotations

from stacks import cluster_grants, compute_grants, drain_grants, grants, identity_grants, secret_grants
from stacks.rights import (
    BACK,
    KEEP_ALIVE,
    MOVE,
    MOVE_AT_ONCE,
    MOVE_BACK,
    REPORT,
    REPORTING,
    TELL,
    TELLING,
)
from stacks.row import Row

UPGRADE = (
    # the upgrade machine
    Row(
        "Plan upgrade",
        "workflow",
        (
            *(*TELL, grants.evidence, cluster_grants.clusters_read, grants.executions_read),
            *(compute_grants.groups_read, grants.records_read),
        ),
        ("norikae:read",),
        REPORTING,
        memory=1024,
        timeout=120,
    ),
    Row(
        "Run preflight",
        "workflow",
        (
            *(*TELL, grants.records_read, cluster_grants.clusters_read, grants.evidence),
            grants.load_balancers_read,
            *(identity_grants.identity_read, compute_grants.subnets_read, grants.locks_read),
        ),
        ("norikae:read",),
        REPORTING,
        memory=1024,
        timeout=240,
    ),
    Row("Request plan approval", "workflow", TELL, settings=TELLING),
    Row(
        "Ensure green cluster",
        "workflow",
        (
            *(*TELL, cluster_grants.clusters_read, cluster_grants.clusters_build),
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
        (*TELL, cluster_grants.cluster_endpoint, secret_grants.argocd_secrets),
        # On green as admin; in a hub it puts the root application, the cluster and a token, and reads no Secret.
        ("norikae:admin", "norikae:hub"),
        TELLING,
        memory=1024,
        timeout=240,
    ),
    Row(
        "Sync platform",
        "workflow",
        # On blue it only sees which load balancers have to let go of their clients sooner.
        (*TELL, cluster_grants.cluster_endpoint, *KEEP_ALIVE, secret_grants.letters_send),
        ("norikae:sync", "norikae:read"),
        (*TELLING, "NORIKAE_SECRETS_QUEUE"),
        timeout=120,
    ),
    Row(
        "Sync applications",
        "workflow",
        (*TELL, cluster_grants.cluster_endpoint, secret_grants.letters_send),
        ("norikae:sync",),
        (*TELLING, "NORIKAE_SECRETS_QUEUE"),
        timeout=120,
    ),
    Row(
        "Compare wave",
        "workflow",
        (*TELL, grants.evidence, cluster_grants.cluster_endpoint),
        # On green as admin, for a dry run of whatever a wave brings; on blue it looks, and in a hub it moves the pin.
        ("norikae:admin", "norikae:compare", "norikae:sync"),
        REPORTING,
        memory=1024,
        timeout=240,
    ),
    Row("Request sync approval", "workflow", TELL, settings=TELLING),
    Row(
        "Verify green",
        "workflow",
        (
            *(*TELL, grants.evidence, grants.load_balancers_read, grants.records_read),
            *(cluster_grants.clusters_read, identity_grants.identity_probe),
            *(secret_grants.versions_read, secret_grants.letters_send),
        ),
        ("norikae:read", "norikae:verify"),
        (*REPORTING, "NORIKAE_SECRETS_QUEUE"),
        memory=1024,
        timeout=240,
    ),
    Row(
        "Hand over green",
        "workflow",
        (*TELL, cluster_grants.cluster_endpoint, secret_grants.letters_send),
        ("norikae:sync",),
        (*TELLING, "NORIKAE_ACCESS", "NORIKAE_SECRETS_QUEUE"),
    ),
    Row(
        "Conclude shifts",
        "workflow",
        (*TELL, cluster_grants.clusters_read),
        ("norikae:read",),
        TELLING,
    ),
    Row("Hold partial run", "workflow", TELL, settings=TELLING),
    Row(
        "Hand off singletons",
        "workflow",
        (*TELL, cluster_grants.cluster_endpoint),
        ("norikae:hand-off", "norikae:scale"),
        TELLING,
        timeout=120,
    ),
    Row(
        "Soak",
        "workflow",
        # What background gates read, for every application in one look; leased names go back to their owner.
        (*MOVE, grants.publish, grants.metrics_read, grants.locks_lift, cluster_grants.cluster_endpoint),
        ("norikae:read", "norikae:restart"),
        (*TELLING, "NORIKAE_BELL"),
        timeout=240,
    ),
    Row("Request decommission approval", "workflow", TELL, settings=TELLING),
    Row(
        "Decommission blue",
        "workflow",
        (
            *(*MOVE_AT_ONCE, grants.publish, grants.metrics_read, grants.access_logs_read),
            *(cluster_grants.clusters_read, cluster_grants.clusters_delete),
            *(compute_grants.nodes_read, compute_grants.nodes_delete, identity_grants.identity_forget),
            *(grants.orphans_delete, drain_grants.drain_start),
        ),
        ("norikae:decommission", "norikae:hub", "norikae:read"),
        (*TELLING, "NORIKAE_DRAIN_MACHINE"),
        timeout=120,
    ),
    Row(
        "Restore revisions",
        "workflow",
        (*TELL, cluster_grants.cluster_endpoint),
        ("norikae:sync",),
        TELLING,
    ),
    Row("Finish upgrade", "workflow", (*REPORT, *KEEP_ALIVE, grants.locks_lift), settings=REPORTING),
    Row(
        "Roll back applications",
        "workflow",
        (*MOVE_BACK, grants.publish, grants.executions_read, cluster_grants.cluster_endpoint),
        ("norikae:hand-off", "norikae:read", "norikae:scale", "norikae:weigh"),
        (*TELLING, *BACK),
        timeout=240,
    ),
    Row("Hold upgrade", "workflow", TELL, settings=TELLING),
    Row(
        "Report failure",
        "workflow",
        (*REPORT, *KEEP_ALIVE, grants.locks_lift, identity_grants.identity_forget, cluster_grants.cluster_endpoint),
        ("norikae:scale",),
        REPORTING,
    ),
)
