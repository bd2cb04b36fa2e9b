"""Who may do what: the functions of the shift machine."""

from __future__ import annotations

from stacks import cluster_grants, grants, secret_grants, window_grants
from stacks.rights import (
    BACK,
    HEALTH,
    MOVE,
    MOVE_BACK,
    TABLE,
    TELL,
    TELLING,
)
from stacks.row import Row

SECRETS = (secret_grants.versions_read, secret_grants.letters_send)
"""Whether a secret is current wherever it is wanted, and to ask for it where it is not."""

SHIFT = (
    # the shift machine
    Row(
        "Prepare shift",
        "workflow",
        (grants.table, grants.records_read, grants.executions_read, cluster_grants.cluster_endpoint),
        ("norikae:read",),
        TABLE,
    ),
    Row("Ask team", "workflow", TELL, settings=TELLING),
    Row(
        "Check window", "workflow", (*TELL, grants.forget, window_grants.calendars_read), settings=TELLING
    ),  # of both machines
    Row("Await window", "workflow", (grants.table,), settings=TABLE),
    Row(
        "Prove ownership",
        "workflow",
        (grants.table, grants.records_read, grants.locks_read, cluster_grants.cluster_endpoint),
        ("norikae:read",),
        TABLE,
    ),
    Row(
        "Scale green",
        "workflow",
        (grants.table, grants.load_balancers_read, cluster_grants.cluster_endpoint, *SECRETS),
        ("norikae:read", "norikae:scale"),
        (*TABLE, "NORIKAE_SECRETS_QUEUE"),
    ),
    Row(
        "Set weights",
        "workflow",
        (*MOVE, cluster_grants.cluster_endpoint),
        ("norikae:read", "norikae:weigh"),
        (*TABLE, "NORIKAE_BELL"),
    ),
    Row(
        "Verify weights",
        "workflow",
        # What is told to an external-dns is told to one after the other, each once the one before has written.
        (grants.table, grants.records_read, grants.locks_set, cluster_grants.cluster_endpoint),
        ("norikae:read", "norikae:weigh"),
        TABLE,
    ),
    Row(
        "Judge gates",
        "workflow",
        (*HEALTH, grants.metrics_read, cluster_grants.cluster_endpoint, *SECRETS),
        ("norikae:read",),
        (*TABLE, "NORIKAE_SECRETS_QUEUE"),
        timeout=120,
    ),
    Row(
        "Restore safe weights",
        "workflow",
        (*MOVE_BACK, grants.publish, grants.trail_read, cluster_grants.cluster_endpoint),
        ("norikae:read", "norikae:weigh"),
        (*TELLING, *BACK),
    ),
    Row(
        "Roll back application",
        "workflow",
        (*MOVE_BACK, cluster_grants.cluster_endpoint),
        ("norikae:hand-off", "norikae:read", "norikae:scale", "norikae:weigh"),
        (*TABLE, *BACK),
    ),
    Row("Hold failed rollback", "workflow", TELL, settings=TELLING),
    Row("Hold application", "workflow", TELL, settings=TELLING),
    Row("Finish shift", "workflow", (*TELL, grants.forget, grants.locks_lift), settings=TELLING),
)
