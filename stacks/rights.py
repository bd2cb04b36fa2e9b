"""Rights and settings that several rows of ``permissions.py`` have in common."""

from __future__ import annotations

from stacks import grants
from stacks.row import Setting

TABLE: tuple[Setting, ...] = ("NORIKAE_TABLE",)
TELLING: tuple[Setting, ...] = ("NORIKAE_TABLE", "NORIKAE_TOPIC")
REPORTING: tuple[Setting, ...] = ("NORIKAE_TABLE", "NORIKAE_TOPIC", "NORIKAE_EVIDENCE_BUCKET")
TELL = (grants.table, grants.publish)
REPORT = (*TELL, grants.forget, grants.evidence)
MOVE = (grants.table, grants.records_read, grants.ring, grants.load_balancers_read)
MOVE_AT_ONCE = (grants.table, grants.records_write, grants.load_balancers_read)
MOVE_BACK = (*MOVE_AT_ONCE, grants.ring)
BACK: tuple[Setting, ...] = ("NORIKAE_BELL", "NORIKAE_DIRECTLY_AFTER")
KEEP_ALIVE = (grants.load_balancers_read, grants.keep_alive_write)
HEALTH = (grants.table, grants.records_read, grants.load_balancers_read)
