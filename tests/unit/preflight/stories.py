"""The world before a run: a sound blue, and what somebody changes about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster.eks_port import Cluster
from norikae.preflight.ground import Ground
from norikae.preflight.run import run_checks
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import NOW, application, demo_environment, ingress
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.grounds import FakeInsights
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.ports import FakeBalancers, FakeDns, alias

if TYPE_CHECKING:
    from norikae.preflight.finding import Finding

BLUE = "demo-1-33"
HOST = "web.demo.example.com"


class BeforeARun:
    """One application on blue, about which there is nothing to find.

    Args:
        version: the target.
    """

    def __init__(self, version: str = "1.35") -> None:
        self.version = version
        self.environment = demo_environment()
        self.eks = FakeEks(Cluster(BLUE, "1.33", "ACTIVE"))
        self.api = FakeKubernetes(application("root", children=("web",)), application("web"), ingress("web", HOST))
        self.names = FakeDns(alias(HOST, BLUE, 100), alias(HOST, BLUE, 100, "AAAA"))
        self.insights = FakeInsights()
        self.compute = FakeCompute()
        self.trust = FakeIdentity()
        self.balancers = FakeBalancers()

    def ground(self) -> Ground:
        return Ground(
            environment=self.environment,
            blue_name=BLUE,
            version=self.version,
            eks=self.eks,
            kubernetes=self.api,
            names=self.names,
            locks=self.names.locks,
            insights=self.insights,
            subnets=self.compute,
            trust=self.trust,
            balancers=self.balancers,
            now=NOW,
        )

    def everything(self) -> tuple[Finding, ...]:
        return run_checks(self.ground())

    def found(self, check: str) -> list[Finding]:
        """What one check finds; the others find nothing."""
        findings = self.everything()
        assert {finding.check for finding in findings} <= {check}
        return list(findings)

    def only(self, check: str) -> Finding:
        """The one finding that there is."""
        (finding,) = self.found(check)
        return finding
