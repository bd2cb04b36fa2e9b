"""What a person starts by a command and no run needs: it has the environment for itself meanwhile."""

from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import take_lease


def take_environment(ports: Ports, execution: str) -> Writer:
    """The environment's lease is this execution's, so that no run is open meanwhile.

    Args:
        ports: the world.
        execution: ARN of the errand's execution; its name stands for the run.

    Raises:
        LeaseHeldError: a run, or another errand, is going on.
    """
    lease = take_lease(ports, "", execution, execution.rpartition(":")[2])
    return Writer(run=lease.run, attempt=1, token=lease.token)
