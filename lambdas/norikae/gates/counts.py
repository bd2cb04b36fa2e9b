"""What the table keeps of the measurements of one gate: only what one of its limits asks for."""

import msgspec


class Counts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The measurements of one gate so far.

    Args:
        since: when counting began: the instant the step's weight came into force; 0 for a background gate.
        passed: measurements that passed.
        failed: measurements that failed.
        inconclusive: measurements without enough data.
        passes: passes in a row, the last measurement included.
        errors: measurements in a row that could not be read, the last one included.
        at: the last measurement, in seconds since the epoch.
        outcome: what the last measurement said, as a number of ``Outcome``; it stands until the next one.
        said: its reason.
    """

    since: float = 0
    passed: int = 0
    failed: int = 0
    inconclusive: int = 0
    passes: int = 0
    errors: int = 0
    at: float = 0
    outcome: int = 1
    said: str = ""

    @property
    def measured(self) -> int:
        """Measurements that use the count up; one that could not be read does not."""
        return self.passed + self.failed + self.inconclusive
