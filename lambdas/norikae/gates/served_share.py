"""Gate ``served-share``: green serves about the share of the requests that its weight says.

DNS weights share out clients, not requests: a busy client keeps its answer and its connections. Load balancers do not
publish clients, so a number of requests stands for one. Only what neither chance nor clients that lag behind explain
fails; every other difference is a note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from norikae.environment import ServedShareGate
from norikae.gates.verdict import Outcome, Verdict

GATE = "served-share"
WHOLE = 100
SIGMAS = 3


@dataclass(frozen=True, slots=True)
class Served:
    """Who served how much in a window.

    Args:
        green: requests that green's target groups answered.
        blue: requests that blue's target groups answered.
        weights: set identifier to weight of the records in force.
        cluster: green's set identifier.
        earlier: green's weights that clients may still go by, in percent.
    """

    green: int
    blue: int
    weights: dict[str, int]
    cluster: str
    earlier: Sequence[float] = ()

    @property
    def expected(self) -> float:
        """Green's share by the weights, in percent of their sum."""
        total = sum(self.weights.values())
        return 100 * self.weights.get(self.cluster, 0) / total if total else 0.0


def served_share(served: Served, threshold: ServedShareGate) -> Verdict:
    """Pass unless the share is impossible: any at weight 0, none at 100, or too far from every weight that counts.

    Args:
        served: the requests, and the weights that clients may go by.
        threshold: how far off a share may be, and what stands for a client.
    """
    requests, expected = served.green + served.blue, served.expected
    clients = requests // threshold.requests_per_client
    share = 100 * served.green / requests if requests else 0.0
    text = f"green served {share:.0f} % of {requests} requests, its weight says {expected:.0f} %"
    if expected == 0 and served.green and not any(served.earlier):
        return Verdict(GATE, Outcome.FAIL, f"{text}: nobody was sent to green")
    if clients < threshold.min_clients:
        few = f"about {clients} clients in {threshold.window} s, {threshold.min_clients} needed for a verdict"
        return Verdict(GATE, Outcome.INCONCLUSIVE, f"{text}; {few}")
    if expected == WHOLE and not served.green:
        return Verdict(GATE, Outcome.FAIL, f"{text}: nobody reaches green")
    chance = max(threshold.max_points, SIGMAS * 100 * sqrt(expected * (WHOLE - expected) / WHOLE**2 / clients))
    lowest, highest = min(expected, *served.earlier, WHOLE), max(expected, *served.earlier, 0)
    if not lowest - chance <= share <= highest + chance:
        return Verdict(GATE, Outcome.FAIL, f"{text}, and {chance:.0f} points are more than chance explains")
    note = "" if abs(share - expected) <= chance else "; clients lag behind an older weight"
    return Verdict(GATE, Outcome.PASS, text + note)
