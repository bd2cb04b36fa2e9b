"""What was told, as one look knows it: each thing is written down right after it was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.support.ports import Reminded

if TYPE_CHECKING:
    from norikae.support.ports import Reminders


class Memory:
    """The reminders of earlier looks and of this one.

    Args:
        reminders: where they are kept.
    """

    def __init__(self, reminders: Reminders) -> None:
        self._reminders = reminders
        self._stored = reminders.read()

    @property
    def reminded(self) -> Reminded:
        """What was told until now."""
        return self._stored or Reminded()

    def keep(self, **changes: Any) -> None:
        """Some of it is another now, and in the table.

        Raises:
            ConflictError: another look wrote meanwhile.
        """
        changed = msgspec.structs.replace(self.reminded, **changes)
        if changed != self.reminded:
            self._reminders.write(changed, instead_of=self._stored)
            self._stored = changed
