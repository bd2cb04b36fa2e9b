"""What an operation needs of the application controller, and how an attempt ends badly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import simpy

    from local.cluster.argocd.comparison import Comparison
    from local.cluster.argocd.revisions import Revisions
    from local.cluster.objects import Json
    from local.kernel import Kernel, Steps


class Desk(Protocol):
    """What an operation needs of the application controller."""

    kernel: Kernel

    def app(self, name: str) -> Json | None:
        """The Application as it is now."""

    def compared(self, app: Json, revisions: Revisions) -> Comparison:
        """The application at a revision against the cluster; raises TargetError."""

    def blocked(self, app: Json, *, is_manual: bool) -> str:
        """Why no sync may run now, or nothing."""

    def until_active(self) -> Steps:
        """Wait while the controller is not running."""

    def changed(self, name: str) -> simpy.Event:
        """Happens at the next change of the application or of one of its objects."""

    def report(self, name: str, body: Json) -> None:
        """Merge-patch the Application."""


class FailedSyncError(Exception):
    """An attempt ended without success; phase Failed or Error."""

    def __init__(self, phase: str, message: str) -> None:
        super().__init__(message)
        self.phase, self.message = phase, message
