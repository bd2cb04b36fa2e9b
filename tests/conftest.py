"""What every test shares."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Machines are noisy, and a fresh clone has none of Hypothesis's tables yet: no property fails for being slow.
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A commit is judged by itself: the same examples for the same code, and few. The night looks for new ones, and many.
settings.register_profile("commit", SLOW, derandomize=True, max_examples=60)
settings.register_profile("night", SLOW, max_examples=500, print_blob=True)
settings.load_profile("commit")
