"""Who may do what: one row per function. The stack is made from this table, and the tests read it."""

from __future__ import annotations

from stacks.permissions_doors import DOORS
from stacks.permissions_errands import ERRANDS
from stacks.permissions_shift import SHIFT
from stacks.permissions_upgrade import UPGRADE

FUNCTIONS = (*UPGRADE, *SHIFT, *ERRANDS, *DOORS)
"""Every function of a stack, by the machine that calls it."""
