"""Who still talks to a load balancer, by its access log: the clients with the most requests, named for people.

Fields of an entry by their place: Application Load Balancer guide, "Access log entries".
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from norikae.errors import NorikaeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from norikae.ports import Ports

FIELD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
CLIENT, TARGET, REQUEST, AGENT, DOMAIN = 3, 4, 12, 13, 18
RECENT_SECONDS = 900
"""ELB delivers a log every five minutes, some minutes late."""
NAMED, LONGEST = 5, 60
"""So many clients are named, each with so much of what it says of itself."""


class Talker(NamedTuple):
    """A client as an access log has it."""

    address: str
    agent: str
    host: str


def count_talkers(lines: Iterable[str]) -> Counter[Talker]:
    """Requests that reached a target, by client; lines of another form are left out."""
    found: Counter[Talker] = Counter()
    for line in lines:
        fields = [quoted or plain for quoted, plain in FIELD.findall(line)]
        if len(fields) <= DOMAIN or fields[TARGET] == "-":
            continue
        host = fields[DOMAIN] if fields[DOMAIN] != "-" else _host(fields[REQUEST])
        found[Talker(fields[CLIENT].rpartition(":")[0], fields[AGENT][:LONGEST], host)] += 1
    return found


def top_talkers(ports: Ports, balancers: Iterable[str]) -> list[str]:
    """For each load balancer with a readable access log its top clients of the last minutes, in words.

    Args:
        ports: the world, which is only read.
        balancers: DNS names.
    """
    texts = []
    for balancer in sorted(set(balancers)):
        try:
            lines = ports.access_logs.lines(balancer, start=ports.now - RECENT_SECONDS, end=ports.now)
        except NorikaeError as error:
            texts.append(f"the access log of {balancer} cannot be read: {error}")
            continue
        top = count_talkers(lines).most_common(NAMED)
        if top:
            named = ", ".join(f"{one.address} ({one.agent}) for {one.host}: {count}" for one, count in top)
            texts.append(f"most requests to {balancer} in its access log of the last {RECENT_SECONDS} s: {named}")
    return texts


def _host(request: str) -> str:
    """The host of a request line such as ``GET https://web.example.com:443/ HTTP/1.1``."""
    return request.partition("://")[2].partition("/")[0].partition(":")[0] or "-"
