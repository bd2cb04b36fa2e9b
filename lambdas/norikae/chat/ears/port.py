"""What an ear is and what it needs; only types, which nobody imports at run time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from norikae.chat.ears.request import Request

Json = dict[str, Any]
Answer = dict[str, Any]
Event = Mapping[str, Any]


class Ear(Protocol):
    """How one chat proves that a request is its own, and what it says."""

    DOOR: str
    """The chat's name."""
    FIELD: str
    """The key of the secret's JSON under which its signing key is."""

    def doubt(self, request: Request, now: float) -> str:
        """Why a request cannot be the chat's, as far as that is seen without the key; "" when it can be."""

    def key(self, text: str) -> bytes:
        """The signing key as bytes, from its form in the secret; empty when it is none."""

    def is_signed(self, request: Request, key: bytes) -> bool:
        """Whether whoever sent it has the key; never with an empty one."""

    def is_late(self, request: Request, now: float) -> bool:
        """Whether a signed request is too old, or too early, to be believed."""

    def letter(self, request: Request) -> Json | None:
        """The fields of ``ChatLetter`` in a proven request; None when it says nothing to norikae."""

    def answer(self, letter: Json | None) -> Answer:
        """What the chat is told at once."""


class EarPorts(Protocol):
    """The world as an ear sees it during one invocation."""

    @property
    def now(self) -> float:
        """The instant of this look, in seconds since the epoch."""

    def key(self, door: str, field: str) -> str:
        """A chat's signing key, as its secret has it; never empty.

        Raises:
            SettingsError: the secret or its key is not there.
            UnreachableError: it could not be read now.
        """

    def put(self, letter: Json) -> None:
        """Put a letter into the queue, at least once.

        Raises:
            NorikaeError: it could not be put there.
        """

    def log(self, line: Mapping[str, object]) -> None:
        """Write one line about this invocation."""
