"""What commands need of the world besides a run's: who calls, and the function that carries commands out."""

from __future__ import annotations

from typing import Any, Protocol


class Callers(Protocol):
    """Who calls, proven by AWS: a signed STS GetCallerIdentity that is bound to this environment."""

    def prove(self) -> str:
        """A proof of who this process is, good for a minute.

        CredentialsExpiredError when it has no credentials.
        """

    def of(self, proof: str) -> str:
        """The ARN of whoever made a proof.

        BadRequestError when it is none for this environment, is too old, or STS does not know it.
        """


class Commander(Protocol):
    """The function that carries commands out, from the outside."""

    def carry_out(self, command: dict[str, Any]) -> dict[str, Any]:
        """Its answer, with a proof of who asks added to the command.

        Raises what the function raised when that is one of ``norikae.errors``: BadRequestError, RefusedError,
        ForbiddenError and the transient ones, by name and with its text.
        """


class Notes(Protocol):
    """The queue of interruptions, for a node that a person wants to be emptied."""

    def drain(self, letter: dict[str, Any]) -> None:
        """Put a letter there, at least once."""
