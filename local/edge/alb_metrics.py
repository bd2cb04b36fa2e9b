"""What load balancers publish to CloudWatch, a minute after the other.

Source: Application Load Balancer guide, "CloudWatch metrics for your Application Load Balancer": names, dimensions and
reporting criteria. RequestCount holds only requests for which a target could be chosen, so not the fixed responses.
ActiveConnectionCount has a connection in every minute in which it was open, those of a single request too, and
NewConnectionCount in the minute in which it was opened.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.aws.cloudwatch import CloudWatchSimulator
    from local.edge.alb import Alb, Counts
    from local.edge.connections import Connections
    from local.kernel import Kernel

NAMESPACE = "AWS/ApplicationELB"
MINUTE = 60.0
ELB_CODES = {502: "HTTPCode_ELB_502_Count", 503: "HTTPCode_ELB_503_Count", 504: "HTTPCode_ELB_504_Count"}


class AlbMetrics:
    """Publishes each minute of every load balancer when the minute is over, so that figures come a minute late.

    Args:
        kernel: the world's clock; minutes are those of the wall clock.
        alb: the data path that counted.
        cloudwatch: where the figures go.
        connections: those that outlive a request.
    """

    def __init__(self, kernel: Kernel, alb: Alb, cloudwatch: CloudWatchSimulator, connections: Connections) -> None:
        self.kernel, self.alb, self.cloudwatch, self.connections = kernel, alb, cloudwatch, connections
        kernel.every(MINUTE, self._publish, first=MINUTE - kernel.now() % MINUTE)

    def _publish(self) -> None:
        minute = round(self.kernel.now() / MINUTE) * MINUTE - MINUTE
        for key in sorted(self.alb.counts):
            self._traffic(self.alb.counts[key], minute)
        self._connections(minute)
        self.alb.start_minute()
        self.connections.start_minute()
        self._hosts(minute)

    def _traffic(self, counts: Counts, minute: float) -> None:
        owner = {"LoadBalancer": counts.load_balancer.dimension}
        places = [owner]
        if counts.group:
            places.append({**owner, "TargetGroup": counts.group.dimension})
        for place in places:
            if counts.requests:
                self._put("RequestCount", place, minute, [float(counts.requests)])
                self._put("HTTPCode_Target_5XX_Count", place, minute, [float(counts.target_5xx)])
                self._put("HTTPCode_Target_2XX_Count", place, minute, [float(counts.target_2xx)])
            if counts.latencies:
                self._put("TargetResponseTime", place, minute, counts.latencies)
        if counts.fixed:
            self._put("HTTP_Fixed_Response_Count", owner, minute, [float(counts.fixed)])
        for hundreds in (4, 5):
            own = sum(count for code, count in counts.elb.items() if code // 100 == hundreds)
            if own:
                self._put(f"HTTPCode_ELB_{hundreds}XX_Count", owner, minute, [float(own)])
        for code in ELB_CODES.keys() & counts.elb.keys():
            self._put(ELB_CODES[code], owner, minute, [float(counts.elb[code])])

    def _connections(self, minute: float) -> None:
        active, new = Counter(self.connections.active()), Counter(self.connections.opened)
        for (arn, _), counts in self.alb.counts.items():
            fleeting = counts.requests + counts.fixed - counts.on_kept
            active[arn] += fleeting
            new[arn] += fleeting
        for name, known in (("ActiveConnectionCount", active), ("NewConnectionCount", new)):
            for arn in sorted(known.keys() & self.alb.elb.load_balancers.keys()):
                if known[arn]:
                    place = {"LoadBalancer": self.alb.elb.load_balancers[arn].dimension}
                    self._put(name, place, minute, [float(known[arn])])

    def _hosts(self, minute: float) -> None:
        elb = self.alb.elb
        for group in elb.target_groups.values():
            states = [target.state for target in group.targets.values() if target.state != "draining"]
            for owner in elb.users_of(group.arn) if states else ():
                place = {"LoadBalancer": owner.dimension, "TargetGroup": group.dimension}
                self._put("HealthyHostCount", place, minute, [float(states.count("healthy"))])
                self._put("UnHealthyHostCount", place, minute, [float(states.count("unhealthy"))])

    def _put(self, metric: str, dimensions: Mapping[str, str], minute: float, values: Sequence[float]) -> None:
        self.cloudwatch.put_values(NAMESPACE, metric, dimensions, minute, values)
