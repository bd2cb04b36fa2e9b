"""Gate ``latency``: green does not answer more slowly than it may, nor than blue does in the same window."""

from norikae.environment import LatencyGate
from norikae.gates.comparison import Bounds, compared
from norikae.gates.ports import ResponseTime
from norikae.gates.verdict import Outcome, Verdict

GATE = "latency"


def latency(green: ResponseTime, blue: ResponseTime, threshold: LatencyGate) -> Verdict:
    """Pass when enough requests were answered, and fast enough; no data never passes.

    Args:
        green: green's response times in the window.
        blue: blue's in the same window.
        threshold: the times that are still fine, and the requests that are needed to say so.
    """
    if green.requests < threshold.min_requests:
        text = f"{green.requests} answers in {threshold.window} s, {threshold.min_requests} needed for a verdict"
        return Verdict(GATE, Outcome.INCONCLUSIVE, text)
    other = blue.seconds if blue.requests >= threshold.min_requests else None
    bounds = Bounds(threshold.max_seconds, threshold.max_ratio, threshold.floor_seconds)
    outcome, allowed = compared(green.seconds, other, bounds)
    text = f"{threshold.statistic} of {green.requests} answers is {green.seconds:.3f} s"
    if other is None:
        text += f"; blue's {blue.requests} answers are too few to compare"
    else:
        text += f"; blue: {other:.3f} s"
    if outcome is not Outcome.PASS:
        text += f"; {allowed:.3f} s allowed"
    return Verdict(GATE, outcome, text)
