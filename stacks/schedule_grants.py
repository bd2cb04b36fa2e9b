"""What the functions may do that schedules start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from stacks.grants import items, key_of_table

if TYPE_CHECKING:
    from stacks.resources import Resources


def occurrences(at: Resources) -> list[iam.PolicyStatement]:
    """Know what became of each occurrence of a schedule; no item of a run or of the environment."""
    return [items(at, "Occurrences", ["GetItem", "PutItem"], "RUN#schedule/*"), key_of_table(at)]
