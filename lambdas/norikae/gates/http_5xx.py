"""Gate ``http-5xx``: green does not answer with more errors than it may, nor than blue does in the same window."""

from norikae.environment import Http5xxGate
from norikae.gates.comparison import Bounds, compared
from norikae.gates.ports import Answers
from norikae.gates.verdict import Outcome, Verdict

GATE = "http-5xx"


def http_5xx(green: Answers, blue: Answers, threshold: Http5xxGate) -> Verdict:
    """Pass when enough requests were answered and few enough of them with errors; no data never passes.

    Args:
        green: what green answered in the window.
        blue: what blue answered in the same window.
        threshold: the shares that are still fine, and the requests that are needed to say so.
    """
    if green.requests < threshold.min_requests:
        text = f"{green.requests} requests in {threshold.window} s, {threshold.min_requests} needed for a verdict"
        return Verdict(GATE, Outcome.INCONCLUSIVE, text)
    percent, other = _percent(green), _percent(blue) if blue.requests >= threshold.min_requests else None
    bounds = Bounds(threshold.max_percent, threshold.max_ratio, threshold.floor_percent)
    outcome, allowed = compared(percent, other, bounds)
    text = f"{green.errors} of {green.requests} requests ended with 5xx ({percent:.1f} %)"
    if green.by_balancer:
        text += f", {green.by_balancer} by the load balancer itself"
    if other is None:
        text += f"; blue's {blue.requests} requests are too few to compare"
    else:
        text += f"; blue: {other:.1f} %"
    if outcome is not Outcome.PASS:
        text += f"; {allowed:.1f} % allowed"
    return Verdict(GATE, outcome, text, critical=outcome is Outcome.FAIL and percent > threshold.critical_percent)


def _percent(answers: Answers) -> float:
    return 100 * answers.errors / answers.requests
