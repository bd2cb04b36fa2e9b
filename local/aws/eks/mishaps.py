"""What goes wrong while EKS makes things: it is found out later, and described as the health of the thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = frozenset({"cluster", "nodegroup", "addon"})


@dataclass(frozen=True, slots=True)
class Mishap:
    """One thing that does not come to be.

    Attributes:
        status: what it becomes instead of ACTIVE: FAILED (clusters), CREATE_FAILED, DEGRADED.
        code: EKS's code, such as ``NodeCreationFailure`` (API reference, Issue, ClusterIssue, AddonIssue).
        text: EKS's message.
        resources: ids of what it is about.
    """

    status: str
    code: str
    text: str
    resources: tuple[str, ...] = ()

    @property
    def issue(self) -> dict[str, Any]:
        """As the description of the thing has it."""
        return {"code": self.code, "message": self.text, "resourceIds": list(self.resources)}


class Mishaps:
    """Which things will go wrong, by ``<kind>/<name>``; each goes wrong again until it is taken back."""

    def __init__(self) -> None:
        self._known: dict[str, Mishap] = {}

    def expect(self, kind: str, name: str, mishap: Mishap) -> None:
        """The next things of that kind and name go wrong.

        Raises:
            ValueError: there is no such kind.
        """
        if kind not in KINDS:
            raise ValueError(f"{kind} is none of {', '.join(sorted(KINDS))}")
        self._known[f"{kind}/{name}"] = mishap

    def repair(self) -> None:
        """Nothing goes wrong any more."""
        self._known.clear()

    def of(self, kind: str, name: str) -> Mishap | None:
        """What goes wrong with a thing, if anything."""
        return self._known.get(f"{kind}/{name}")
