"""Gate ``http-5xx``: green's targets do not answer with errors."""

from dataclasses import dataclass

from norikae.environment import Http5xxGate
from norikae.gates.verdict import Outcome, Verdict

GATE = "http-5xx"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a load balancer counted in a window.

    Args:
        requests: answered requests.
        errors: those that a target answered with 5xx.
    """

    requests: int
    errors: int


def http_5xx(answers: Answers, threshold: Http5xxGate) -> Verdict:
    """Pass when enough requests were answered and few enough of them with errors; no data never passes.

    Args:
        answers: what green answered in the window.
        threshold: the share that is still fine, and the requests that are needed to say so.
    """
    if answers.requests < threshold.min_requests:
        text = f"{answers.requests} requests in {threshold.window} s, {threshold.min_requests} needed for a verdict"
        return Verdict(GATE, Outcome.INCONCLUSIVE, text)
    percent = 100 * answers.errors / answers.requests
    text = f"{answers.errors} of {answers.requests} requests ended with 5xx ({percent:.1f} %)"
    if percent > threshold.max_percent:
        return Verdict(GATE, Outcome.FAIL, f"{text}, {threshold.max_percent:.1f} % allowed")
    return Verdict(GATE, Outcome.PASS, text)
