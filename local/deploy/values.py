"""The intrinsic functions of CloudFormation templates."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.deploy.template import DeployError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PLACE = re.compile(r"\$\{(!?)([^}]+)\}")
_NOTHING: Any = object()


@dataclass(frozen=True)
class Made:
    """What a resource became.

    Args:
        ref: what ``Ref`` gives, the physical id.
        attributes: what ``Fn::GetAtt`` gives.
    """

    ref: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class Values:
    """Resolves one template's expressions.

    Args:
        pseudo: the pseudo parameters, such as ``AWS::Region``, and the template's own parameters.
        conditions: the template's ``Conditions``.
        made: the resources made so far, by logical id.
    """

    pseudo: dict[str, str]
    conditions: dict[str, Any] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """The value with every expression replaced; ``AWS::NoValue`` removes its member.

        Raises:
            DeployError: an unknown function, or a name that nothing has.
        """
        if isinstance(value, list):
            return [one for one in map(self.resolve, value) if one is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref":
                return self._ref(argument)
            if name.startswith("Fn::"):
                return self._function(name, argument)
        resolved = {key: self.resolve(one) for key, one in value.items()}
        return {key: one for key, one in resolved.items() if one is not _NOTHING}

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template holds."""
        if condition not in self.conditions:
            msg = f"the template has no condition {condition}"
            raise DeployError(msg)
        return bool(self._test(self.conditions[condition]))

    def _test(self, expression: Any) -> Any:
        if "Condition" in expression:
            return self.holds(expression["Condition"])
        return self.resolve(expression)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in self.pseudo:
            return self.pseudo[name]
        return self._made(name).ref

    def _made(self, name: str) -> Made:
        if name not in self.made:
            msg = f"the template refers to {name}, which is no resource, parameter or pseudo parameter"
            raise DeployError(msg)
        return self.made[name]

    def _attribute(self, name: str, attribute: str) -> str:
        made = self._made(name)
        if attribute not in made.attributes:
            msg = f"the materialiser gives no attribute {attribute} to {name}; it gives {', '.join(made.attributes)}"
            raise DeployError(msg)
        return made.attributes[attribute]

    def _function(self, name: str, argument: Any) -> Any:
        functions: dict[str, Callable[[Any], Any]] = {
            "Fn::GetAtt": self._get_att,
            "Fn::Join": lambda given: str(given[0]).join(map(str, self.resolve(given[1]))),
            "Fn::Sub": self._sub,
            "Fn::Select": lambda given: self.resolve(given[1])[int(self.resolve(given[0]))],
            "Fn::Split": lambda given: self.resolve(given[1]).split(given[0]),
            "Fn::If": lambda given: self.resolve(given[1] if self.holds(given[0]) else given[2]),
            "Fn::Equals": lambda given: self.resolve(given[0]) == self.resolve(given[1]),
            "Fn::And": lambda given: all(map(self._test, given)),
            "Fn::Or": lambda given: any(map(self._test, given)),
            "Fn::Not": lambda given: not self._test(given[0]),
        }
        if name not in functions:
            msg = f"the materialiser does not know {name}"
            raise DeployError(msg)
        return functions[name](argument)

    def _get_att(self, argument: Any) -> str:
        name, _, attribute = argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
        return self._attribute(name, attribute)

    def _sub(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else (argument[0], self.resolve(argument[1]))

        def fill(place: re.Match[str]) -> str:
            literal, name = place[1], place[2]
            if literal:
                return f"${{{name}}}"
            if name in own:
                return str(own[name])
            return str(self._attribute(*name.split(".", 1)) if "." in name else self._ref(name))

        return _PLACE.sub(fill, text)


def references(value: Any) -> Iterator[str]:
    """The names that an expression refers to."""
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    if not isinstance(value, dict):
        return
    for key, one in value.items():
        if key == "Ref":
            yield one
        elif key == "Fn::GetAtt":
            yield one.split(".")[0] if isinstance(one, str) else one[0]
        elif key == "Fn::Sub":
            yield from (match[2].split(".")[0] for match in _PLACE.finditer(one if isinstance(one, str) else one[0]))
            yield from references(one)
        else:
            yield from references(one)
