"""What the functions may do that schedules start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from stacks.boundary import operator_role_name
from stacks.grants import items, key_of_table

if TYPE_CHECKING:
    from stacks.resources import Resources


def occurrences(at: Resources) -> list[iam.PolicyStatement]:
    """Know what became of each occurrence of a schedule; no item of a run or of the environment."""
    return [items(at, "Occurrences", ["GetItem", "PutItem"], "RUN#schedule/*"), key_of_table(at)]


def say_commands(at: Resources) -> list[iam.PolicyStatement]:
    """Invoke the one function that carries commands out; it has the name of its role."""
    function = at.arn("lambda", f"function:{operator_role_name(at.environment)}")
    return [iam.PolicyStatement(sid="SayCommands", actions=["lambda:InvokeFunction"], resources=[function])]
