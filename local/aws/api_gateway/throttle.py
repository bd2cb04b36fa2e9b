"""Token buckets in the world's time.

Source: API Gateway guide, "Throttle requests to your REST APIs" (token bucket, rate and burst, the account's limit;
limits of a stage "are applied at the API method level", so that each method has a bucket of its own).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.api_gateway.records import Method, RestApi, Stage

ACCOUNT_RATE, ACCOUNT_BURST = 10_000.0, 5_000.0
"""Of all APIs of an account in a region together, requests per second and at once (guide, "Quotas")."""


@dataclass(slots=True)
class Bucket:
    """Tokens that come at a rate, up to a limit; each request takes one.

    Args:
        rate: tokens per second.
        burst: most tokens.
        left: tokens at ``filled``.
        filled: seconds of the world.
    """

    rate: float
    burst: float
    left: float
    filled: float

    def take(self, now: float) -> bool:
        """Whether there was a token at an instant, in seconds of the world."""
        self.left = min(self.burst, self.left + max(0.0, now - self.filled) * self.rate)
        self.filled = max(self.filled, now)
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Throttle:
    """Decides which requests are too many.

    Args:
        seconds: the world's clock.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    def lets(self, api: RestApi, stage: Stage, method: Method) -> bool:
        """Whether a request may pass: by the setting of its method or its stage, and by the account's limit."""
        rate = stage.setting(method.path, method.verb, "throttling/rateLimit")
        burst = stage.setting(method.path, method.verb, "throttling/burstLimit")
        if rate is not None or burst is not None:
            limits = float(rate or ACCOUNT_RATE), float(burst or ACCOUNT_BURST)
            if not self._take((api.id, stage.name, method.path, method.verb), *limits):
                return False
        return self._take((), ACCOUNT_RATE, ACCOUNT_BURST)

    def _take(self, whose: tuple[str, ...], rate: float, burst: float) -> bool:
        now, bucket = self._seconds(), self._buckets.get(whose)
        if bucket is None or (bucket.rate, bucket.burst) != (rate, burst):
            bucket = self._buckets[whose] = Bucket(rate, burst, burst, now)
        return bucket.take(now)
