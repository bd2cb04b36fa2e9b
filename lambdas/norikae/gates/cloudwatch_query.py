"""Gate ``cloudwatch-query``: figures of your own are as you say that they have to be."""

import operator
from collections.abc import Callable, Mapping, Sequence

import msgspec

from norikae.environment import CloudWatchQuery
from norikae.gates.verdict import Outcome, Verdict, worst

GATE = "cloudwatch-query"
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def cloudwatch_query(found: Sequence[tuple[CloudWatchQuery, Sequence[float]]]) -> Verdict:
    """Pass when every query has values for enough minutes and all compare as they have to; the worst one says so.

    Args:
        found: each query with its values, one per minute.
    """
    if not found:
        text = "no query is written; write shift.thresholds.cloudwatch_query.queries"
        return Verdict(GATE, Outcome.INCONCLUSIVE, text)
    return worst(_one(query, values) for query, values in found)


def _one(query: CloudWatchQuery, values: Sequence[float]) -> Verdict:
    if len(values) < query.min_minutes:
        text = f"{query.name} has {len(values)} values in {query.window} s, {query.min_minutes} needed for a verdict"
        return Verdict(GATE, Outcome.INCONCLUSIVE, text)
    wrong = [value for value in values if not COMPARE[query.passes](value, query.threshold)]
    if wrong:
        text = f"{query.name} is {wrong[0]:g}, has to be {query.passes} {query.threshold:g}"
        return Verdict(GATE, Outcome.FAIL, f"{text} ({len(wrong)} of {len(values)} values)")
    return Verdict(GATE, Outcome.PASS, f"{query.name} is {query.passes} {query.threshold:g} in {len(values)} values")


def filled(query: CloudWatchQuery, fill: Callable[[str], str]) -> CloudWatchQuery:
    """The query about one application.

    Args:
        query: as the environment file has it.
        fill: puts names where a text has placeholders.
    """
    metrics = tuple(
        msgspec.structs.replace(metric, dimensions={name: fill(value) for name, value in metric.dimensions.items()})
        for metric in query.metrics
    )
    return msgspec.structs.replace(query, expression=fill(query.expression), metrics=metrics)
