"""Rights of the function that hears that machines go: read its queue, find the machine, claim it, start the drain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from stacks.grants import items, key_of_table
from stacks.queue_grants import read_queue, send_to

if TYPE_CHECKING:
    from stacks.resources import Resources


def interruptions_hear(at: Resources) -> list[iam.PolicyStatement]:
    """Read the queue of machines that go."""
    return read_queue(at, "HearOfMachines", at.interruptions)


def nodes_ask(at: Resources) -> list[iam.PolicyStatement]:
    """Ask for a node to be emptied: a letter in the queue of machines that go."""
    return send_to(at, "AskForDrain", at.interruptions)


def machines_find(_at: Resources) -> list[iam.PolicyStatement]:
    """Whose a machine is, by its tags; the action takes no resource."""
    return [iam.PolicyStatement(sid="Machines", actions=["ec2:DescribeInstances"], resources=["*"])]


def claims_write(at: Resources) -> list[iam.PolicyStatement]:
    """Read and write claims, which are kept by cluster, and read which cluster is blue; nothing of any run."""
    return [
        items(at, "Claims", ["GetItem", "PutItem"], "CLUSTER#*"),
        items(at, "Roles", ["GetItem"], f"ENV#{at.environment}"),
        key_of_table(at),
    ]
