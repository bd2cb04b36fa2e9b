"""What a person starts by a command and no run needs: it has the environment for itself meanwhile."""

from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import next_lease


def take_environment(ports: Ports, execution: str) -> Writer:
    """The environment's lease is this execution's, so that no run is open meanwhile.

    Args:
        ports: the world.
        execution: ARN of the errand's execution; its name stands for the run.

    Raises:
        LeaseHeldError: a run, or another errand, is going on.
    """
    held = ports.table.lease("")
    status = ports.executions.status(held.holder) if held and held.holder else "UNKNOWN"
    lease = next_lease(held, holder=execution, run=execution.rpartition(":")[2], holder_status=status)
    if lease != held:
        ports.table.take("", lease, instead_of=held)
    return Writer(run=lease.run, attempt=1, token=lease.token)
