"""Which rule of a listener a request meets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.aws.elbv2 import Listener, Rule


def rule_for(listener: Listener, host: str, path: str) -> Rule:
    """The first rule, in the order of priorities, that a request matches."""
    return next(rule for rule in listener.in_order() if _matches(rule, host, path))


def _matches(rule: Rule, host: str, path: str) -> bool:
    for condition in rule.conditions:
        if condition["Field"] == "host-header":
            values = (condition.get("HostHeaderConfig") or condition)["Values"]
            if not any(_like(value.lower(), host.lower()) for value in values):
                return False
        else:
            values = (condition.get("PathPatternConfig") or condition)["Values"]
            if not any(_like(value, path) for value in values):
                return False
    return True


def _like(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern with ``*`` and ``?``, the only wildcards of ALB rules."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None
