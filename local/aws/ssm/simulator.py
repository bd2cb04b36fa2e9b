"""Systems Manager in one: public parameters and Change Calendars; moto answers for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.images import PublicParameters
from local.aws.ssm.calendars import ChangeCalendars

if TYPE_CHECKING:
    from datetime import datetime

    from local.kernel import Kernel


class SsmSimulator(ChangeCalendars, PublicParameters):
    """The service ``ssm`` of the world.

    Args:
        kernel: the clock.
    """

    def __init__(self, kernel: Kernel) -> None:
        PublicParameters.__init__(self, kernel)
        ChangeCalendars.__init__(self)

    def now(self) -> datetime:
        """The world's instant."""
        return self._kernel.utcnow()
