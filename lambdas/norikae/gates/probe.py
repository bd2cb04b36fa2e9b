"""The probe of green: each public name is requested from green's load balancer before DNS leads there.

It proves what target health does not: the listener, its certificate for this very name, the rule for the host, and that
the application behind it answers. What counts as proof:

- a path that the team names (``norikae.dev/probe``) answers 2xx or 3xx;
- without one, ``/`` answers anything below 500 that comes from the application: an API may well say 404 or 401 there;
- 4xx that the load balancer makes itself (``Server: awselb/2.0``) proves nothing: no rule has the host, or a firewall
  stood in between. Its redirects do, such as those to HTTPS or to a login.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from norikae.gates.probe_port import Answer, Probe
    from norikae.traffic.applications import Application
    from norikae.traffic.ports import LoadBalancers

ANYTHING = "/"
"""The path of an application whose team names none."""
BALANCER = "awselb/"
FIRST_CLIENT_ERROR, FIRST_SERVER_ERROR = 400, 500
MOST_FAILURES = 5
"""One look stops after so many failures: each may cost the whole patience for a connection."""


def unproven_names(probe: Probe, load_balancers: LoadBalancers, applications: Iterable[Application]) -> Iterator[str]:
    """Every public name that green does not serve yet, each as a sentence; at most ``MOST_FAILURES``.

    Args:
        probe: requests.
        load_balancers: says whether a load balancer listens to HTTPS.
        applications: as green's Ingresses have them.
    """
    found = (
        unproven(probe, load_balancers, ingress.load_balancer, ingress.hosts, application.probe)
        for application in applications
        for ingress in application.ingresses
    )
    return islice(chain.from_iterable(found), MOST_FAILURES)


def unproven(
    probe: Probe, load_balancers: LoadBalancers, load_balancer: str, hosts: Iterable[str], path: str
) -> Iterator[str]:
    """Every name that one load balancer does not serve, each as a sentence.

    Args:
        probe: requests.
        load_balancers: says whether the load balancer listens to HTTPS.
        load_balancer: its DNS name.
        hosts: the names.
        path: the path that proves the application.
    """
    tls = load_balancers.serves_tls(load_balancer)
    for host in hosts:
        why = not_proven(probe.get(load_balancer, host, path, tls=tls), path)
        if why:
            yield f"{'https' if tls else 'http'}://{host}{path} at {load_balancer}: {why}"


def not_proven(answer: Answer, path: str) -> str:
    """Why an answer does not prove that the application serves; empty when it does."""
    if not answer.status:
        return f"{answer.reason}; the probe comes from network.controller_subnets"
    by_balancer = answer.server.lower().startswith(BALANCER)
    if answer.status >= FIRST_SERVER_ERROR:
        return f"status {answer.status}" + (" from the load balancer" if by_balancer else "")
    if answer.status >= FIRST_CLIENT_ERROR and by_balancer:
        return f"status {answer.status} from the load balancer itself, as when none of its rules has this host"
    if answer.status >= FIRST_CLIENT_ERROR and path != ANYTHING:
        return f"status {answer.status}; a path that norikae.dev/probe names has to answer 2xx or 3xx"
    return ""
