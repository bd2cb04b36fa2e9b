"""Gate ``cloudwatch-alarm``: alarms of your own are OK."""

from collections.abc import Mapping, Sequence

from norikae.gates.ports import AlarmState
from norikae.gates.verdict import Outcome, Verdict

GATE = "cloudwatch-alarm"
MEANS = {"OK": Outcome.PASS, "INSUFFICIENT_DATA": Outcome.INCONCLUSIVE, "ALARM": Outcome.FAIL}


def cloudwatch_alarm(names: Sequence[str], states: Mapping[str, AlarmState]) -> Verdict:
    """Pass when every alarm is OK; one that does not exist cannot be read.

    Args:
        names: the alarms that judge.
        states: the states of those that exist.
    """
    if not names:
        text = "no alarm is named; write shift.thresholds.cloudwatch_alarm.alarms"
        return Verdict(GATE, Outcome.INCONCLUSIVE, text)
    outcomes = {name: MEANS[states[name]] if name in states else Outcome.ERROR for name in names}
    outcome = max(outcomes.values())
    found = [f"{name} {states.get(name, 'does not exist')}" for name in names if outcomes[name] is outcome]
    text = "every alarm is OK" if outcome is Outcome.PASS else ", ".join(found)
    return Verdict(GATE, outcome, text)
