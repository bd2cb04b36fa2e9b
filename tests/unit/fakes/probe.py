"""Requests to load balancers, answered as the test says."""

from __future__ import annotations

from norikae.gates.probe_port import Answer

SERVED = Answer(200, server="nginx")


class FakeProbe:
    """The port ``Probe``: every name is served unless the test says otherwise."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str, str, bool]] = []

    def get(self, load_balancer: str, host: str, path: str, *, tls: bool) -> Answer:
        self.asked.append((load_balancer, host, path, tls))
        return self.answers.get(host, SERVED)
