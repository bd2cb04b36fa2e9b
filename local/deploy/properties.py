"""The properties of one resource; whatever nobody asks for is an error."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.deploy.template import DeployError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.runtime import LambdaRuntime


@dataclass(frozen=True)
class Place:
    """Where a stack is made.

    Args:
        clients: a boto3 client by service name.
        runtime: gets the functions.
        assets: folders by object key.
        stack: the stack's name.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
    """

    clients: Callable[[str], Any]
    runtime: LambdaRuntime
    assets: dict[str, Path]
    stack: str
    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """An ARN of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass
class Properties:
    """The resolved properties of one resource.

    Args:
        logical: its logical id.
        kind: its type.
        values: what the template says.
    """

    logical: str
    kind: str
    values: dict[str, Any]
    _taken: set[str] = field(default_factory=set)

    def get(self, name: str, default: Any = None) -> Any:
        """One property."""
        self._taken.add(name)
        return self.values.get(name, default)

    def need(self, name: str) -> Any:
        """One property that must be there.

        Raises:
            DeployError: it is not.
        """
        if name not in self.values:
            msg = f"{self.logical} ({self.kind}) has no {name}"
            raise DeployError(msg)
        return self.get(name)

    def pick(self, *names: str, **renamed: str) -> dict[str, Any]:
        """Those of the properties that are there, under their own names or as ``new_name="Property"``."""
        pairs = {name: name for name in names} | renamed
        return {new: self.get(old) for new, old in pairs.items() if self.get(old) is not None}

    def tags(self) -> dict[str, str]:
        """The tags as a dictionary."""
        return {tag["Key"]: tag["Value"] for tag in self.get("Tags", [])}

    def name(self, place: Place, property_name: str, *, longest: int, lower: bool = False) -> str:
        """The given physical name, or one as CloudFormation makes it: stack, logical id and a hash.

        Where there is no room for both, each keeps half of it, or what the other leaves. AWS does not say so; it is
        seen in names of long stacks (KensioSoftware/yulin, issue 1113), whose beginning policies no longer match.
        """
        given = self.get(property_name)
        if given:
            return str(given)
        digest = hashlib.sha256(f"{place.stack}/{self.logical}".encode()).hexdigest()[:12]
        room = longest - len(f"--{digest}")
        stack = place.stack[: max((room + 1) // 2, room - len(self.logical))]
        made = f"{stack}-{self.logical[: room - len(stack)]}-{digest}"
        return made.lower() if lower else made

    def done(self) -> None:
        """Refuse properties that nobody asked for.

        Raises:
            DeployError: naming them.
        """
        left = self.values.keys() - self._taken
        if left:
            msg = f"the materialiser does not know {', '.join(sorted(left))} of {self.logical} ({self.kind})"
            raise DeployError(msg)


def document(value: Any) -> str:
    """A policy document as the text that APIs take."""
    return value if isinstance(value, str) else json.dumps(value)


def camel(value: Any) -> Any:
    """The same with members spelled lowerCamelCase, as some APIs want."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: camel(one) for key, one in value.items()}
    return [camel(one) for one in value] if isinstance(value, list) else value
