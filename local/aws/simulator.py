"""What every simulated AWS service has in common."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from botocore import xform_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a call: the IAM role behind an access key, or an actor of the world that calls in process."""

    arn: str
    name: str
    access_key: str = ""

    @classmethod
    def actor(cls, name: str) -> Principal:
        """An actor inside the world that has no IAM role, such as ``external-dns/demo-1-33``."""
        return cls(arn="", name=name)


WORLD = Principal.actor("world")


class AwsError(Exception):
    """A refusal that a simulator answers exactly as AWS would.

    Args:
        code: the error code that clients see, such as ``ResourceInUseException``.
        message: AWS's text.
        status: the HTTP status.
        extra: further members of the error's shape, spelled as the API spells them.
    """

    def __init__(self, code: str, message: str, status: int = 400, extra: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.extra = extra or {}


class Simulator:
    """One AWS service of the embedded world.

    A subclass has one method per operation, named as boto3 names it, with the API's members as keyword arguments and
    the output as a plain dictionary. An operation without a method is answered with 501, or by moto when
    ``falls_through`` is true.
    """

    service: ClassVar[str]
    """botocore's name of the service."""
    falls_through: ClassVar[bool] = False
    """Whether moto answers the operations that have no method here."""

    caller: Principal = WORLD

    def operation(self, name: str) -> Callable[..., dict[str, Any] | None] | None:
        """The method that answers an operation.

        Args:
            name: the operation as AWS spells it, such as ``CreateCluster``.
        """
        method: Callable[..., dict[str, Any] | None] | None = getattr(self, xform_name(name), None)
        return method

    def screen(self, name: str, params: Mapping[str, Any]) -> None:
        """Nothing happens if moto, which answers an operation that has no method here, may take it.

        Args:
            name: the operation as AWS spells it.
            params: its parameters.

        Raises:
            AwsError: AWS refuses what moto would take.
        """

    @contextmanager
    def as_caller(self, caller: Principal | str) -> Iterator[None]:
        """Calls inside the block are made, and recorded, as this principal."""
        before = self.caller
        self.caller = Principal.actor(caller) if isinstance(caller, str) else caller
        try:
            yield
        finally:
            self.caller = before
