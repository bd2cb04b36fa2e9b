"""The clock of a function that may have to wait within one invocation."""

import time


class SystemClock:
    """``Clock`` of this machine."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait; a negative time is none."""
        time.sleep(max(0.0, seconds))
