"""Looking again and again, as a state machine does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kernel import Kernel
    from norikae.upgrade.progress import Progress


def until_ready(kernel: Kernel, look: Callable[[], Progress], looks: int) -> list[str]:
    """Look again when the move says so; what it waited for."""
    waited: list[str] = []
    for _ in range(looks):
        progress = look()
        if progress.ready:
            return waited
        waited.append(progress.waiting_for)
        kernel.run(progress.retry_after_seconds)
    raise AssertionError(waited)
