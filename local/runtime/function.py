"""What the runtime knows about a function."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ARN = re.compile(r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+)(?::[\w$-]+)?")


@dataclass(frozen=True)
class Function:
    """One registered function.

    Args:
        arn: without a qualifier.
        directory: the unzipped bundle.
        handler: such as ``handlers.workflow.set_weights.handler``.
        environment: the variables of the function's configuration.
        timeout: seconds of virtual time.
        role_arn: whom its calls act as.
        memory: MiB, shown to the handler and not enforced.
        dead_letter: ARN of the queue or topic for events that no attempt could deliver.
        extended: whether it has the layer of the Parameters and Secrets Lambda Extension.
    """

    arn: str
    directory: Path
    handler: str
    environment: dict[str, str] = field(default_factory=dict)
    timeout: float = 3.0
    role_arn: str = ""
    memory: int = 128
    dead_letter: str = ""
    extended: bool = False

    @property
    def name(self) -> str:
        """The function's name."""
        return self.arn.rpartition(":")[2]


def unqualified(arn: str) -> str:
    """The ARN without version or alias; every one of them is the same code here."""
    match = _ARN.fullmatch(arn)
    return match[1] if match else arn
