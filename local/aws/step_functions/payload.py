"""Payload templates, and reading a field's path from the input or the context object."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.aws.step_functions import errors, intrinsics, paths
from local.aws.step_functions.errors import StateError

if TYPE_CHECKING:
    import random

LIMIT = 262_144
"""Bytes of UTF-8 that a task, state or execution may take or give (Step Functions quotas)."""


def dumps(value: Any) -> str:
    """JSON as Step Functions writes it: no blanks, characters beyond ASCII as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class Scope:
    """What a path can see in one state.

    Args:
        context: the context object, read by paths that begin with ``$$``.
        draw: the random numbers of this execution.
    """

    context: dict[str, Any]
    draw: random.Random

    def select(self, path: str | None, document: Any) -> Any:
        """The value of an ``InputPath`` or ``OutputPath``; nothing selects an empty object.

        Raises:
            StateError: ``States.Runtime`` when the path leads nowhere.
        """
        if path is None:
            return {}
        try:
            return self.read(path, document)
        except paths.PathError as error:
            raise StateError(errors.RUNTIME, str(error)) from error

    def read(self, path: str, document: Any) -> Any:
        """The value at a path.

        Raises:
            PathError: the path leads nowhere.
        """
        if path.startswith("$$"):
            return paths.read(path[1:], self.context)
        return paths.read(path, document)

    def value(self, expression: str, document: Any, field: str) -> Any:
        """The value of a path or an intrinsic call.

        Raises:
            StateError: ``States.ParameterPathFailure`` or ``States.IntrinsicFailure``.
        """
        try:
            if intrinsics.is_call(expression):
                call = intrinsics.compiled(expression)
                return intrinsics.evaluate(call, lambda path: self.read(path, document), self.draw)
            return self.read(expression, document)
        except intrinsics.IntrinsicError as error:
            raise StateError(errors.INTRINSIC, str(error)) from error
        except paths.PathError as error:
            cause = (
                f"The JSONPath '{expression}' specified for the field '{field}' could not be found in the input "
                f"'{dumps(document)}'"
            )
            raise StateError(errors.PARAMETER_PATH, cause) from error

    def fill(self, template: Any, document: Any) -> Any:
        """The template with every ``"name.$"`` replaced by its value.

        Raises:
            StateError: a path or a call failed.
        """
        if isinstance(template, dict):
            return dict(self._member(key, value, document) for key, value in template.items())
        if isinstance(template, list):
            return [self.fill(item, document) for item in template]
        return template

    def _member(self, key: str, value: Any, document: Any) -> tuple[str, Any]:
        if key.endswith(".$"):
            return key[:-2], self.value(value, document, key)
        return key, self.fill(value, document)


def limited(value: Any, what: str) -> Any:
    """The value, if it fits into 256 KiB.

    Raises:
        StateError: ``States.DataLimitExceeded``.
    """
    if len(dumps(value).encode()) > LIMIT:
        cause = f"{what} returned a result with a size exceeding the maximum number of bytes service limit."
        raise StateError(errors.DATA_LIMIT, cause)
    return value
