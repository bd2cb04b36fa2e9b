"""Gate ``http-probe``: green's load balancers answer for each public name, certificate and path included."""

from collections.abc import Sequence
from itertools import chain, islice

from norikae.gates.probe import MOST_FAILURES, unproven
from norikae.gates.probe_port import Probe
from norikae.gates.verdict import Outcome, Verdict
from norikae.traffic.ports import LoadBalancers
from norikae.upgrade.state import ServedBy

GATE = "http-probe"


def http_probe(probe: Probe, load_balancers: LoadBalancers, served: Sequence[ServedBy], path: str) -> Verdict:
    """Pass when every name is proven to be served; without a name nothing can be asked.

    Args:
        probe: requests.
        load_balancers: says whether a load balancer listens to HTTPS.
        served: where green serves the application.
        path: the path that the team names.
    """
    asked = sum(len(one.hosts) for one in served)
    if not asked:
        return Verdict(GATE, Outcome.INCONCLUSIVE, "green serves no name; resume, and the weight is written once more")
    found = (unproven(probe, load_balancers, one.load_balancer, one.hosts, path) for one in served)
    reasons = list(islice(chain.from_iterable(found), MOST_FAILURES))
    if reasons:
        return Verdict(GATE, Outcome.FAIL, " | ".join(reasons))
    return Verdict(GATE, Outcome.PASS, f"{asked} names answer")
