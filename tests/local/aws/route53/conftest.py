from __future__ import annotations

import pytest

from local.aws.route53 import Route53Simulator
from local.kernel import Kernel
from tests.local.aws.route53.records import ZONE, Zone


@pytest.fixture
def kernel() -> Kernel:
    return Kernel(seed=7)


@pytest.fixture
def route53(kernel: Kernel) -> Route53Simulator:
    simulator = Route53Simulator(kernel, account="123456789012")
    simulator.create_hosted_zone(Name="demo.example.com", CallerReference="world", zone_id=ZONE)
    simulator.settle()
    return simulator


@pytest.fixture
def zone(kernel: Kernel, route53: Route53Simulator) -> Zone:
    return Zone(kernel, route53)
