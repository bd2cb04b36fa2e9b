"""A synthesized template, asked in words."""

from __future__ import annotations

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

    def boundary(self) -> list[Json]:
        """The statements of the permission boundary."""
        statements: list[Json] = self.only("AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]
        return statements


def listed(value: Any) -> list[Any]:
    """The values of a policy element."""
    return value if isinstance(value, list) else [value]


def allowed(statements: list[Json]) -> set[str]:
    """Every action that statements allow."""
    return {
        action for statement in statements if statement["Effect"] == "Allow" for action in listed(statement["Action"])
    }
