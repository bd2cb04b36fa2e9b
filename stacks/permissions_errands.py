"""Who may do what: the other machines, what events start, and what a person calls."""

from __future__ import annotations

from stacks import (
    cluster_grants,
    compute_grants,
    drain_grants,
    grants,
    identity_grants,
    interruption_grants,
    secret_grants,
)
from stacks.interruptions import INGEST_SECONDS
from stacks.rights import (
    MOVE_AT_ONCE,
    REPORT,
    REPORTING,
    TABLE,
    TELL,
    TELLING,
)
from stacks.row import Row
from stacks.secrets import CARRY_SECONDS
from stacks.zone_bell import WRITER_SECONDS

ERRANDS = (
    # the machine that adopts
    Row(
        "Adopt cluster",
        "workflow",
        (
            *TELL,
            grants.records_write,
            grants.executions_read,
            cluster_grants.clusters_read,
            cluster_grants.clusters_adopt,
        ),
        settings=("NORIKAE_TABLE", "NORIKAE_TOPIC", "NORIKAE_ACCESS", "NORIKAE_ROLE"),
        timeout=120,
        enters=True,
    ),
    # the machine that empties nodes
    Row(
        "Drain slice",
        "workflow",
        (
            *(*TELL, cluster_grants.cluster_endpoint, drain_grants.drain_start),
            *(drain_grants.machines_read, drain_grants.hooks_hold, drain_grants.targets_read),
        ),
        ("norikae:drain", "norikae:drain-delete"),
        (*TELLING, "NORIKAE_DRAIN_MACHINE"),
        memory=1769,  # one whole processor: thousands of pods are read every few seconds
    ),
    # the machine that removes green
    Row(
        "Clean green",
        "workflow",
        (
            *(*TELL, grants.records_write, grants.executions_read, cluster_grants.clusters_read),
            *(cluster_grants.green_delete, compute_grants.nodes_read, compute_grants.green_nodes_delete),
            *(identity_grants.identity_forget, grants.load_balancers_read, grants.orphans_delete),
        ),
        ("norikae:decommission", "norikae:hub"),
        TELLING,
        timeout=120,
    ),
    # started by the bell of the zone, by what AWS says about machines and secrets, by an event, and by a person
    Row(
        "Write zone",
        "events",
        (grants.table, grants.forget, grants.records_write, grants.ring, grants.hear),
        settings=(*TABLE, "NORIKAE_BELL"),
        timeout=WRITER_SECONDS,
        rung=True,
    ),
    Row(
        "Interruptions",
        "events",
        (
            *(interruption_grants.interruptions_hear, interruption_grants.machines_find),
            *(interruption_grants.claims_write, drain_grants.drain_start, cluster_grants.cluster_endpoint),
        ),
        ("norikae:drain",),
        settings=(*TABLE, "NORIKAE_DRAIN_MACHINE"),
        timeout=INGEST_SECONDS,
        rung=True,
    ),
    Row(
        "Carry secrets",
        "events",
        (
            *(secret_grants.letters_hear, secret_grants.letters_send, secret_grants.versions_read),
            *(secret_grants.values_read, secret_grants.deliveries_write),
            *(grants.publish, cluster_grants.cluster_endpoint),
        ),
        ("norikae:restart", "norikae:secrets"),
        (*TELLING, "NORIKAE_SECRETS_QUEUE"),
        memory=1024,
        timeout=CARRY_SECONDS,
        rung=True,
        only_with="secrets",
    ),
    Row(
        "Recover",
        "events",
        (
            *MOVE_AT_ONCE,
            *REPORT,
            grants.keep_alive_write,
            grants.executions_read,
            cluster_grants.cluster_endpoint,
            identity_grants.identity_forget,
        ),
        ("norikae:hand-off", "norikae:read", "norikae:scale", "norikae:weigh"),
        settings=(*REPORTING, "NORIKAE_ADOPTER", "NORIKAE_ADOPT_MACHINE"),
        timeout=240,
        asynchronous=True,
    ),
    Row(
        "Reconcile interruptions",
        "events",
        (
            *(*TELL, cluster_grants.cluster_endpoint, drain_grants.machines_watch),
            *(drain_grants.hooks_answer, drain_grants.drain_start),
        ),
        ("norikae:drain",),
        settings=(*TELLING, "NORIKAE_DRAIN_MACHINE"),
        repeated=True,
    ),
    Row(
        "Operator command",
        "operator",
        (
            *(*TELL, grants.forget, grants.answer_tasks, grants.start_machines, grants.executions_read),
            *(secret_grants.letters_redrive, interruption_grants.nodes_ask),
        ),
        settings=(
            *(*TELLING, "NORIKAE_ADOPT_MACHINE", "NORIKAE_CLEAN_MACHINE", "NORIKAE_SHIFT_MACHINE"),
            *("NORIKAE_UPGRADE_MACHINE", "NORIKAE_INTERRUPTIONS_QUEUE"),
            *("NORIKAE_MESSENGERS", "NORIKAE_CLOCKS"),
            *("NORIKAE_SECRETS_QUEUE", "NORIKAE_SECRETS_DEAD_LETTERS"),
        ),
    ),
)
