"""The part of an environment file that says what judges green, by which figures, and how patiently."""

from typing import Annotated, Literal

import msgspec

from norikae.environment.part import Part, Percent, Seconds

GateKind = Literal[
    "target-health",
    "http-5xx",
    "latency",
    "served-share",
    "cloudwatch-alarm",
    "cloudwatch-query",
    "argocd-health",
    "http-probe",
]
Statistic = Annotated[
    str, msgspec.Meta(pattern=r"^(Average|Minimum|Maximum|Sum|SampleCount|p[0-9]{1,2}(\.[0-9]{1,2})?)$")
]
Window = Annotated[Seconds, msgspec.Meta(ge=60)]
Ratio = Annotated[float, msgspec.Meta(ge=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class TargetHealthGate(Part, frozen=True):
    """When green's targets count as unhealthy."""

    min_healthy: Annotated[int, msgspec.Meta(ge=1, description="Healthy targets that each target group needs.")] = 1
    max_unhealthy_percent: Annotated[
        Percent, msgspec.Meta(description="More targets than this share of a group that are not healthy fail the gate.")
    ] = 0.0


class Http5xxGate(Part, frozen=True):
    """When green answers too many errors."""

    max_percent: Annotated[
        Percent, msgspec.Meta(description="Share of 5xx among green's answers that is still fine.")
    ] = 1.0
    max_ratio: Annotated[Ratio, msgspec.Meta(description="So many times blue's share fails the gate.")] = 2.0
    floor_percent: Annotated[
        Percent, msgspec.Meta(description="A share up to this never fails, however few errors blue has.")
    ] = 0.5
    critical_percent: Annotated[
        Percent, msgspec.Meta(description="A failed gate above this share is critical: green hardly answers.")
    ] = 50.0
    window: Annotated[Window, msgspec.Meta(description="The time that is looked at.")] = 120
    min_requests: Annotated[
        Count, msgspec.Meta(description="With fewer requests in the window the gate is inconclusive.")
    ] = 20


class LatencyGate(Part, frozen=True):
    """When green answers too slowly."""

    statistic: Annotated[Statistic, msgspec.Meta(description="What of TargetResponseTime is judged.")] = "p95"
    max_seconds: Annotated[float, msgspec.Meta(ge=0, description="A response time that is still fine.")] = 1.0
    max_ratio: Annotated[Ratio, msgspec.Meta(description="So many times blue's response time fails the gate.")] = 1.5
    floor_seconds: Annotated[
        float, msgspec.Meta(ge=0, description="A response time up to this never fails, however fast blue is.")
    ] = 0.1
    window: Annotated[Window, msgspec.Meta(description="The time that is looked at.")] = 300
    min_requests: Annotated[
        Count, msgspec.Meta(description="With fewer requests in the window the gate is inconclusive.")
    ] = 20


class ServedShareGate(Part, frozen=True):
    """When green's share of the requests cannot come from its weight."""

    max_points: Annotated[
        Percent, msgspec.Meta(description="Percentage points that the share may differ from the weights.")
    ] = 20.0
    window: Annotated[Window, msgspec.Meta(description="The time that is looked at.")] = 300
    min_clients: Annotated[
        Count, msgspec.Meta(description="With fewer clients in the window the gate is inconclusive.")
    ] = 50
    requests_per_client: Annotated[
        Count, msgspec.Meta(description="So many requests of a window stand for one client; metrics show no clients.")
    ] = 20
    lag: Annotated[
        Seconds,
        msgspec.Meta(description="How long clients may stay with an older weight, by connections that stay open."),
    ] = 3600


class CloudWatchAlarmGate(Part, frozen=True):
    """Alarms of your own that judge green."""

    alarms: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=255)], ...],
        msgspec.Meta(max_length=100, description="Names; {application}, {green} and {blue} are filled in."),
    ] = ()


class QueryMetric(Part, frozen=True):
    """A metric that an expression speaks of."""

    id: Annotated[
        str, msgspec.Meta(pattern=r"^[a-z][A-Za-z0-9_]*$", description="What the expression calls it, such as m1.")
    ]
    namespace: Annotated[str, msgspec.Meta(min_length=1, description="The metric's namespace.")]
    name: Annotated[str, msgspec.Meta(min_length=1, description="The metric's name.")]
    statistic: Annotated[Statistic, msgspec.Meta(description="What of it counts in each minute.")] = "Sum"
    dimensions: Annotated[
        dict[str, str], msgspec.Meta(description="All its dimensions; placeholders are filled in.")
    ] = {}


class CloudWatchQuery(Part, frozen=True):
    """One figure that judges green."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60, description="What verdicts call it.")]
    expression: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            description="Metric math over metrics, or a Metrics Insights query (SELECT …); placeholders are filled in.",
        ),
    ]
    passes: Annotated[
        Literal["<", "<=", ">", ">="], msgspec.Meta(description="How every minute of the window compares to threshold.")
    ]
    threshold: Annotated[float, msgspec.Meta(description="What each minute's value is compared with.")]
    metrics: Annotated[
        tuple[QueryMetric, ...], msgspec.Meta(max_length=20, description="The metrics of the expression.")
    ] = ()
    window: Annotated[Window, msgspec.Meta(description="The time that is looked at.")] = 300
    min_minutes: Annotated[
        Count, msgspec.Meta(description="With values for fewer minutes the gate is inconclusive.")
    ] = 1


class CloudWatchQueryGate(Part, frozen=True):
    """Figures of your own that judge green."""

    queries: Annotated[
        tuple[CloudWatchQuery, ...], msgspec.Meta(max_length=10, description="All of them have to pass.")
    ] = ()


class Thresholds(Part, frozen=True):
    """The figures by which the gates judge."""

    target_health: Annotated[TargetHealthGate, msgspec.Meta(description="Gate target-health.")] = TargetHealthGate()
    http_5xx: Annotated[Http5xxGate, msgspec.Meta(description="Gate http-5xx.")] = Http5xxGate()
    latency: Annotated[LatencyGate, msgspec.Meta(description="Gate latency.")] = LatencyGate()
    served_share: Annotated[ServedShareGate, msgspec.Meta(description="Gate served-share.")] = ServedShareGate()
    cloudwatch_alarm: Annotated[CloudWatchAlarmGate, msgspec.Meta(description="Gate cloudwatch-alarm.")] = (
        CloudWatchAlarmGate()
    )
    cloudwatch_query: Annotated[CloudWatchQueryGate, msgspec.Meta(description="Gate cloudwatch-query.")] = (
        CloudWatchQueryGate()
    )
    metrics_delay: Annotated[
        Seconds, msgspec.Meta(le=600, description="How late CloudWatch has a minute's figures; windows end before.")
    ] = 60
    inconclusive_limit: Annotated[
        int,
        msgspec.Meta(ge=0, description="A step that stays inconclusive for more looks than this after its bake holds."),
    ] = 10


class GateLimits(Part, frozen=True):
    """How patiently some gates judge; it needs an interval or a count."""

    gates: Annotated[tuple[GateKind, ...], msgspec.Meta(min_length=1, description="Which gates; each in one entry.")]
    interval: Annotated[
        Seconds, msgspec.Meta(description="How often they are measured; at every look when there is only a count.")
    ] = 0
    count: Annotated[
        int, msgspec.Meta(ge=0, description="So many measurements decide a step; 0: as many as the bake has room for.")
    ] = 0
    failure_limit: Annotated[
        int, msgspec.Meta(ge=-1, description="More failed measurements than this fail the gate; -1: never.")
    ] = 0
    inconclusive_limit: Annotated[
        int, msgspec.Meta(ge=0, description="With a count: more inconclusive measurements leave the gate inconclusive.")
    ] = 0
    error_limit: Annotated[
        int, msgspec.Meta(ge=0, description="More measurements in a row that cannot be read than this hold.")
    ] = 4
    success_limit: Annotated[
        int, msgspec.Meta(ge=0, description="So many passes in a row are needed; 0: the last one counts.")
    ] = 0
    initial_delay: Annotated[
        Seconds, msgspec.Meta(description="Nothing is measured for so long after a weight came into force.")
    ] = 0
