"""A synthesized template, asked in words."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


class Template:
    """The resources of a CloudFormation template.

    Args:
        content: the template as JSON.
    """

    def __init__(self, content: Json) -> None:
        self.outputs: Json = content["Outputs"]
        self.resources: dict[str, Json] = content["Resources"]
        self.metadata: Json = content.get("Metadata", {})

    def of(self, kind: str) -> dict[str, Json]:
        """Logical id to properties of every resource of a type."""
        return {name: found.get("Properties", {}) for name, found in self.resources.items() if found["Type"] == kind}

    def only(self, kind: str) -> Json:
        """The properties of the one resource of a type."""
        (found,) = self.of(kind).values()
        return found

    def function(self, identifier: str) -> Json:
        """The properties of the function with a construct identifier."""
        found = self.of("AWS::Lambda::Function")
        (name,) = [name for name in found if name[:-8] == f"Functions{identifier}"]
        return found[name]

    def role_of(self, identifier: str) -> str:
        """The logical id of a function's role."""
        name: str = self.function(identifier)["Role"]["Fn::GetAtt"][0]
        return name

    def rights(self, role: str) -> list[Json]:
        """Every statement that a role's policies hold."""
        return [
            statement
            for policy in self.of("AWS::IAM::Policy").values()
            if {"Ref": role} in policy["Roles"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]

    def allowing(self, identifier: str, action: str) -> list[Json]:
        """The statements of a function's role that allow an action."""
        rights = self.rights(self.role_of(identifier))
        return [one for one in rights if one["Effect"] == "Allow" and action in listed(one["Action"])]

    def queue(self, identifier: str) -> tuple[str, Json]:
        """The logical id and the properties of the queue with a construct identifier, such as ``SecretsQueue``."""
        (found,) = [(name, made) for name, made in self.of("AWS::SQS::Queue").items() if name[:-8] == identifier]
        return found

    def rules_to(self, queue: str) -> dict[str, Json]:
        """The rules that send to a queue, by their logical ids."""
        rules = self.of("AWS::Events::Rule").items()
        arn = {"Fn::GetAtt": [queue, "Arn"]}
        return {name: rule for name, rule in rules if [target["Arn"] for target in rule["Targets"]] == [arn]}

    def reader_of(self, queue: str) -> Json:
        """The properties of the mapping by which a queue starts a function."""
        mappings = self.of("AWS::Lambda::EventSourceMapping").values()
        (found,) = [one for one in mappings if one["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}]
        return found

    def policy_of(self, queue: str) -> list[Json]:
        """The statements of a queue's own policy."""
        policies = self.of("AWS::SQS::QueuePolicy").values()
        return [
            statement
            for policy in policies
            if {"Ref": queue} in policy["Queues"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]

    def alarms_on(self, queue: str) -> set[str]:
        """The metrics of a queue that alarms watch."""
        of_queue = {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}
        alarms = self.of("AWS::CloudWatch::Alarm").values()
        return {alarm["MetricName"] for alarm in alarms if of_queue in alarm.get("Dimensions", [])}

    def boundary(self, kind: str = "Boundary") -> list[Json]:
        """The statements of a permission boundary: that of most functions, or the small ``DoorBoundary``."""
        found = self.of("AWS::IAM::ManagedPolicy")
        (policy,) = [made for name, made in found.items() if name[:-8] == f"Functions{kind}"]
        statements: list[Json] = policy["PolicyDocument"]["Statement"]
        return statements

    def boundary_of(self, role: str) -> str:
        """Which boundary a role has, such as ``DoorBoundary``."""
        name: str = self.of("AWS::IAM::Role")[role]["PermissionsBoundary"]["Ref"]
        return name[:-8].removeprefix("Functions")


LONGEST_NAME = 95
"""Characters of a role's ARN at most, and of most other names that are known only at deployment."""


def deployed(value: Any) -> Any:
    """A value with names as long as they can be once it is deployed."""
    if isinstance(value, list):
        return [deployed(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Join" in value:
        between, parts = value["Fn::Join"]
        return between.join(deployed(parts))
    return "x" * LONGEST_NAME if value.keys() & {"Ref", "Fn::GetAtt"} else {k: deployed(v) for k, v in value.items()}


def length(policy: Json) -> int:
    """The characters of a policy as IAM counts them: without white space."""
    return len(json.dumps(deployed(policy), separators=(",", ":")))


def listed(value: Any) -> list[Any]:
    """The values of a policy element."""
    return value if isinstance(value, list) else [value]


def allowed(statements: list[Json]) -> set[str]:
    """Every action that statements allow."""
    return {
        action for statement in statements if statement["Effect"] == "Allow" for action in listed(statement["Action"])
    }
