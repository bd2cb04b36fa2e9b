"""Where the parts of an environment are in the AWS console: one link each, for the stack's outputs."""

from __future__ import annotations

from typing import NamedTuple

DOMAINS = {"aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}
"""Where the console of a partition is, if it is not ``aws.amazon.com``."""


class Link(NamedTuple):
    """A page of the console, and what a person does there."""

    url: str
    text: str


def console_links(region: str, *, machines: dict[str, str], command: str, table: str, bucket: str) -> dict[str, Link]:
    """The pages that people open, by the name of the output.

    The forms are those that the console itself shows; an execution's page is linked from its machine's.

    Args:
        region: of the environment.
        machines: ARNs of state machines by the names of their outputs, such as ``UpgradeMachine``.
        command: name of the function that carries commands out.
        table: name of the table.
        bucket: name of the evidence bucket.
    """
    home = console(region)
    links = {
        f"Console{name.removesuffix('Machine')}": Link(
            f"{home}/states/home?region={region}#/statemachines/view/{arn}", "Executions, one by one"
        )
        for name, arn in machines.items()
    }
    return {
        **links,
        "ConsoleCommand": Link(
            f"{home}/lambda/home?region={region}#/functions/{command}?tab=testing", "Tab Test: send a command"
        ),
        "ConsoleTable": Link(
            f"{home}/dynamodbv2/home?region={region}#item-explorer?table={table}", "Runs, questions, the audit trail"
        ),
        "ConsoleReports": Link(f"{home}/s3/buckets/{bucket}?region={region}", "Plans, findings, reports of every run"),
    }


def console(region: str) -> str:
    """The console of a region; regions of China and of the government have consoles of their own."""
    partition = "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    return f"https://{region}.console.{DOMAINS.get(partition, 'aws.amazon.com')}"
