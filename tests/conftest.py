"""What every test shares."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Machines are noisy, and a fresh clone has none of Hypothesis's tables yet: no property fails for being slow.
settings.register_profile("norikae", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("norikae")
