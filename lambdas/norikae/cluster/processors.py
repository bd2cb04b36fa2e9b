"""Which processor an instance type has."""

import re

from norikae.cluster.compute_port import Processor

_GRAVITON = re.compile(r"^(a1|[a-z]+[0-9]+g[a-z]*)\.")
"""Instance types with Arm processors: a ``g`` after the generation (EC2 docs, "Instance type naming conventions")."""


def processor_of(instance_type: str) -> Processor:
    """The processor of an instance type such as ``m7g.large``."""
    return "arm64" if _GRAVITON.match(instance_type) else "x86_64"
