"""How many calls a second Secrets Manager takes.

Source: Secrets Manager user guide, "AWS Secrets Manager quotas", and the announcement of 2025-03-04, "AWS Secrets
Manager increases API requests per second limits" (GetSecretValue 10,000 and DescribeSecret 40,000 a second).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

QUOTAS = {
    "GetSecretValue": 10_000,
    "DescribeSecret": 40_000,
    "values": 50,
    "CreateSecret": 50,
    "DeleteSecret": 50,
    "RestoreSecret": 50,
    "RotateSecret": 50,
    "tags": 50,
    "ListSecrets": 100,
    "ListSecretVersionIds": 50,
    "GetRandomPassword": 50,
}
"""Calls a second, by operation or by the group that shares a quota."""
_TOGETHER = {
    **dict.fromkeys(("PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"), "values"),
    **dict.fromkeys(("TagResource", "UntagResource"), "tags"),
}


class Quotas:
    """A bucket for each quota, which holds the calls of one second and fills again as fast.

    Args:
        now: the clock, in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.per_second = dict(QUOTAS)
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, operation: str) -> None:
        """One call.

        Args:
            operation: as AWS spells it.

        Raises:
            AwsError: ``ThrottlingException``, when too many came before it.
        """
        quota = _TOGETHER.get(operation, operation)
        most, now = float(self.per_second[quota]), self._now()
        left, at = self._left.get(quota, (most, now))
        left = min(most, left + (now - at) * most)
        if left < 1:
            self._left[quota] = (left, now)
            raise AwsError("ThrottlingException", "Rate exceeded")
        self._left[quota] = (left - 1, now)
