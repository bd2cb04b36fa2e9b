"""After a rollback: green serves nobody, so IAM need not know it any more."""

from norikae.cluster.identity import forget_cluster
from norikae.errors import NorikaeError
from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import AppItem, Event

LOOKS = 3
"""One takes the statements away, one the provider, one sees that nothing is left."""


def forget_green(ports: Ports, writer: Writer) -> None:
    """IAM forgets green once every application of the run is back; a further attempt lets it in again.

    Pods keep their sessions for as long as those last. What AWS refuses keeps no run from ending: it is in the audit
    trail, and ``clean-green`` tries again.
    """
    items = ports.table.read_all(writer.run, "APP#", AppItem)
    if any(one.outcome != "rolled-back" for one in items):
        return
    green = read_plan(ports.table, writer.run).plan.green.name
    try:
        for _ in range(LOOKS):
            if forget_cluster(ports.identity, ports.environment, green).ready:
                return
    except NorikaeError as error:
        detail = {"cluster": green, "reason": str(error)}
        ports.table.log(writer.run, Event(at=ports.now, what="identity-left", detail=detail))
