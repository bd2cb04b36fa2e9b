# ruff: noqa: N803 - the API spells its members so
"""Metric alarms: kept in process and evaluated when somebody asks, from the same figures as everything else."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local.kernel import Kernel

Json = dict[str, Any]
Points = dict[int, float]

MINUTE = 60
MOST_NAMES = 100
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
MISSING = ("missing", "notBreaching", "breaching")
ELSEWHERE = ("ThresholdMetricId", "EvaluateLowSampleCountPercentile", "Unit", "EvaluationCriteria", "EvaluationWindow")


@dataclass(slots=True)
class _Alarm:
    """An alarm as it was put, and a state that somebody set by hand until the next evaluation."""

    given: Json
    put_at: float
    forced: str = ""
    forced_at: float = 0.0
    forced_until: float = 0.0


class Alarms:
    """The operations on alarms; whoever inherits them has a clock, and answers queries.

    Sources: CloudWatch user guide, "Alarm evaluation" and "Configuring how alarms treat missing data".
    """

    kernel: Kernel
    account: str
    region: str
    alarms: dict[str, _Alarm]

    def points(self, queries: Sequence[Json], start: float, end: float) -> dict[str, Points]:
        """The series of some queries, by their ids."""
        raise NotImplementedError

    def put_metric_alarm(self, *, AlarmName: str, **given: Any) -> Json:
        """Make or replace an alarm.

        Raises:
            AwsError: ValidationError for what AWS refuses; NotImplemented for anomaly detection and its like.
        """
        outside = [name for name in ELSEWHERE if given.get(name)]
        missing = given.get("TreatMissingData", "missing")
        if outside or given["ComparisonOperator"] not in COMPARE or missing not in MISSING:
            raise AwsError("NotImplemented", f"the embedded world has no such alarm: {sorted(given)}, {missing}", 501)
        if ("Metrics" in given) == ("MetricName" in given):
            raise AwsError("ValidationError", "Exactly one of MetricName and Metrics must be specified")
        if "Threshold" not in given:
            raise AwsError("ValidationError", "Threshold must be specified for a static threshold alarm")
        if "MetricName" in given and ("Statistic" in given) == ("ExtendedStatistic" in given):
            raise AwsError("ValidationError", "Exactly one of Statistic and ExtendedStatistic must be specified")
        if given.get("DatapointsToAlarm", 1) > given["EvaluationPeriods"]:
            raise AwsError("ValidationError", "DatapointsToAlarm must be less than or equal to EvaluationPeriods")
        self.alarms[AlarmName] = _Alarm(given, self.kernel.now())
        return {}

    def describe_alarms(
        self,
        *,
        AlarmNames: Sequence[str] = (),
        AlarmNamePrefix: str = "",
        AlarmTypes: Sequence[str] = ("MetricAlarm",),
        StateValue: str = "",
        MaxRecords: int = 50,
        NextToken: str | None = None,
        **other: Any,
    ) -> Json:
        """Metric alarms by name, each evaluated now; there are no composite alarms.

        Raises:
            AwsError: ValidationError for names and a prefix together or too many names; InvalidNextToken;
                NotImplemented for other filters.
        """
        if other:
            raise AwsError("NotImplemented", f"the embedded world does not look for alarms by {sorted(other)}", 501)
        if AlarmNames and AlarmNamePrefix:
            raise AwsError("ValidationError", "AlarmNamePrefix and AlarmNames cannot be specified together")
        if len(AlarmNames) > MOST_NAMES:
            raise AwsError("ValidationError", f"AlarmNames must have length less than or equal to {MOST_NAMES}")
        if NextToken is not None and not NextToken.isdigit():
            raise AwsError("InvalidNextToken", "The next token specified is invalid.")
        named = [name for name in sorted(self.alarms) if not AlarmNames or name in AlarmNames]
        found = [self._described(name) for name in named if name.startswith(AlarmNamePrefix)]
        found = [one for one in found if StateValue in ("", one["StateValue"]) and "MetricAlarm" in AlarmTypes]
        first = int(NextToken or 0)
        answer: Json = {"MetricAlarms": found[first : first + MaxRecords], "CompositeAlarms": []}
        if len(found) > first + MaxRecords:
            answer["NextToken"] = str(first + MaxRecords)
        return answer

    def set_alarm_state(
        self,
        *,
        AlarmName: str,
        StateValue: str,
        StateReason: str,  # noqa: ARG002 - part of the API
        StateReasonData: str = "",  # noqa: ARG002 - part of the API
    ) -> Json:
        """Set a state that lasts until the alarm is evaluated again, at the next whole minute.

        Raises:
            AwsError: ResourceNotFound.
        """
        if AlarmName not in self.alarms:
            raise AwsError("ResourceNotFound", f"Alarm {AlarmName} does not exist", 404)
        now, alarm = self.kernel.now(), self.alarms[AlarmName]
        alarm.forced, alarm.forced_at, alarm.forced_until = StateValue, now, now - now % MINUTE + MINUTE
        return {}

    def delete_alarms(self, *, AlarmNames: Sequence[str]) -> Json:
        """Delete alarms, all of them or none.

        Raises:
            AwsError: ResourceNotFound.
        """
        unknown = [name for name in AlarmNames if name not in self.alarms]
        if unknown:
            raise AwsError("ResourceNotFound", f"Alarms {', '.join(unknown)} do not exist", 404)
        for name in AlarmNames:
            del self.alarms[name]
        return {}

    def put_composite_alarm(self, **_: Any) -> Json:
        """Refuse: moto would keep it, and nothing here would evaluate it."""
        raise AwsError("NotImplemented", "the embedded world has no composite alarms", 501)

    def describe_alarms_for_metric(self, **_: Any) -> Json:
        """Refuse: moto knows none of these alarms."""
        raise AwsError("NotImplemented", "the embedded world looks for alarms by their names only", 501)

    def describe_alarm_history(self, **_: Any) -> Json:
        """Refuse: moto knows none of these alarms."""
        raise AwsError("NotImplemented", "the embedded world keeps no history of alarms", 501)

    def enable_alarm_actions(self, **_: Any) -> Json:
        """Refuse: alarms of this world act on nothing."""
        raise AwsError("NotImplemented", "the embedded world's alarms have no actions", 501)

    def disable_alarm_actions(self, **_: Any) -> Json:
        """Refuse: alarms of this world act on nothing."""
        raise AwsError("NotImplemented", "the embedded world's alarms have no actions", 501)

    def _described(self, name: str) -> Json:
        alarm = self.alarms[name]
        state, reason, at = self._state(alarm)
        arn = f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{name}"
        return {
            "ActionsEnabled": True,
            **{key: value for key, value in alarm.given.items() if key != "Tags"},
            "AlarmName": name,
            "AlarmArn": arn,
            "StateValue": state,
            "StateReason": reason,
            "StateUpdatedTimestamp": datetime.fromtimestamp(at, UTC),
            "AlarmConfigurationUpdatedTimestamp": datetime.fromtimestamp(alarm.put_at, UTC),
        }

    def _state(self, alarm: _Alarm) -> tuple[str, str, float]:
        """The state by the last whole periods, why, and as of when."""
        now, given = self.kernel.now(), alarm.given
        if now < alarm.forced_until:
            return alarm.forced, "set by hand", alarm.forced_at
        queries, period, asked = _queries(given)
        periods = int(given["EvaluationPeriods"])
        end = now // period * period
        found = self.points(queries, end - periods * period, end)[asked]
        missing, compare = given.get("TreatMissingData", "missing"), COMPARE[given["ComparisonOperator"]]
        breaching = sum(compare(value, given["Threshold"]) for value in found.values())
        if missing == "breaching":
            breaching += periods - len(found)
        text = (
            f"{breaching} of {periods} datapoints breach the threshold {given['Threshold']:g}, {len(found)} are there"
        )
        if breaching >= given.get("DatapointsToAlarm", periods):
            return "ALARM", text, end
        if missing == "missing" and not found:
            return "INSUFFICIENT_DATA", text, end
        return "OK", text, end


def _queries(given: Json) -> tuple[list[Json], int, str]:
    """The queries of an alarm, its period, and the id of the one that is compared."""
    if "Metrics" in given:
        asked = next(query["Id"] for query in given["Metrics"] if query.get("ReturnData", True))
        periods = [query["MetricStat"]["Period"] for query in given["Metrics"] if "MetricStat" in query]
        return (
            list(given["Metrics"]),
            max([*periods, *(query.get("Period", MINUTE) for query in given["Metrics"])]),
            asked,
        )
    metric = {"Namespace": given["Namespace"], "MetricName": given["MetricName"]}
    stat = {
        "Metric": {**metric, "Dimensions": given.get("Dimensions", [])},
        "Period": given["Period"],
        "Stat": given.get("Statistic") or given["ExtendedStatistic"],
    }
    return [{"Id": "m1", "MetricStat": stat}], int(given["Period"]), "m1"
