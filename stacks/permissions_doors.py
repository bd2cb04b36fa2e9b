"""Who may do what: the functions that people come through, and those that tell them something."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacks.row import Row

DOORS: tuple[Row, ...] = ()
