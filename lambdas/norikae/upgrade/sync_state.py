"""What the table keeps of the syncs of a run, and of what was proven about green."""

from typing import Literal

import msgspec


class WaveItem(msgspec.Struct, frozen=True, kw_only=True):
    """``WAVE``: the applications that are to be synced next, which a person may have to see first.

    Args:
        phase: the phase that syncs them, ``sync-platform`` or ``sync-applications``.
        applications: their names, in the order in which the phase named them.
        revision: the commit that the phase would sync them to.
    """

    phase: str
    applications: tuple[str, ...]
    revision: str = ""

    @property
    def key(self) -> str:
        """The item with the verdict about this wave."""
        return f"DIFF#{self.phase}#{self.applications[0] if self.applications else ''}"


class DiffItem(msgspec.Struct, frozen=True, kw_only=True):
    """``DIFF#<phase>#<first application>``: what the last comparison of a wave with blue said.

    Args:
        phase: the phase that syncs the wave.
        applications: exactly the applications that were compared.
        revision: the commit that was compared.
        hash: SHA-256 over the revision and the whole difference; an approval names it.
        unexpected: how many differences nobody expects.
        verdict: whether the wave may be synced: ``expected`` and ``approved`` mean yes, ``asked`` no.
        summary: what a person is asked about it, short enough for a chat.
        number: counts the differences of the phase.
        report: where the whole difference lies.
        attempt: the attempt that compared; blue may have moved on before a later one syncs again.
    """

    phase: str
    applications: tuple[str, ...]
    revision: str
    hash: str
    unexpected: int
    verdict: Literal["expected", "asked", "approved"]
    number: int = 1
    summary: str = ""
    report: str = ""
    attempt: int = 0

    def allows(self, wave: WaveItem) -> bool:
        """Whether exactly this wave may be synced to exactly its commit."""
        is_about = (self.phase, self.applications, self.revision) == (wave.phase, wave.applications, wave.revision)
        return is_about and self.verdict != "asked"


class PinItem(msgspec.Struct, frozen=True, kw_only=True):
    """``PIN``: the commit that green is synced to, once it is another one than the plan's.

    Args:
        revision: the commit.
        was: the one before it.
        at: when it moved, in seconds since the epoch.
    """

    revision: str
    was: str
    at: float


class VerificationItem(msgspec.Struct, frozen=True, kw_only=True):
    """``VERIFICATION``: which round of the verification Jobs runs.

    Args:
        attempt: of the run; another attempt begins another round.
        round: counts the rounds of the run.
        failed: a Job of the round failed, so the next look begins another one.
    """

    attempt: int = 0
    round: int = 0
    failed: bool = False


class HandOverItem(msgspec.Struct, frozen=True, kw_only=True):
    """``HANDOVER``: green's applications follow what blue's follow again, and norikae is no admin there any more.

    Args:
        attempt: of the run; another attempt pins the applications again.
        at: when, in seconds since the epoch.
    """

    attempt: int
    at: float
